"""Callers of the sandbox, written from the marketplaces' documents alone: they share no code with it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket as Socket
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import uvicorn

from marketplaces.sandbox.app import build
from marketplaces.sandbox.environment import Keys

KEYS = Keys(
    shopee_partner_id=2000002,
    shopee_partner_key="shpk-of-the-sandbox-tests",
    shopee_push_key="shpk-for-pushes",
    tokopedia_fs_id=13004,
    tokopedia_client_id="client",
    tokopedia_client_secret="secret",
    tokopedia_webhook_secret="webhook-secret",
    tiktok_shop_service_id="7431002318040188678",
    tiktok_shop_app_key="6fcallers4rd1",
    tiktok_shop_app_secret="callers-app-secret",
    public_url="",
)
GADGET, FASHION, OTHER = 947042923, 947042924, 947042925
ELEKTRONIK, RUMAH, WAITING = 479979, 479980, 479981


@dataclass
class Receiver:
    """What the product would be: takes pushes and answers as told, else 200 and nothing."""

    url: str = ""
    received: list[tuple[str, dict[str, str], bytes, float]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body, _ in self.received]


@dataclass
class Running:
    url: str
    server: uvicorn.Server
    thread: threading.Thread
    http: httpx.Client
    sockets: list[Socket]

    def stop(self) -> None:
        self.http.close()
        self.server.should_exit = True
        self.thread.join()
        for socket in self.sockets:
            socket.close()

    def control(self, name: str, **values: Any) -> dict[str, Any]:
        answer = self.http.post(f"/control/{name}", json=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, name: str, **values: Any) -> dict[str, Any]:
        answer = self.http.get(f"/control/{name}", params=values)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def truth(self, marketplace: str, shop: int, buyer: int | str) -> list[dict[str, Any]]:
        return self.ask("messages", marketplace=marketplace, shop=shop, buyer=buyer)["messages"]

    def buyer_says(self, marketplace: str, shop: int, buyer: int | str, **more: Any) -> dict[str, Any]:
        values = {"kind": "text", "text": "Halo kak"} | more
        return self.control("messages", marketplace=marketplace, shop=shop, buyer=buyer, **values)["message"]


def start(directory: Path, public_url: str = "http://127.0.0.1:9") -> Running:
    """The app over that folder, on a free port."""
    config = uvicorn.Config(
        "", host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1, date_header=False
    )
    socket = config.bind_socket()
    url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    keys = Keys(**{**KEYS.__dict__, "public_url": public_url})
    config.app = build(directory, url, keys)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    wait_for(lambda: server.started)
    http = httpx.Client(base_url=url, timeout=10, trust_env=False)
    return Running(url, server, thread, http, [socket])


def wait_for(fact: Callable[[], Any], seconds: float = 10) -> Any:
    """The first true answer; fails when none comes in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := fact():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def hmac_hex(key: str, text: str | bytes) -> str:
    body = text if isinstance(text, bytes) else text.encode()
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class ShopeeCaller:
    sandbox: Running
    shop_id: int = GADGET
    access_token: str = ""
    refresh_token: str = ""

    def sign(self, path: str, level: str, at: int) -> dict[str, Any]:
        base = f"{KEYS.shopee_partner_id}{path}{at}"
        query: dict[str, Any] = {"partner_id": KEYS.shopee_partner_id, "timestamp": at}
        if level == "shop":
            base += f"{self.access_token}{self.shop_id}"
            query |= {"access_token": self.access_token, "shop_id": self.shop_id}
        return query | {"sign": hmac_hex(KEYS.shopee_partner_key, base)}

    def call(self, method: str, name: str, level: str = "shop", **more: Any) -> httpx.Response:
        """`more` goes to httpx; `query` is added to the signed parameters, `changed` replaces some."""
        path = f"/api/v2/{name}"
        signed = self.sign(path, level, more.pop("at", None) or self.now())
        params = signed | more.pop("query", {}) | more.pop("changed", {})
        params = {key: value for key, value in params.items() if value is not None}
        return self.sandbox.http.request(method, f"/shopee{path}", params=params, **more)

    def get(self, name: str, **query: Any) -> dict[str, Any]:
        return self.call("GET", name, query=query).json()

    def post(self, name: str, **body: Any) -> dict[str, Any]:
        return self.call("POST", name, json=body).json()

    def public(self, name: str, **body: Any) -> dict[str, Any]:
        return self.call("POST", name, "public", json=body).json()

    def send(self, to_id: int, text: str = "Siap kak", **more: Any) -> dict[str, Any]:
        body: dict[str, Any] = {"to_id": to_id, "message_type": "text", "content": {"text": text}}
        return self.post("sellerchat/send_message", **body | more)

    def rooms(self, **query: Any) -> dict[str, Any]:
        chosen = {"direction": "older", "type": "all"} | query
        return self.get("sellerchat/get_conversation_list", **chosen)["response"]

    def now(self) -> int:
        return self.sandbox.ask("clock")["now"]

    def link(self, redirect: str, name: str = "auth_partner") -> httpx.Response:
        return self.call("GET", f"shop/{name}", "public", query={"redirect": redirect})

    def consent(
        self,
        username: str = "nusantara.gadget",
        redirect: str = "http://app.test/back",
        form: dict[str, Any] | None = None,
        name: str = "auth_partner",
    ) -> dict[str, list[str]]:
        """Walk through login and consent; the query of the way back."""
        http = self.sandbox.http
        login = self.link(redirect, name).headers["location"]
        consent = http.post(login, data={"username": username, "password": "sandbox"}).headers["location"]
        shops = re.findall(r'name="shop" value="(\d+)"', http.get(consent).text)
        chosen = {"answer": "allow", "days": "365", "shop": shops} | (form or {})
        back = http.post(consent, data=chosen).headers["location"]
        assert back.startswith(redirect.partition("?")[0])
        return parse_qs(urlsplit(back).query)

    def connect(self) -> ShopeeCaller:
        """Consent and fetch tokens."""
        name = "nusantara.gadget" if self.shop_id == GADGET else "nusantara.fashion"
        code = self.consent(name)["code"][0]
        pair = self.token(code, shop_id=self.shop_id)
        self.access_token, self.refresh_token = pair["access_token"], pair["refresh_token"]
        return self

    def token(self, code: str, **who: int) -> dict[str, Any]:
        return self.public("auth/token/get", code=code, partner_id=KEYS.shopee_partner_id, **who)

    def refresh(self, token: str, shop_id: int | None = None) -> dict[str, Any]:
        return self.public(
            "auth/access_token/get",
            refresh_token=token,
            partner_id=KEYS.shopee_partner_id,
            shop_id=shop_id or self.shop_id,
        )


