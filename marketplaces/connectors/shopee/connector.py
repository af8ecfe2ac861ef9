"""Speaks to Shopee Open Platform v2.

The pages about chat are not public, so the odd things here are those that integrators have met.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from marketplaces.connector import Connector, KeyField, SyncPolicy, gettext_noop
from marketplaces.connectors.shopee import auth, calls, pushes, wire
from marketplaces.connectors.shopee.explanations import EXPLANATIONS
from marketplaces.content import (
    Grant,
    IncomingMessage,
    Page,
    PushEvent,
    Receipt,
    RemoteConversation,
    Room,
    ShopFacts,
    Tokens,
)
from marketplaces.errors import BadWebhook, NotAuthorized, Rejected, Temporary
from marketplaces.http import Http

CHAT = "/api/v2/sellerchat/"
# All countries but China and Brazil, then the sandbox.
HOSTS = (
    "https://partner.shopeemobile.com",
    "https://openplatform.sandbox.test-stable.shopee.sg",
    "https://openplatform.shopee.com.br",
    "https://openplatform.shopee.cn",
)
# Above 25 some shops get an empty list.
PAGE_SIZE = 25


class ShopeeConnector(Connector):
    slug = "shopee"
    name = "Shopee"
    key_fields = (
        KeyField("api_url", gettext_noop("API address"), choices=HOSTS),
        KeyField("partner_id", gettext_noop("Partner ID"), is_number=True),
        KeyField("partner_key", gettext_noop("Partner key"), is_secret=True),
        KeyField("push_key", gettext_noop("Push partner key"), is_secret=True, is_required=False),
    )
    text_limit = 600
    sync_policy = SyncPolicy(
        watched=timedelta(seconds=15), active=timedelta(seconds=30), quiet=timedelta(seconds=120)
    )
    settling_time = timedelta(seconds=10)
    explanations = EXPLANATIONS

    # Connecting

    @classmethod
    def consent_url(cls, keys: Mapping[str, str], callback_url: str) -> str:
        return auth.consent_url(keys, callback_url)

    @classmethod
    def exchange(cls, keys: Mapping[str, str], callback: Mapping[str, str], http: Http) -> Grant:
        if not callback.get("code"):
            raise Rejected("the seller came back without a code", code="consent_denied")
        owner = next((name for name in ("shop_id", "main_account_id") if callback.get(name)), "")
        who = callback.get(owner, "")
        if not is_number(who):
            raise Rejected("the seller came back without a shop", code="invalid_shop_id")
        body = {"code": callback["code"], owner: int(who)}
        try:
            answer = fetch_tokens(keys, auth.GET_TOKEN, who, body, http, is_repeatable=False)
        except NotAuthorized as error:
            raise calls.recast(error, Rejected) from None
        return wire.grant(answer, shop=who if owner == "shop_id" else "")

    @classmethod
    def refresh(cls, keys: Mapping[str, str], shop: str, tokens: Tokens | None, http: Http) -> Tokens:
        """The old pair is kept unless Shopee says that only a new consent helps."""
        if tokens is None or not tokens.refresh:
            raise NotAuthorized("this shop has no refresh token")
        body = {"refresh_token": tokens.refresh, "shop_id": int(shop)}
        try:
            answer = fetch_tokens(keys, auth.REFRESH_TOKEN, shop, body, http, is_repeatable=True)
        except Rejected as error:
            raise calls.recast(error, Temporary) from None
        return wire.tokens(answer)

    def facts(self) -> ShopFacts:
        return wire.shop_facts(self.get("/api/v2/shop/get_shop_info"), self.shop)

    # Receiving

    def list_conversations(self, cursor: str | None = None) -> Page[RemoteConversation]:
        """Older from the top: "latest" without a cursor begins at the shop's oldest conversation."""
        query = {"direction": "older", "type": "all", "page_size": PAGE_SIZE}
        answer = self.get(f"{CHAT}get_conversation_list", query | wire.known(next_timestamp_nano=cursor))
        return wire.conversations(wire.response_of(answer), cursor)

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        query = {"conversation_id": conversation, "page_size": PAGE_SIZE}
        answer = self.get(f"{CHAT}get_message", query | wire.known(offset=cursor))
        return wire.messages(wire.response_of(answer), cursor, self.shop)

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        if not auth.is_signed(keys, headers.get("authorization", ""), callback_url, body):
            raise BadWebhook("wrong signature")
        push = wire.object_in(body)
        if push is None:
            raise BadWebhook("no JSON object")
        return pushes.push_event(push)

    # Abilities

    def send_text(self, room: Room, text: str) -> Receipt:
        """To the buyer, not to the room."""
        if not is_number(room.buyer):
            raise Rejected("this conversation has no buyer id")
        message = {"to_id": int(room.buyer), "message_type": "text", "content": {"text": text}}
        return wire.receipt(self.call("POST", f"{CHAT}send_message", {}, message))

    # Calling

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self.call("GET", path, query or {}, None)

    def call(
        self, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """A refused token is renewed once and the call repeated once."""
        tokens = self.tokens.current()
        try:
            return self.call_with(tokens, method, path, query, body)
        except calls.TokenRefused:
            tokens = self.tokens.renew(refused=tokens)
        return self.call_with(tokens, method, path, query, body)

    def call_with(
        self, tokens: Tokens, method: str, path: str, query: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        return calls.ask(
            self.http,
            calls.bucket_for(self.keys, self.shop, path),
            method,
            auth.url_of(self.keys, path),
            params={**auth.shop_query(self.keys, path, tokens.access, self.shop), **query},
            json=body,
            is_repeatable=method == "GET",
        )


def fetch_tokens(
    keys: Mapping[str, str],
    path: str,
    owner: str,
    body: Mapping[str, Any],
    http: Http,
    *,
    is_repeatable: bool,
) -> dict[str, Any]:
    """`owner`: the shop or main account whose tokens these are."""
    return calls.ask(
        http,
        calls.bucket_for(keys, owner, path),
        "POST",
        auth.url_of(keys, path),
        params=auth.public_query(keys, path),
        json={**body, "partner_id": int(keys["partner_id"])},
        is_repeatable=is_repeatable,
    )


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
