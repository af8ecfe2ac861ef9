"""Speaks to the Tokopedia Open API, as its documentation of 2023 describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

from marketplaces.connector import Connector, KeyField, SyncPolicy, gettext_noop
from marketplaces.connectors.tokopedia import auth, bubbles, limits, pushes, wire
from marketplaces.connectors.tokopedia.errors import TOO_LARGE, error_of, is_not_found
from marketplaces.connectors.tokopedia.explanations import (
    EXPLANATIONS,
    NO_PUBLIC_ADDRESS,
    NOT_ATTACHED,
    PICTURE_REFUSED,
)
from marketplaces.connectors.tokopedia.orders import Place, orders_in
from marketplaces.connectors.tokopedia.products import PRODUCTS_PER_PAGE, products_in
from marketplaces.content import (
    File,
    IncomingMessage,
    Page,
    PushEvent,
    Receipt,
    RemoteConversation,
    RemoteOrder,
    RemoteProduct,
    Room,
    ShopFacts,
    Tokens,
    Uploaded,
)
from marketplaces.errors import BadWebhook, NotAuthorized, Rejected, Temporary, Uncertain
from marketplaces.http import Bucket, Http

# Answers tell no end of a list: the most a page of chats may hold, and whatever is shorter is the last.
PER_PAGE = 15
# What sends count against.
REPLY = "reply"
# attachment_type of a reply.
IMAGE = 2


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
    # Chats have their pictures at images.tokopedia.net, products at ecs7.tokopedia.net, people their faces at
    # accounts.tokopedia.com and cdn.tokopedia.com; the names of such hosts change.
    media_hosts = (".tokopedia.net", ".tokopedia.com")
    order_window = timedelta(days=3, minutes=-1)  # "must be less than 3 days"
    lists_updates = False
    fetches_pictures = True
    # A push is a nudge without an id and may be lost, so readings come often.
    sync_policy = SyncPolicy(
        watched=timedelta(seconds=15), active=timedelta(seconds=15), quiet=timedelta(seconds=60)
    )
    settling_time = timedelta(seconds=10)
    explanations = EXPLANATIONS

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
        path = f"/v1/shop/fs/{self.fs_id}/shop-info"
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
            return Page(wire.conversations(data or []), following(number, data, PER_PAGE))

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        number = int(cursor or 1)
        path = self.chat_path(conversation, "replies")
        data = self.call("replies", "GET", path, params=self.page_query(number))
        with legible():
            return Page(bubbles.messages(data or []), following(number, data, PER_PAGE))

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        if not auth.is_signed(body, headers.get("authorization-hmac", ""), keys.get("webhook_secret", "")):
            raise BadWebhook("wrong signature")
        return cls.read_stored_push(body)

    @classmethod
    def read_stored_push(cls, body: bytes) -> PushEvent:
        try:
            push = json.loads(body)
        except ValueError as error:
            raise BadWebhook("not JSON") from error
        if not isinstance(push, dict):
            raise BadWebhook("not an object")
        return pushes.push_event(push)

    # Orders and products

    def list_orders(
        self, since: datetime, until: datetime, cursor: str | None = None, *, by_update: bool
    ) -> Page[RemoteOrder]:
        """By the time of the order alone. A time with too much for one answer is told in parts."""
        first, last = int(since.timestamp()), int(until.timestamp())
        place = Place.read(cursor) if cursor else Place(1, first, last)
        query = {"fs_id": self.fs_id, "shop_id": self.shop, **place.query}
        asked_at = datetime.now(UTC)
        try:
            data = self.call("order-list", "GET", "/v2/order/list", params=query)
        except Rejected as refusal:
            part = place.narrowed() if refusal.code == TOO_LARGE else None
            if part is None:
                raise
            return Page((), str(part))
        then = place.next(length(data), first)
        return Page(orders_in(data, self.shop, asked_at), str(then) if then else None)

    def get_orders(self, orders: Sequence[str]) -> tuple[RemoteOrder, ...]:
        """One call for each."""
        return tuple(found for each in orders for found in self.get_order(each))

    def get_order(self, order: str) -> tuple[RemoteOrder, ...]:
        asked_at = datetime.now(UTC)
        data = self.find("order", f"/v2/fs/{self.fs_id}/order", order_id=order)
        return orders_in(data, self.shop, asked_at)

    def list_products(self, since: datetime | None, cursor: str | None = None) -> Page[RemoteProduct]:
        """All of them, whatever `since` is."""
        number, asked_at = int(cursor or 1), datetime.now(UTC)
        query = {"shop_id": self.shop, "page": number, "per_page": PRODUCTS_PER_PAGE}
        data = self.call("product-info", "GET", self.product_path, params=query)
        return Page(products_in(data, self.shop, asked_at), following(number, data, PRODUCTS_PER_PAGE))

    def get_products(self, products: Sequence[str]) -> tuple[RemoteProduct, ...]:
        """One call for each."""
        return tuple(found for each in products for found in self.get_product(each))

    def get_product(self, product: str) -> tuple[RemoteProduct, ...]:
        asked_at = datetime.now(UTC)
        data = self.find("product-info", self.product_path, product_id=product)
        return products_in(data, self.shop, asked_at)

    # Sending

    def send_bucket(self) -> Bucket:
        return limits.bucket_for(self.keys, REPLY)

    def send_text(self, room: Room, text: str) -> Receipt:
        return self.reply(room, message=text)

    def upload_image(self, file: File) -> Uploaded:
        """No call: Tokopedia has none for this, it fetches the picture when it is sent."""
        if not file.public_url:
            raise Rejected("the picture has no public address", code=NO_PUBLIC_ADDRESS)
        return Uploaded({"upload": {"file_path": file.public_url}})

    def send_image(self, room: Room, picture: Uploaded) -> Receipt:
        """Documented by two words only; one connector was answered "file not supported"."""
        path = picture.payload["upload"]["file_path"]
        try:
            return self.reply(room, message="", attachment_type=IMAGE, file_path=path)
        except Rejected as refusal:
            if refusal.code in self.explanations:
                raise
            raise Rejected(str(refusal), code=PICTURE_REFUSED) from refusal

    def reply(self, room: Room, **content: Any) -> Receipt:
        path = self.chat_path(room.conversation, "reply")
        data = self.call(REPLY, "POST", path, json={"shop_id": int(self.shop), **content})
        if data is None:
            raise Uncertain("Tokopedia answered without the reply")
        try:
            return bubbles.receipt(data)
        except (TypeError, ValueError, OverflowError) as error:
            raise Uncertain("Tokopedia answered something unreadable") from error

    # Calling

    @property
    def fs_id(self) -> str:
        return self.keys["fs_id"]

    @property
    def product_path(self) -> str:
        return f"/inventory/v1/fs/{self.fs_id}/product/info"

    def chat_path(self, *parts: str) -> str:
        below = "".join("/" + quote(part, safe="") for part in parts)
        return f"/v1/chat/fs/{self.fs_id}/messages{below}"

    def page_query(self, number: int) -> dict[str, str | int]:
        return {"shop_id": self.shop, "page": number, "per_page": PER_PAGE}

    def find(self, endpoint: str, path: str, **query: str) -> Any:
        """The `data` of the answer; None for what Tokopedia does not know."""
        try:
            return self.call(endpoint, "GET", path, params=query)
        except Rejected as refusal:
            if is_not_found(refusal):
                return None
            raise

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


def following(number: int, data: Any, per_page: int) -> str | None:
    return str(number + 1) if length(data) >= per_page else None


def length(data: Any) -> int:
    """How many rows; an answer that is no list is unreadable, but for the null of an empty page."""
    if data is None:
        return 0
    if not isinstance(data, list):
        raise Temporary("Tokopedia answered something unreadable")
    return len(data)


@contextmanager
def legible() -> Iterator[None]:
    """An answer of another shape than documented is as good as none."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Temporary("Tokopedia answered something unreadable") from error
