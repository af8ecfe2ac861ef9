"""Speaks to the Tokopedia Open API, as its documentation of 2023 describes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar
from urllib.parse import quote

from marketplaces.connector import Connector, KeyField, SyncPolicy, gettext_noop
from marketplaces.connectors.tokopedia import auth, limits, wire
from marketplaces.content import (
    IncomingMessage,
    Page,
    PushEvent,
    Receipt,
    RemoteConversation,
    Room,
    ShopFacts,
    Tokens,
)
from marketplaces.errors import (
    BadWebhook,
    MarketplaceError,
    NotAuthorized,
    Rejected,
    Temporary,
    Uncertain,
)
from marketplaces.http import Bucket, Http

# Answers tell no end of a list: the most a page may hold, and whatever is shorter is the last.
PER_PAGE = 15
# What sends count against.
REPLY = "reply"

# Tokopedia's codes -> our errors. Every service has its own prefix; the first pattern that fits counts.
CODES: tuple[tuple[str, type[MarketplaceError]], ...] = (
    (r"RBAC_\w+|SHP_USC_001|ORD_USC_015|ORD_USC_024|PRD_USC_001", NotAuthorized),
    (r"SHP_GRPC_002|[A-Z]+_GRPC_001|[A-Z]+_API_00[13456]|ERR_TOO_MANY_REQUEST", Temporary),
    (r"[A-Z]+_GRPC_003|ORD_API_008|[A-Z]+_DLV_\d+", Rejected),
)

NOT_ATTACHED = "not_attached"
ATTACH = gettext_noop(
    "Tokopedia has not attached this shop to the app. Add the shop in the Tokopedia developer console, "
    "let the shop owner accept the e-mail from Tokopedia, then activate chat again."
)
ASK_OWNER = gettext_noop(
    "The shop owner has not given the app permission for chat. "
    "Ask the owner to accept it at Tokopedia, then activate chat again."
)
CHECK_APP = gettext_noop(
    "Tokopedia did not accept the app's own keys. Ask your administrator to check the client id and secret."
)


class TokopediaConnector(Connector):
    slug = "tokopedia"
    name = "Tokopedia"
    key_fields = (
        KeyField("api_url", gettext_noop("API address"), choices=("https://fs.tokopedia.net",)),
        KeyField("auth_url", gettext_noop("Login address"), choices=("https://accounts.tokopedia.com",)),
        KeyField("fs_id", gettext_noop("App ID (fs_id)"), is_number=True),
        KeyField("client_id", gettext_noop("Client ID")),
        KeyField("client_secret", gettext_noop("Client secret"), is_secret=True),
        KeyField("webhook_secret", gettext_noop("Webhook secret"), is_secret=True),
    )
    token_scope = "app"
    refresh_before = timedelta(0)  # the same token comes back until it has ended
    needs_consent = False
    succeeded_by = "tiktok_shop"  # the Open API was shut on 30 September 2025
    # A push is a nudge without an id and may be lost, so readings come often.
    sync_policy = SyncPolicy(
        watched=timedelta(seconds=15), active=timedelta(seconds=15), quiet=timedelta(seconds=60)
    )
    settling_time = timedelta(seconds=10)
    explanations: ClassVar[Mapping[str, str]] = {
        NOT_ATTACHED: ATTACH,
        "RBAC_MDLW_001": ATTACH,
        "RBAC_USC_008": ATTACH,
        "SHP_USC_001": ATTACH,
        "ORD_USC_015": ATTACH,
        "ORD_USC_024": ATTACH,
        "PRD_USC_001": ATTACH,
        "RBAC_MDLW_002": ASK_OWNER,
        "RBAC_USC_012": ASK_OWNER,
        auth.CLIENT_REFUSED: CHECK_APP,
        "401": CHECK_APP,
        "403": gettext_noop(
            "Tokopedia does not let this server call it. Ask your administrator to add the server's address "
            "to the allowed addresses in the Tokopedia developer console."
        ),
        "404": gettext_noop(
            "Tokopedia does not know this conversation. Open it in Tokopedia's own seller centre."
        ),
        "SHP_GRPC_003": gettext_noop(
            "Tokopedia does not know this shop. Check the shop id, then activate again."
        ),
    }

    # Connecting

    @classmethod
    def refresh(cls, keys: Mapping[str, str], shop: str, tokens: Tokens | None, http: Http) -> Tokens:
        return auth.fetch_tokens(keys, http)

    def facts(self) -> ShopFacts:
        """The app's list of attached shops is the proof: ours is in it, or NotAuthorized."""
        for page in self.attached_shops():
            if ours := next((facts for facts in page if facts.remote_id == self.shop), None):
                return ours
        raise NotAuthorized("this shop is not attached to the app", code=NOT_ATTACHED)

    def attached_shops(self) -> Iterator[list[ShopFacts]]:
        """Page by page, until one is short or tells nothing new, as the paging is poorly documented."""
        path = f"/v1/shop/fs/{self.keys['fs_id']}/shop-info"
        seen: set[str] = set()
        for number in count(1):
            data = self.call("shop-info", "GET", path, params=self.page_query(number))
            with legible():
                page = wire.shop_facts(data or [])
            yield page
            told = {facts.remote_id for facts in page}
            if len(page) < PER_PAGE or told <= seen:
                return
            seen |= told

    # Receiving

    def list_conversations(self, cursor: str | None = None) -> Page[RemoteConversation]:
        number = int(cursor or 1)
        query = self.page_query(number) | {"filter": "all"}
        data = self.call("messages", "GET", self.chat_path(), params=query)
        with legible():
            return Page(wire.conversations(data or []), following(number, data))

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        number = int(cursor or 1)
        path = self.chat_path(conversation, "replies")
        data = self.call("replies", "GET", path, params=self.page_query(number))
        with legible():
            return Page(wire.messages(data or []), following(number, data))

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        if not auth.is_signed(body, headers.get("authorization-hmac", ""), keys.get("webhook_secret", "")):
            raise BadWebhook("wrong signature")
        try:
            push = json.loads(body)
        except ValueError as error:
            raise BadWebhook("not JSON") from error
        if not isinstance(push, dict):
            raise BadWebhook("not an object")
        return wire.push_event(push)

    # Abilities

    def send_bucket(self) -> Bucket:
        return limits.bucket_for(self.keys, REPLY)

    def send_text(self, room: Room, text: str) -> Receipt:
        path = self.chat_path(room.conversation, "reply")
        data = self.call(REPLY, "POST", path, json={"shop_id": int(self.shop), "message": text})
        if data is None:
            raise Uncertain("Tokopedia answered without the reply")
        try:
            return wire.receipt(data)
        except (TypeError, ValueError, OverflowError) as error:
            raise Uncertain("Tokopedia answered something unreadable") from error

    # Calling

    def chat_path(self, *parts: str) -> str:
        below = "".join("/" + quote(part, safe="") for part in parts)
        return f"/v1/chat/fs/{self.keys['fs_id']}/messages{below}"

    def page_query(self, number: int) -> dict[str, str | int]:
        return {"shop_id": self.shop, "page": number, "per_page": PER_PAGE}

    def call(self, endpoint: str, method: str, path: str, **content: Any) -> Any:
        """The `data` of the answer. A refused token is renewed once and the call repeated once."""
        tokens = self.tokens.current()
        status, body = self.call_with(tokens, endpoint, method, path, **content)
        if status == 401:
            tokens = self.tokens.renew(refused=tokens)
            status, body = self.call_with(tokens, endpoint, method, path, **content)
        answer = wire.read_answer(body)
        if answer is not None and status < 300 and not answer.failed:
            return answer.data
        raise error_of(status, answer, is_send=method == "POST")

    def call_with(
        self, tokens: Tokens, endpoint: str, method: str, path: str, **content: Any
    ) -> tuple[int, bytes]:
        bucket = limits.bucket_for(self.keys, endpoint)
        headers = {"Authorization": f"Bearer {tokens.access}"}
        url = self.keys["api_url"].rstrip("/") + path
        response = self.http.request(method, url, bucket=bucket, headers=headers, **content)
        limits.obey(self.http, bucket, response.status_code, response.headers)
        return response.status_code, response.content


def following(number: int, data: list[Any] | None) -> str | None:
    return str(number + 1) if len(data or []) >= PER_PAGE else None


@contextmanager
def legible() -> Iterator[None]:
    """An answer of another shape than documented is as good as none."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Temporary("Tokopedia answered something unreadable") from error


def error_of(status: int, answer: wire.Answer | None, *, is_send: bool) -> MarketplaceError:
    code = answer.code if answer and status != 401 else ""
    code = code or (str(status) if status >= 400 else "")
    detail = answer.detail if answer else f"no JSON in the answer (HTTP {status})"
    error = error_class(status, code, is_told=answer is not None)
    if error is Temporary and is_send:
        error = Uncertain
    return error(detail, code=code)


def error_class(status: int, code: str, *, is_told: bool) -> type[MarketplaceError]:
    for pattern, error in CODES:
        if re.fullmatch(pattern, code):
            return error
    if status in (401, 403):
        return NotAuthorized
    return Rejected if is_told and status < 500 else Temporary
