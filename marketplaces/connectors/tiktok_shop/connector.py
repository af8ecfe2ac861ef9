"""Speaks to the TikTok Shop Partner API, whose Customer Service part carries the chats of Tokopedia as well."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from marketplaces.connector import Connector, KeyField, SyncPolicy, TokenSource, gettext_noop
from marketplaces.connectors.tiktok_shop import (
    auth,
    bubbles,
    calls,
    consent,
    conversations,
    media,
    pushes,
)
from marketplaces.connectors.tiktok_shop.endpoints import (
    CONVERSATION,
    CONVERSATIONS,
    MESSAGES,
    READ,
    SEND,
    SHOPS,
    UPLOAD_IMAGE,
    Endpoint,
)
from marketplaces.connectors.tiktok_shop.errors import CLOSED, NOT_AMONG_SHOPS, TokenRefused
from marketplaces.connectors.tiktok_shop.explanations import EXPLANATIONS
from marketplaces.connectors.tiktok_shop.notices import NOTICES
from marketplaces.connectors.tiktok_shop.orders import orders_by_number, orders_of_buyer, orders_page
from marketplaces.connectors.tiktok_shop.products import products_by_id, products_page
from marketplaces.connectors.tiktok_shop.values import identifier, known, object_in, text_in
from marketplaces.content import (
    File,
    FileAccess,
    Grant,
    IncomingMessage,
    Page,
    PushEvent,
    Quota,
    Receipt,
    RemoteConversation,
    RemoteOrder,
    RemoteProduct,
    Room,
    ShopFacts,
    Tokens,
    Uploaded,
)
from marketplaces.errors import BadWebhook, NotAuthorized
from marketplaces.http import Bucket, Http

# The most that these lists take.
CONVERSATIONS_AT_ONCE = 20
MESSAGES_AT_ONCE = 10
# Words of the system are told in this language; those of people never change.
LOCALE = "id-ID"
CALLS_A_DAY = 10_000


class TikTokShopConnector(Connector):
    slug = "tiktok_shop"
    name = "Tokopedia & TikTok Shop"
    key_fields = (
        KeyField("api_url", gettext_noop("API address"), choices=("https://open-api.tiktokglobalshop.com",)),
        KeyField("auth_url", gettext_noop("Token address"), choices=("https://auth.tiktok-shops.com",)),
        KeyField(
            "consent_url",
            gettext_noop("Login address"),
            choices=(
                "https://services.tiktokshop.com/open/authorize",
                "https://services.us.tiktokshop.com/open/authorize",
            ),
        ),
        KeyField("app_key", gettext_noop("App key")),
        KeyField("app_secret", gettext_noop("App secret"), is_secret=True),
        KeyField("service_id", gettext_noop("Service ID"), is_required=False, is_number=True),
    )
    #: Tokens live for a week. Six hours outlast a night in which the token host is away, and a token that should
    #: live for less than a week is still not fetched anew with every call.
    refresh_before = timedelta(hours=6)
    registers_callback = True
    reuses_consent = True
    platforms = {"tokopedia": "Tokopedia", "tiktok_shop": "TikTok Shop"}
    text_limit = 2000
    orders_by_number = True
    #: Pushes tell everything, also what is typed in Seller Center, and each look counts against the day's quota.
    sync_policy = SyncPolicy(
        watched=timedelta(seconds=30), active=timedelta(seconds=60), quiet=timedelta(seconds=300)
    )
    settling_time = timedelta(seconds=10)
    #: ByteDance's file hosts, as in its own examples. Each is shown the shop's token, so the list is short: without
    #: byted.org, which stands in some examples and is their test environment.
    media_hosts = (".ibyteimg.com", ".byteimg.com", ".tiktokcdn.com", ".tiktokcdn-us.com")
    lock_codes = frozenset((CLOSED,))
    explanations = EXPLANATIONS
    notices = NOTICES

    def __init__(self, *, keys: Mapping[str, str], shop: str, tokens: TokenSource, http: Http) -> None:
        super().__init__(keys=keys, shop=shop, tokens=tokens, http=http)
        self.known_cipher = ""

    # Connecting

    @classmethod
    def consent_url(cls, keys: Mapping[str, str], callback_url: str, state: str) -> str:
        return auth.consent_url(keys, state)

    @classmethod
    def exchange(cls, keys: Mapping[str, str], callback: Mapping[str, str], http: Http) -> Grant:
        return consent.granted(keys, callback, http)

    @classmethod
    def refresh(cls, keys: Mapping[str, str], shop: str, tokens: Tokens | None, http: Http) -> Tokens:
        return consent.refreshed(keys, tokens, http)

    def facts(self) -> ShopFacts:
        """The shop is among those of the consent, and its chat can be read: both are proofs that we need."""
        row = self.shop_row()
        self.known_cipher = consent.cipher(row)
        self.call(CONVERSATIONS, query={"page_size": 1})
        until = self.tokens.current().authorized_until
        return ShopFacts(self.shop, name=text_in(row, "name"), authorized_until=until)

    def shop_row(self) -> dict[str, Any]:
        row = consent.shops_in(self.call(SHOPS)).get(self.shop)
        if row is None:
            raise NotAuthorized("the consent does not include this shop", code=NOT_AMONG_SHOPS)
        return row

    # Receiving

    def list_conversations(self, cursor: str | None = None) -> Page[RemoteConversation]:
        query = {"page_size": CONVERSATIONS_AT_ONCE, "locale": LOCALE, **known(page_token=cursor)}
        return conversations.conversations(self.call(CONVERSATIONS, query=query), cursor)

    def get_conversation(self, conversation: str) -> RemoteConversation:
        return conversations.single(self.call(CONVERSATION, conversation))

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        """By their numbers, as several have the same second. In plain text for what has no text of its own."""
        query = {
            "page_size": MESSAGES_AT_ONCE,
            "locale": LOCALE,
            "sort_field": "index",
            "sort_order": "DESC",
            "need_plaintext": "true",
            **known(page_token=cursor),
        }
        return bubbles.messages(self.call(MESSAGES, conversation, query=query), cursor)

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        if not auth.is_signed(keys, headers.get("authorization", ""), body):
            raise BadWebhook("wrong signature")
        return cls.read_stored_push(body)

    @classmethod
    def read_stored_push(cls, body: bytes) -> PushEvent:
        push = object_in(body)
        if push is None:
            raise BadWebhook("no JSON object")
        return pushes.push_event(push)

    def file_access(self) -> FileAccess:
        """Pictures of Indonesian chats are shown to nobody else."""
        tokens = self.tokens.current()
        return FileAccess(
            query={"shop_cipher": self.cipher(tokens)}, headers={auth.TOKEN_HEADER: tokens.access}
        )

    # Orders and products

    def list_orders(
        self, since: datetime, until: datetime, cursor: str | None = None, *, by_update: bool
    ) -> Page[RemoteOrder]:
        return orders_page(self.call, since, until, cursor, by_update=by_update)

    def get_orders(self, orders: Sequence[str]) -> tuple[RemoteOrder, ...]:
        return orders_by_number(self.call, orders)

    def orders_of_buyer(self, buyer: str) -> tuple[RemoteOrder, ...]:
        return orders_of_buyer(self.call, buyer)

    def list_products(self, since: datetime | None, cursor: str | None = None) -> Page[RemoteProduct]:
        return products_page(self.call, since, cursor)

    def get_products(self, products: Sequence[str]) -> tuple[RemoteProduct, ...]:
        return products_by_id(self.call, products)

    # Reading marks

    def mark_read(self, room: Room, message: str) -> None:
        """Everything that the buyer has written, whatever the message."""
        self.call(READ, room.conversation, body={})

    # Sending

    def send_bucket(self) -> Bucket:
        return calls.bucket_for(self.keys, self.shop, SEND)

    def quota(self) -> Quota:
        return Quota(calls.quota_key(self.keys, self.shop), CALLS_A_DAY)

    def send_text(self, room: Room, text: str) -> Receipt:
        return self.send(room, "TEXT", {"content": text})

    def upload_image(self, file: File) -> Uploaded:
        return media.picture(self.call(UPLOAD_IMAGE, files=media.multipart(file)))

    def send_image(self, room: Room, picture: Uploaded) -> Receipt:
        return self.send(room, "IMAGE", media.content_of(picture))

    def send_product(self, room: Room, product: str) -> Receipt:
        return self.send(room, "PRODUCT_CARD", {"product_id": product})

    def send_order(self, room: Room, order: str) -> Receipt:
        return self.send(room, "ORDER_CARD", {"order_id": order})

    def send(self, room: Room, message_type: str, content: Mapping[str, Any]) -> Receipt:
        """Its number is told by the push that follows, or by a reading."""
        body = {"type": message_type, "content": json.dumps(content)}
        data = self.call(SEND, room.conversation, body=body)
        return Receipt(remote_id=identifier(data.get("message_id")) or None)

    # Calling

    def call(self, endpoint: Endpoint, target: str = "", **content: Any) -> dict[str, Any]:
        """A refused token is renewed once and the call repeated once."""
        tokens = self.tokens.current()
        try:
            return self.call_with(tokens, endpoint, target, **content)
        except TokenRefused:
            tokens = self.tokens.renew(refused=tokens)
        return self.call_with(tokens, endpoint, target, **content)

    def call_with(self, tokens: Tokens, endpoint: Endpoint, target: str, **content: Any) -> dict[str, Any]:
        call = calls.Call(endpoint, target, self.shop, access_token=tokens.access, **content)
        if endpoint.is_of_shop:
            call = replace(call, query={**call.query, "shop_cipher": self.cipher(tokens)})
        return calls.ask(self.http, self.keys, call)

    def cipher(self, tokens: Tokens) -> str:
        """Kept beside the tokens; where it is not, the list of shops tells it."""
        known = self.known_cipher or tokens.shop_key
        if not known:
            known = self.known_cipher = consent.cipher(self.shop_row())
        return known
