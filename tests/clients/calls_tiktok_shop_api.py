"""PyPI tiktok-shop-api 0.1.0: tokens, shops, chat, orders, products and webhooks, through models that were made from
TikTok Shop's own pages.

It signs the path as the real host has it, while the sandbox keeps each marketplace below a path of its own: the
transport puts that path in front when everything is signed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from conftest import TIKTOK_KEY, TIKTOK_SECRET, TIKTOK_SERVICE, Sandbox
from tiktok_shop_api import (
    TikTokShop,
    TikTokShopAuth,
    TikTokShopError,
    UnknownWebhookEvent,
    Webhooks,
    WebhookSignatureError,
)
from tiktok_shop_api.generated import models
from tiktok_shop_api.generated._groups import AuthorizationApi, CustomerServiceApi, EventApi
from tiktok_shop_api.generated.types import UNSET, File

BEAUTY, KIDS = 7494049642642441621, 7494049642642441622
PLACE = {"marketplace": "tiktok_shop", "shop": BEAUTY}
DAY = 86400
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02"
    "fea735815d0000000049454e44ae426082"
)


class BelowMount(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(raw_path=b"/tiktok-shop" + request.url.raw_path)
        return super().handle_request(request)


def consent(sandbox: Sandbox, link: str) -> dict[str, list[str]]:
    """What the seller does in a browser; the query of the way back."""
    with requests.Session() as browser:
        login = browser.get(link, timeout=10)
        assert login.status_code == 200, login.text
        account = {"username": "nusantara.seller", "password": "sandbox"}
        page = browser.post(login.url, data=account, timeout=10)
        back = browser.post(page.url, data={"answer": "allow"}, timeout=10, allow_redirects=False)
        return parse_qs(urlsplit(back.headers["location"]).query)


def authorize(sandbox: Sandbox) -> Any:
    """The library's link, with the sandbox in place of the host that it cannot be told; the tokens."""
    auth = TikTokShopAuth(
        TIKTOK_KEY, TIKTOK_SECRET, TIKTOK_SERVICE, base_url=f"{sandbox.url}/tiktok-shop-auth"
    )
    link = auth.authorization_url(type="seller", region="row", state="a b&c")
    here = link.replace("https://services.tiktokshop.com", f"{sandbox.url}/tiktok-shop-auth")
    back = consent(sandbox, here)
    assert back["state"] == ["a b&c"]
    return auth, auth.exchange_code(back["code"][0])


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Iterator[TikTokShop]:
    """For the first shop, without the limit in the way."""
    sandbox.control("limits", marketplace="tiktok_shop", endpoint="*", rate=1000, burst=1000)
    _, tokens = authorize(sandbox)
    app = TikTokShop(
        TIKTOK_KEY, TIKTOK_SECRET, tokens.access_token, base_url=sandbox.url, transport=BelowMount()
    )
    shops = good(app.authorization.get_authorized_shops()).shops
    with app.with_shop(shop_cipher=shops[0].cipher) as shop:
        yield shop
    app.close()


