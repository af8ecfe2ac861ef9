"""Speaks to Shopee Open Platform v2.

The pages about chat are not public, so the odd things here are those that integrators have met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from marketplaces import clock
from marketplaces.connector import Connector, KeyField, SyncPolicy, gettext_noop
from marketplaces.connectors.shopee import app, auth, bubbles, calls, media, pushes, wire
from marketplaces.connectors.shopee.errors import TokenRefused, recast
from marketplaces.connectors.shopee.explanations import EXPLANATIONS
from marketplaces.connectors.shopee.notices import NOTICES
from marketplaces.connectors.shopee.orders import orders_by_number, orders_page
from marketplaces.connectors.shopee.products import products_by_id, products_page
from marketplaces.connectors.shopee.values import is_number, known, object_in, response_of
from marketplaces.content import (
    File,
    Grant,
    IncomingMessage,
    LostPushes,
    Page,
    PushEvent,
    PushHealth,
    Receipt,
    RemoteConversation,
    RemoteOrder,
    RemoteProduct,
    Room,
    ShopFacts,
    Tokens,
    Uploaded,
)
from marketplaces.errors import BadWebhook, NotAuthorized, Rejected, Temporary
from marketplaces.http import Bucket, Http

CHAT = "/api/v2/sellerchat/"
SEND = f"{CHAT}send_message"
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
    rechecks = tuple(timedelta(seconds=wait) for wait in (30, 120, 300, 600))
    media_hosts = (".shopee.co.id", ".shopee.sg", ".susercontent.com", ".shopeemobile.com")
    explanations = EXPLANATIONS
    notices = NOTICES

    # The app

    @classmethod
    def check_keys(cls, keys: Mapping[str, str], http: Http) -> None:
        app.check(keys, http)

    @classmethod
    def authorized_shops(cls, keys: Mapping[str, str], http: Http) -> tuple[ShopFacts, ...]:
        return app.authorized_shops(keys, http)

    @classmethod
    def push_health(cls, keys: Mapping[str, str], http: Http) -> PushHealth:
        return app.push_health(keys, http)

    @classmethod
    def lost_pushes(cls, keys: Mapping[str, str], http: Http) -> LostPushes:
        return app.lost_pushes(keys, http)

    @classmethod
    def confirm_lost_pushes(cls, keys: Mapping[str, str], mark: str, http: Http) -> None:
        app.confirm_lost_pushes(keys, mark, http)

    # Connecting

    @classmethod
    def consent_url(cls, keys: Mapping[str, str], callback_url: str, state: str) -> str:
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
            raise recast(error, Rejected) from None
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
            raise recast(error, Temporary) from None
        return wire.tokens(answer)

    def facts(self) -> ShopFacts:
        told = wire.shop_facts(self.get("/api/v2/shop/get_shop_info"), self.shop)
        return replace(told, authorized_until=clock.ours(self.keys["api_url"], told.authorized_until))

    # Receiving

    def list_conversations(self, cursor: str | None = None) -> Page[RemoteConversation]:
        """Older from the top: "latest" without a cursor begins at the shop's oldest conversation."""
        query = {"direction": "older", "type": "all", "page_size": PAGE_SIZE}
        answer = self.get(f"{CHAT}get_conversation_list", query | known(next_timestamp_nano=cursor))
        return wire.conversations(response_of(answer), cursor)

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        query = {"conversation_id": conversation, "page_size": PAGE_SIZE}
        answer = self.get(f"{CHAT}get_message", query | known(offset=cursor))
        return bubbles.messages(response_of(answer), cursor, self.shop)

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        if not auth.is_signed(keys, headers.get("authorization", ""), callback_url, body):
            raise BadWebhook("wrong signature")
        return cls.read_stored_push(body)

    @classmethod
    def read_stored_push(cls, body: bytes) -> PushEvent:
        push = object_in(body)
        if push is None:
            raise BadWebhook("no JSON object")
        return pushes.push_event(push)

    # Orders and products

    def list_orders(
        self, since: datetime, until: datetime, cursor: str | None = None, *, by_update: bool
    ) -> Page[RemoteOrder]:
        return orders_page(self.get, since, until, cursor, by_update=by_update)

    def get_orders(self, orders: Sequence[str]) -> tuple[RemoteOrder, ...]:
        return orders_by_number(self.get, orders)

    def list_products(self, since: datetime | None, cursor: str | None = None) -> Page[RemoteProduct]:
        return products_page(self.get, self.shop, since, cursor)

    def get_products(self, products: Sequence[str]) -> tuple[RemoteProduct, ...]:
        return products_by_id(self.get, self.shop, products)

    # Reading marks

    def mark_read(self, room: Room, message: str) -> None:
        """The one id is a number and the other a text; anything else is refused."""
        if not is_number(room.conversation):
            raise Rejected("this conversation has no id of Shopee's")
        body = {"conversation_id": int(room.conversation), "last_read_message_id": message}
        self.post(f"{CHAT}read_conversation", json=body, is_repeatable=True)

    # Sending

    def send_bucket(self) -> Bucket:
        return calls.bucket_for(self.keys, self.shop, SEND)

    def send_text(self, room: Room, text: str) -> Receipt:
        return self.send(room, "text", {"text": text})

    def upload_image(self, file: File) -> Uploaded:
        files = media.multipart(file)
        return media.picture(self.post(f"{CHAT}upload_image", files=files, is_repeatable=True))

    def send_image(self, room: Room, picture: Uploaded) -> Receipt:
        return self.send(room, "image", {"image_url": picture.payload["url"]})

    def upload_video(self, file: File) -> Uploaded:
        files = media.multipart(file)
        return media.accepted_video(self.post(f"{CHAT}upload_video", files=files, is_repeatable=True))

    def uploaded_video(self, video: Uploaded) -> Uploaded:
        query = {"vid": video.payload["upload"]["vid"]}
        return media.video(self.get(f"{CHAT}get_video_upload_result", query), video)

    def send_video(self, room: Room, video: Uploaded) -> Receipt:
        return self.send(room, "video", video.payload["upload"])

    def send_sticker(self, room: Room, package: str, sticker: str) -> Receipt:
        return self.send(room, "sticker", {"sticker_package_id": package, "sticker_id": sticker})

    def send_product(self, room: Room, product: str) -> Receipt:
        if not is_number(product):
            raise Rejected("this is no product of Shopee's")
        return self.send(room, "item", {"item_id": int(product)})

    def send_order(self, room: Room, order: str) -> Receipt:
        """Without the shop: Shopee adds it."""
        return self.send(room, "order", {"order_sn": order})

    def send(self, room: Room, message_type: str, content: Mapping[str, Any]) -> Receipt:
        """To the buyer, not to the room."""
        if not is_number(room.buyer):
            raise Rejected("this conversation has no buyer id")
        message = {"to_id": int(room.buyer), "message_type": message_type, "content": content}
        return wire.receipt(self.post(SEND, json=message))

    # Calling

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self.call("GET", path, query=query or {}, is_repeatable=True)

    def post(self, path: str, **content: Any) -> dict[str, Any]:
        return self.call("POST", path, **content)

    def call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        """A refused token is renewed once and the call repeated once."""
        tokens = self.tokens.current()
        try:
            return self.call_with(tokens, method, path, **content)
        except TokenRefused:
            tokens = self.tokens.renew(refused=tokens)
        return self.call_with(tokens, method, path, **content)

    def call_with(self, tokens: Tokens, method: str, path: str, **content: Any) -> dict[str, Any]:
        call = calls.Call(method, path, owner=self.shop, access_token=tokens.access, **content)
        return calls.ask(self.http, self.keys, call)


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
    whole = {**body, "partner_id": int(keys["partner_id"])}
    call = calls.Call("POST", path, owner=owner, json=whole, is_repeatable=is_repeatable)
    return calls.ask(http, keys, call)
