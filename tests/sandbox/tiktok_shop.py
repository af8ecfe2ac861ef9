"""A caller of TikTok Shop in the sandbox, written from the marketplace's documents alone, like callers.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx

from tests.sandbox.callers import KEYS, Running, hmac_hex

BEAUTY, KIDS, STRANGERS = (7494049642642441621 + number for number in range(3))
KEY, SECRET = KEYS.tiktok_shop_app_key, KEYS.tiktok_shop_app_secret
CHAT = "/customer_service/202309"
SELLER, STRANGER = "nusantara.seller", "toko.orang.lain"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02"
    "fea735815d0000000049454e44ae426082"
)


def signature(path: str, query: dict[str, str], body: str) -> str:
    signed = "".join(key + query[key] for key in sorted(query) if key not in ("sign", "access_token"))
    return hmac_hex(SECRET, SECRET + path + signed + body + SECRET)


@dataclass
class TikTokShopCaller:
    sandbox: Running
    shop_id: int = BEAUTY
    token: str = ""
    refresh_token: str = ""
    cipher: str = ""

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """`query`, `json` or `files` of the call; `at`: its timestamp; `headers`; `changed` replaces query values
        after the signing, None leaves one out; `cipher` None sends none."""
        body = json.dumps(more["json"]) if "json" in more else more.get("body", "")
        query = {key: str(value) for key, value in more.get("query", {}).items()}
        query |= {"app_key": KEY, "timestamp": str(more.get("at") or self.now())}
        cipher = more.get("cipher", self.cipher)
        query |= {"shop_cipher": cipher} if cipher else {}
        query["sign"] = signature(path, query, body)
        changed = query | more.get("changed", {})
        # Percent-encoded throughout: a "+" in a page token is no space.
        line = urlencode({k: v for k, v in changed.items() if v is not None}, quote_via=quote)
        headers = {"x-tts-access-token": self.token} | more.get("headers", {})
        if body:
            headers = {"content-type": "application/json"} | headers
        content = {"files": more["files"]} if "files" in more else {"content": body}
        return self.sandbox.http.request(method, f"/tiktok-shop{path}?{line}", headers=headers, **content)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self.call("GET", path, query=query).json()

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self.call("POST", path, json=body).json()

    def now(self) -> int:
        return self.sandbox.ask("clock")["now"]

    # Consent and tokens

    def consent(
        self, username: str = SELLER, answer: str = "allow", state: str = "s-1", older: bool = False
    ) -> dict[str, list[str]]:
        """Walk through login and consent; the query of the way back."""
        http = self.sandbox.http
        link = (
            f"/oauth/authorize?app_key={KEY}"
            if older
            else f"/open/authorize?service_id={KEYS.tiktok_shop_service_id}"
        )
        login = http.get(f"/tiktok-shop-auth{link}&state={state}").headers["location"]
        page = http.post(login, data={"username": username, "password": "sandbox"}).headers["location"]
        assert "Izinkan" in http.get(page).text
        back = http.post(page, data={"answer": answer}).headers["location"]
        return parse_qs(urlsplit(back).query)

    def exchange(self, code: str, **changed: str) -> dict[str, Any]:
        query = {"app_key": KEY, "app_secret": SECRET, "auth_code": code, "grant_type": "authorized_code"}
        return self.sandbox.http.get("/tiktok-shop-auth/api/v2/token/get", params=query | changed).json()

    def refresh(self, token: str) -> dict[str, Any]:
        query = {"app_key": KEY, "app_secret": SECRET, "refresh_token": token, "grant_type": "refresh_token"}
        return self.sandbox.http.get("/tiktok-shop-auth/api/v2/token/refresh", params=query).json()

    def connect(self, username: str = SELLER) -> TikTokShopCaller:
        """Consent, fetch tokens, learn the cipher of the shop."""
        data = self.exchange(self.consent(username)["code"][0])["data"]
        self.token, self.refresh_token = data["access_token"], data["refresh_token"]
        self.cipher = self.ciphers()[self.shop_id]
        return self

    def ciphers(self) -> dict[int, str]:
        answer = self.call("GET", "/authorization/202309/shops", cipher=None).json()
        return {int(shop["id"]): shop["cipher"] for shop in answer["data"]["shops"]}

    # Chat

    def said(self, **more: Any) -> tuple[int, str]:
        """A new buyer has written: their id, and the conversation's."""
        said = self.sandbox.buyer_says("tiktok_shop", self.shop_id, more.pop("buyer", "Nina Baru"), **more)
        return said["buyer"], said["conversation"]

    def rooms(self, **query: Any) -> dict[str, Any]:
        return self.get(f"{CHAT}/conversations", **{"page_size": 20} | query)["data"]

    def messages(self, room: str, **query: Any) -> dict[str, Any]:
        return self.get(f"{CHAT}/conversations/{room}/messages", **{"page_size": 10} | query)["data"]

    def newest(self, room: str, **query: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The newest message and its content."""
        row = self.messages(room, sort_field="index", **query)["messages"][0]
        return row, json.loads(row["content"])

    def send(self, room: str, type_: str = "TEXT", version: str = "202309", **content: Any) -> dict[str, Any]:
        content = content or {"content": "Siap kak"}
        path = f"/customer_service/{version}/conversations/{room}/messages"
        return self.post(path, type=type_, content=json.dumps(content))

    def upload(self, name: str = "data", body: bytes = PNG, **more: Any) -> httpx.Response:
        return self.call("POST", f"{CHAT}/images/upload", files={name: ("a.png", body)}, **more)

    def truth(self, buyer: int | str = "Nina Baru") -> list[dict[str, Any]]:
        return self.sandbox.truth("tiktok_shop", self.shop_id, buyer)