@pytest.fixture
def said(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.buyer_says("Pembeli Python", marketplace="tiktok_shop", shop=BEAUTY)


class Receiver:
    """What a product would be: keeps the pushes that come."""

    def __init__(self) -> None:
        self.received: list[tuple[bytes, str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((body, self.headers["Authorization"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/webhooks"

    def first(self, type_: int) -> tuple[bytes, str]:
        """The first push of a type, once it has come."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for body, sign in list(self.received):
                if json.loads(body)["type"] == type_:
                    return body, sign
            time.sleep(0.02)
        raise AssertionError(f"no push of type {type_} came")

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    kept = Receiver()
    sandbox.control("push", marketplace="tiktok_shop", url=kept.url)
    yield kept
    sandbox.control("push", marketplace="tiktok_shop", url="")
    kept.stop()


def good(answer: Any) -> Any:
    """The data of an answer, after it was read by the library's own model."""
    assert (answer.code, answer.message) == (0, "Success")
    assert answer.request_id
    complete(answer)
    return answer.data


def complete(model: Any) -> None:
    """Everything that came has a place in the model: the sandbox makes no fields up."""
    if isinstance(model, list):
        for item in model:
            complete(item)
    elif hasattr(model, "additional_properties"):
        assert model.additional_properties == {}, (type(model).__name__, model.additional_properties)
        for value in vars(model).values() if hasattr(model, "__dict__") else slots(model):
            complete(value)


def slots(model: Any) -> list[Any]:
    return [getattr(model, field.name) for field in type(model).__attrs_attrs__]


def send(client: TikTokShop, room: str, type_: str, role: Any = UNSET, **content: Any) -> str:
    body = models.SendMessageRequest(
        type_=models.SendMessageRequestType(type_), content=json.dumps(content), sender_role=role
    )
    return good(client.customer_service.send_message(room, body=body)).message_id


def truth(sandbox: Sandbox) -> list[dict[str, Any]]:
    query = PLACE | {"buyer": "Pembeli Python"}
    return requests.get(f"{sandbox.url}/control/messages", params=query, timeout=10).json()["messages"]


def refused(call: Callable[[], Any]) -> TikTokShopError:
    with pytest.raises(TikTokShopError) as caught:
        call()
    return caught.value


# Tokens and shops


def test_a_code_becomes_tokens_once(sandbox: Sandbox) -> None:
    auth, tokens = authorize(sandbox)
    assert (tokens.open_id, tokens.seller_base_region, tokens.user_type) == ("7010736057180325601", "ID", 0)
    assert abs(tokens.access_token_expire_in - time.time() - 7 * DAY) < 60
    assert "seller.customer_service" in tokens.granted_scopes
    assert refused(lambda: auth.exchange_code("used")).code == 36004004


def test_a_refresh_gives_another_pair_and_spends_the_old(sandbox: Sandbox) -> None:
    auth, tokens = authorize(sandbox)
    pair = auth.refresh(tokens.refresh_token)
    assert pair.refresh_token != tokens.refresh_token
    error = refused(lambda: auth.refresh(tokens.refresh_token))
    assert (error.code, error.http_status) == (36004005, 200)


def test_shops_have_ciphers(client: TikTokShop) -> None:
    shops = good(client.with_shop(shop_cipher=None).authorization.get_authorized_shops()).shops
    assert [(shop.id, shop.name) for shop in shops] == [
        (str(BEAUTY), "Nusantara Beauty"),
        (str(KIDS), "Nusantara Kids"),
    ]
    assert len({shop.cipher for shop in shops}) == 2


def test_a_wrong_secret_is_refused(client: TikTokShop, sandbox: Sandbox) -> None:
    wrong = TikTokShop(TIKTOK_KEY, "another", "x", base_url=sandbox.url, transport=BelowMount())
    error = refused(wrong.authorization.get_authorized_shops)
    assert (error.code, error.http_status) == (106001, 401)


# Chat


def test_conversations_are_listed_page_by_page(client: TikTokShop, said: dict[str, Any]) -> None:
    first = good(client.customer_service.get_conversations(page_size=20, need_session_info=True))
    token = first.next_page_token
    assert token.startswith("+/")
    second = good(client.customer_service.get_conversations(page_size=20, page_token=token))
    assert second.next_page_token == ""
    rooms = first.conversations + second.conversations
    assert len(rooms) == len({room.id for room in rooms}) >= 23
    assert (rooms[0].id, rooms[0].can_send_message) == (said["conversation"], True)
    assert rooms[0].cur_session.phase == "QUEUED"
    assert {
        person.buyer_platform for room in rooms for person in room.participants if person.role == "BUYER"
    } >= {
        "TOKOPEDIA",
        "TIKTOK_SHOP",
    }


def test_one_conversation_is_told_with_its_platform(client: TikTokShop) -> None:
    rooms = good(client.customer_service.get_conversations(page_size=5)).conversations
    room = good(client.customer_service.get_conversation(rooms[4].id, need_session_id=True)).conversation
    buyer = next(person for person in room.participants if person.role == "BUYER")
    assert buyer.platform in ("TOKOPEDIA", "TIKTOK_SHOP")
    assert buyer.user_id != buyer.im_user_id


def test_messages_are_read_page_by_page(client: TikTokShop) -> None:
    rooms = good(client.customer_service.get_conversations(page_size=20)).conversations
    ascending = models.GetConversationMessagesSortOrder.ASC
    locale = models.GetConversationMessagesLocale("id-ID")
    query = {"page_size": 10, "sort_field": "index", "sort_order": ascending, "locale": locale}
    found: list[Any] = []
    for room in rooms[:6]:
        token: Any = UNSET
        while token != "":
            page = good(
                client.customer_service.get_conversation_messages(
                    room.id, page_token=token, need_data=True, need_plaintext=True, **query
                )
            )
            numbers = [int(row.index) for row in page.messages]
            assert numbers == sorted(numbers)
            found += page.messages
            token = page.next_page_token
        assert "Seller Center" in page.unsupported_msg_tips
    assert {"TEXT", "IMAGE", "NOTIFICATION"} <= {row.type_ for row in found}
    assert {"BUYER", "CUSTOMER_SERVICE", "SYSTEM"} <= {row.sender.role for row in found}
    assert {row.is_visible for row in found} == {True, False}
    assert all(isinstance(json.loads(row.content), dict) for row in found)


@pytest.mark.parametrize("role", [UNSET, "ROBOT"])
def test_a_text_is_sent(client: TikTokShop, sandbox: Sandbox, said: dict[str, Any], role: Any) -> None:
    sent = send(client, said["conversation"], "TEXT", role, content="Masih ada kak 🤗")
    last = truth(sandbox)[-1]
    assert (last["id"], last["text"], last["role"]) == (sent, "Masih ada kak 🤗", role or "CUSTOMER_SERVICE")


def test_a_picture_is_uploaded_and_sent(client: TikTokShop, said: dict[str, Any]) -> None:
    file = File(payload=BytesIO(PNG), file_name="a.png", mime_type="image/png")
    body = models.UploadImageForBuyerMessagesRequest(data=file)
    image = good(client.customer_service.upload_image_for_buyer_messages(body=body))
    assert (image.width, image.height) == (1, 1)
    room = said["conversation"]
    sent = send(client, room, "IMAGE", url=image.url, width=image.width, height=image.height)
    page = good(client.customer_service.get_conversation_messages(room, page_size=1, sort_field="index"))
    content = json.loads(page.messages[0].content)
    assert (page.messages[0].id, content["url"], content["width"]) == (sent, image.url, "1")
    creds = client._creds
    query = {"shop_cipher": creds.shop_cipher}
    headers = {"x-tts-access-token": creds.access_token}
    assert requests.get(image.url, params=query, headers=headers, timeout=10).content == PNG
    assert requests.get(image.url, params=query, timeout=10).status_code == 401


def test_a_product_and_an_order_are_sent(client: TikTokShop, sandbox: Sandbox, said: dict[str, Any]) -> None:
    body = models.SearchProductsRequest(status=models.SearchProductsRequestStatus.ACTIVATE)
    product = next(
        product
        for product in good(client.products.search_products(page_size=20, body=body)).products
        if product.status and product.integrated_platform_statuses
    )
    send(client, said["conversation"], "PRODUCT_CARD", product_id=product.id)
    order = sandbox.control("orders", buyer="Pembeli Python", **PLACE)["order"]["id"]
    send(client, said["conversation"], "ORDER_CARD", order_id=order)
    assert [row["kind"] for row in truth(sandbox)[-2:]] == ["item", "order"]


@pytest.mark.parametrize(
    ("type_", "content", "code"),
    [
        ("TEXT", {"content": "kata-terlarang"}, 45101006),
        ("PRODUCT_CARD", {"product_id": "1"}, 45101002),
        ("COUPON_CARD", {"coupon_id": "1"}, 45111017),
    ],
)
def test_a_refusal_comes_inside_a_200(
    client: TikTokShop, said: dict[str, Any], type_: str, content: dict[str, str], code: int
) -> None:
    error = refused(lambda: send(client, said["conversation"], type_, **content))
    assert (error.code, error.http_status) == (code, 200)


def test_reading_is_counted(client: TikTokShop, said: dict[str, Any]) -> None:
    service = client.customer_service
    assert good(service.get_conversations(page_size=1)).conversations[0].unread_count > 0
    body = models.MarkBuyerMessagesAsReadRequest()
    good(service.mark_buyer_messages_as_read(said["conversation"], body=body))
    assert good(service.get_conversations(page_size=1)).conversations[0].unread_count == 0


def test_a_conversation_is_opened_and_its_session_ended(client: TikTokShop, said: dict[str, Any]) -> None:
    service = client.customer_service
    body = models.CreateConversationRequest(buyer_user_id=str(said["buyer"]))
    room = good(service.create_conversation(body=body)).conversation_id
    assert room == said["conversation"]
    session = good(service.get_conversation(room, need_session_id=True)).conversation.cur_session_id
    good(service.end_session(room, session, body=models.EndSessionRequest()))
    assert good(service.get_conversation(room, need_session_id=True)).conversation.cur_session_id is UNSET


def test_the_desk_is_set_and_measured(client: TikTokShop) -> None:
    service = client.customer_service
    for accepts in (False, True):
        body = models.UpdateAgentSettingsRequest(can_accept_chat=accepts)
        good(service.update_agent_settings(body=body))
        assert good(service.get_agent_settings()).can_accept_chat is accepts
    until = date.today() + timedelta(days=1)
    days = {"support_date_ge": until - timedelta(days=60), "support_date_lt": until}
    measured = good(service.get_customer_service_performance(**days)).performance
    assert measured.support_session_count > 0
    now = int(time.time())
    body = models.SearchSessionsRequest(begin_time_ge=now - 60 * DAY, begin_time_lt=now + 60)
    found = good(service.search_sessions(body=body, page_size=20))
    assert len(found.sessions) == 20


def test_too_many_calls_are_an_error_of_its_own(client: TikTokShop, sandbox: Sandbox) -> None:
    limit = {"marketplace": "tiktok_shop", "endpoint": "conversations"}
    sandbox.control("limits", rate=0.1, burst=1, **limit)
    good(client.customer_service.get_conversations(page_size=1))
    error = refused(lambda: client.customer_service.get_conversations(page_size=1))
    assert (error.code, error.http_status) == (36009002, 429)
    assert error.request_id
    sandbox.control("limits", rate=1000, burst=1000, **limit)


# Orders and products


def test_orders_are_searched_and_told(client: TikTokShop, sandbox: Sandbox) -> None:
    made = sandbox.control("orders", buyer="Pembeli Python", **PLACE)["order"]
    body = models.GetOrderListRequest(buyer_user_id=str(made["buyer"]))
    newest = {
        "sort_field": models.GetOrderListSortField("create_time"),
        "sort_order": models.GetOrderListSortOrder.DESC,
    }
    found = good(client.orders.get_order_list(page_size=10, body=body, **newest)).orders
    assert found[0].id == made["id"]
    assert {order.user_id for order in found} == {str(made["buyer"])}
    assert found[0].payment.total_amount == str(made["total"])
    detail = good(client.orders.get_order_detail(ids=[order.id for order in found])).orders
    assert [order.id for order in detail] == [order.id for order in found]
    assert detail[0].commerce_platform in ("TOKOPEDIA", "TIKTOK_SHOP")
    assert detail[0].line_items[0].sale_price.isdigit()


def test_every_page_of_products_is_reached(client: TikTokShop) -> None:
    found: list[Any] = []
    token: Any = UNSET
    while token != "":
        page = good(
            client.products.search_products(
                page_size=25, page_token=token, body=models.SearchProductsRequest()
            )
        )
        found += page.products
        token = page.next_page_token
    assert len(found) == page.total_count == 60
    product = good(client.products.get_product(found[0].id))
    assert product.title == found[0].title
    assert product.main_images[0].urls[0].endswith(".png")
    assert product.skus[0].price.sale_price == found[0].skus[0].price.tax_exclusive_price
    assert product.skus[0].inventory[0].quantity == found[0].skus[0].inventory[0].quantity
    assert refused(lambda: client.products.get_product("1")).code == 12019150


# Webhooks


def test_a_webhook_is_registered_and_given_up(
    client: TikTokShop, receiver: Receiver, sandbox: Sandbox
) -> None:
    kind = "NEW_MESSAGE"
    body = models.UpdateShopWebhookRequest(
        address=f"{receiver.url}/chat", event_type=models.UpdateShopWebhookRequestEventType(kind)
    )
    good(client.event.update_shop_webhook(body=body))
    listed = good(client.event.get_shop_webhooks())
    assert [(row.event_type, row.address) for row in listed.webhooks] == [(kind, f"{receiver.url}/chat")]
    sandbox.buyer_says("Pembeli Python", marketplace="tiktok_shop", shop=BEAUTY)
    receiver.first(14)
    gone = models.DeleteWebhookForAnEventRequest(models.DeleteWebhookForAnEventRequestEventType(kind))
    good(client.event.delete_webhook_for_an_event(body=gone))
    assert good(client.event.get_shop_webhooks()).total_count == 0


def read(push: tuple[bytes, str]) -> Any:
    """Verified, and read strictly."""
    body, sign = push
    keys = {"app_key": TIKTOK_KEY, "app_secret": TIKTOK_SECRET}
    event = Webhooks.verify_and_parse(raw_body=body, signature=sign, **keys)
    with pytest.raises(WebhookSignatureError):
        Webhooks.verify_and_parse(raw_body=body + b" ", signature=sign, **keys)
    assert not isinstance(event, UnknownWebhookEvent)
    complete(event)
    return event


def test_messages_and_orders_are_pushed_as_the_models_have_them(
    client: TikTokShop, receiver: Receiver, sandbox: Sandbox
) -> None:
    said = sandbox.buyer_says("Pembeli Baru Lagi", marketplace="tiktok_shop", shop=BEAUTY)
    sandbox.control("orders", buyer="Pembeli Python", status="IN_CANCEL", **PLACE)
    message = read(receiver.first(14))
    assert (message.shop_id, message.data.message_id) == (str(BEAUTY), said["id"])
    assert message.data.sender.role == "BUYER"
    assert read(receiver.first(13)).data.conversation_id == said["conversation"]
    assert read(receiver.first(1)).data.order_status == "AWAITING_SHIPMENT"
    assert read(receiver.first(11)).data.cancel_status == "CANCELLATION_REQUEST_PENDING"
    sandbox.control("orders", buyer="Pembeli Python", status="TO_RETURN", **PLACE)
    assert read(receiver.first(12)).data.return_type == "RETURN_AND_REFUND"


def test_the_end_of_a_consent_is_pushed_as_the_models_have_it(
    client: TikTokShop, receiver: Receiver, sandbox: Sandbox
) -> None:
    """Last: afterwards nothing may be asked."""
    sandbox.control("authorizations", way="ends_soon", **PLACE)
    assert read(receiver.first(7)).data.expiration_time.isdigit()
    sandbox.control("authorizations", way="cancel", **PLACE)
    assert "deauthorized" in read(receiver.first(6)).data.message
    error = refused(lambda: client.customer_service.get_conversations(page_size=1))
    assert (error.code, error.http_status) == (36009004, 400)


# Whether all of it is here


@pytest.mark.parametrize("group", [AuthorizationApi, CustomerServiceApi, EventApi])
def test_every_call_of_the_groups_in_question_is_made_above(group: type) -> None:
    source = Path(__file__).read_text()
    calls = [name for name in vars(group) if not name.startswith("_")]
    assert calls
    missing = [name for name in calls if f".{name}(" not in source and f".{name})" not in source]
    assert missing == (["get_authorized_category_assets"] if group is AuthorizationApi else [])