@dataclass
class TokopediaCaller:
    sandbox: Running
    shop_id: int = ELEKTRONIK
    token: str = ""

    def connect(self) -> TokopediaCaller:
        self.token = self.fetch_token().json()["access_token"]
        return self

    def fetch_token(self, secret: str = KEYS.tokopedia_client_secret) -> httpx.Response:
        return self.sandbox.http.post(
            "/tokopedia-accounts/token",
            params={"grant_type": "client_credentials"},
            auth=(KEYS.tokopedia_client_id, secret),
        )

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        path = path.replace("{fs}", str(KEYS.tokopedia_fs_id))
        return self.sandbox.http.request(method, f"/tokopedia{path}", headers=headers, **more)

    def messages(self, **query: Any) -> httpx.Response:
        return self.call("GET", "/v1/chat/fs/{fs}/messages", params={"shop_id": self.shop_id} | query)

    def replies(self, msg_id: int, **query: Any) -> httpx.Response:
        path = f"/v1/chat/fs/{{fs}}/messages/{msg_id}/replies"
        return self.call("GET", path, params={"shop_id": self.shop_id} | query)

    def reply(self, msg_id: int, **body: Any) -> httpx.Response:
        path = f"/v1/chat/fs/{{fs}}/messages/{msg_id}/reply"
        return self.call("POST", path, json={"shop_id": self.shop_id} | body)
