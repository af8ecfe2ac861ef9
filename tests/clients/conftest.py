"""A real sandbox in a process of its own, and a seller who gives consent. See `make test-clients`.

The libraries under test know nothing of us: what they get across was written by others from the marketplaces'
documents.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent.parent
GADGET = 947042923
PARTNER_ID, PARTNER_KEY = 2000002, "shpk-of-the-client-tests"
PUSH_KEY = "shpk-of-their-pushes"
TIKTOK_SERVICE, TIKTOK_KEY, TIKTOK_SECRET = (
    "7400000000000000042",
    "6fclienttests",
    "secret-of-the-client-tests",
)
BACK = "http://127.0.0.1:9/back"  # nobody follows it there
MINE = {
    "DEBUG": "true",
    "SECRET_KEY": "unused",
    "FIELD_KEYS": "unused",
    "SHOPEE_PARTNER_ID": str(PARTNER_ID),
    "SHOPEE_PARTNER_KEY": PARTNER_KEY,
    "SHOPEE_PUSH_KEY": PUSH_KEY,
    "TIKTOK_SHOP_SERVICE_ID": TIKTOK_SERVICE,
    "TIKTOK_SHOP_APP_KEY": TIKTOK_KEY,
    "TIKTOK_SHOP_APP_SECRET": TIKTOK_SECRET,
    "PUBLIC_URL": "http://127.0.0.1:9",
}


@dataclass
class Sandbox:
    url: str

    @property
    def host(self) -> str:
        """What a library takes for Shopee's host."""
        return f"{self.url}/shopee"

    def control(self, name: str, **values: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/control/{name}", json=values, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def truth(self, buyer: int | str) -> list[dict[str, Any]]:
        query = {"marketplace": "shopee", "shop": GADGET, "buyer": buyer}
        return requests.get(f"{self.url}/control/messages", params=query, timeout=10).json()["messages"]

    def buyer_says(self, buyer: int | str, text: str = "Halo kak", **more: Any) -> dict[str, Any]:
        values = {"marketplace": "shopee", "shop": GADGET, "buyer": buyer, "kind": "text", "text": text}
        return self.control("messages", **values | more)["message"]

    def orders(self, buyer: int | str, **more: Any) -> dict[str, Any]:
        return self.control("orders", marketplace="shopee", shop=GADGET, buyer=buyer, **more)["order"]

    def consent(self, link: str) -> str:
        """What the seller does in a browser; the address that Shopee sends them back to."""
        with requests.Session() as browser:
            login = browser.get(link, timeout=10)
            assert login.status_code == 200, login.text
            account = {"username": "nusantara.gadget", "password": "sandbox"}
            page = browser.post(login.url, data=account, timeout=10)
            assert re.search("partner ID", page.text)
            form = {"answer": "allow", "days": "365"}
            back = browser.post(page.url, data=form, timeout=10, allow_redirects=False)
            return back.headers["location"]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Served by the project's own command, with keys of its own, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = os.environ["SANDBOX_PYTHON"]
    data = str(tmp_path_factory.mktemp("sandbox"))
    command = [python, "manage.py", "sandbox", "--port", str(port), "--data", data]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen(command, cwd=ROOT, env=kept | MINE)
    try:
        yield Sandbox(wait_for(f"http://127.0.0.1:{port}", process))
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(200):
        assert process.poll() is None, "the sandbox did not start"
        try:
            requests.get(f"{url}/control/clock", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError("the sandbox does not answer")
