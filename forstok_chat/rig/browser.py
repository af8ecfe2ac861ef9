"""What a person does in a browser, as requests: sign in, activate a shop, answer, try again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests

TIMEOUT = 20  # seconds
EMAIL, PASSWORD = "owner@demo.test", "forstok-demo"
PICK = re.compile(r"/shops/activation/[0-9a-f-]{36}/shops/$")


class NotDone(Exception):
    """A page did not lead where it should."""


class Browser:
    """One person, signed in. Raises requests.RequestException where a page does not come."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.get("/sign-in/")
        self.post("/sign-in/", username=EMAIL, password=PASSWORD)

    def get(self, path: str, **query: str) -> requests.Response:
        return self.checked(self.session.get(self.url + path, params=query, timeout=TIMEOUT))

    def post(self, path: str, is_fragment: bool = False, **fields: str | Sequence[str]) -> requests.Response:
        headers = {"X-CSRFToken": self.session.cookies.get("csrftoken", ""), "Referer": self.url}
        if is_fragment:
            headers["HX-Request"] = "true"
        answer = self.session.post(self.url + path, data=fields, headers=headers, timeout=TIMEOUT)
        return self.checked(answer)

    def checked(self, response: requests.Response) -> requests.Response:
        response.raise_for_status()
        return response

    # Answering

    def reply(self, conversation: str, client_id: str, text: str) -> bool:
        """Whether it is in the queue now: then the answer is its bubble."""
        path = f"/chat/{conversation}/messages/"
        answer = self.post(path, is_fragment=True, client_id=client_id, text=text)
        return f"message-{client_id}" in answer.text

    def try_again(self, client_id: str) -> None:
        self.post(f"/messages/{client_id}/delivery/", is_fragment=True)

    # Activating

    def activate(self, shop: str, logins: Sequence[tuple[str, str]]) -> None:
        """Through the marketplace's own login where it has one. `logins`: names and passwords to try there."""
        page = self.post(f"/shops/{shop}/activation/")
        for name, password in logins:
            if page.url.startswith(self.url):
                break
            page = self.fill_in(page, {"username": name, "password": password})
        if not page.url.startswith(self.url):
            page = self.fill_in(page, {"answer": "allow"})
        if PICK.search(page.url):
            shops = re.findall(r'name="shops"[^>]*value="([^"]+)"', page.text)
            page = self.post(page.url.removeprefix(self.url), shops=shops)
        if "?shop=" not in page.url:
            raise NotDone(f"activating a shop ended at {page.url}")

    def fill_in(self, page: requests.Response, answers: Mapping[str, str]) -> requests.Response:
        """Send the page's form with these answers; a page that asks something else stays as it is."""
        form = Form()
        form.feed(page.text)
        if not set(answers) & form.names:
            return page
        address = urljoin(page.url, form.action)
        return self.session.post(address, data={**form.values, **answers}, timeout=TIMEOUT)


class Form(HTMLParser):
    """The fields of a page's only form."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.values: dict[str, str] = {}
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told: dict[str, Any] = dict(attrs)
        if tag == "form":
            self.action = told.get("action") or ""
        elif tag in ("input", "button") and (name := told.get("name")):
            self.names.add(name)
            if tag == "input":
                self.values[name] = told.get("value") or ""
