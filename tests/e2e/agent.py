"""An agent without a browser: the same requests, where a test is about many replies and not about the screen."""

from __future__ import annotations

import re
import uuid

import requests

from forstok_chat.launch.supervisor import Stack

WAITS = re.compile(r", sekitar (\d+) (detik|menit)")


class Agent:
    def __init__(self, stack: Stack, email: str = "owner@demo.test") -> None:
        self.url = stack.url
        self.session = requests.Session()
        self.session.headers["HX-Request"] = "true"
        self.session.get(f"{self.url}/sign-in/")
        self.post("/sign-in/", username=email, password="forstok-demo")

    def get(self, path: str, **query: str) -> str:
        response = self.session.get(self.url + path, params=query, timeout=20)
        response.raise_for_status()
        return response.text

    def post(self, path: str, **fields: str) -> str:
        headers = {"X-CSRFToken": self.session.cookies.get("csrftoken", ""), "Referer": self.url}
        response = self.session.post(self.url + path, data=fields, headers=headers, timeout=20)
        response.raise_for_status()
        return response.text

    def rooms(self, shop: str) -> dict[str, str]:
        """Buyer -> id of the conversation, of the shop's first page."""
        page = self.get("/chat/rows/", shop=shop)
        found = re.findall(
            r'id="open-([0-9a-f-]{36})".*?<strong class="row__buyer">([^<]+)<', page, re.DOTALL
        )
        return {buyer: conversation for conversation, buyer in found}

    def reply(self, conversation: str, text: str) -> str:
        """Into the queue; the id by which the bubble is known."""
        client_id = str(uuid.uuid4())
        self.post(f"/chat/{conversation}/messages/", client_id=client_id, text=text)
        return client_id

    def seconds_told(self, client_id: str) -> int:
        """How long the bubble says that it waits; 0 when it says nothing."""
        found = WAITS.search(self.get(f"/messages/{client_id}/delivery/"))
        return int(found[1]) * (60 if found[2] == "menit" else 1) if found else 0

    def state(self, client_id: str) -> str:
        found = re.search(r'data-state="(\w+)"', self.get(f"/messages/{client_id}/delivery/"))
        return found[1] if found else ""
