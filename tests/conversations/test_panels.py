"""Beside the thread: this buyer's orders, the shop's products, and sending them."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.ingest import ingest
from conversations.models import Conversation, Message
from conversations.tasks import fetch_orders_of_buyer
from forstok_chat.redis import redis
from marketplaces.content import IncomingMessage, Kind, OrderStatus, RemoteOrder
from marketplaces.models import Feed, Order, Product, Shop
from marketplaces.throttle import count, day_key
from tests.conversations.mall import BEGAN, Mall, bubble, room
from tests.factories import make_conversation, make_shop, remote, said

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    return nudges


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada?")


def product(shop: Shop, number: str, name: str, **fields: Any) -> Product:
    told = {"lowest_price": Decimal(150000), "stock": 7, "synced_at": timezone.now(), "sku": f"SKU-{number}"}
    return Product.objects.create(shop=shop, remote_id=number, name=name, **(told | fields))


def order(conversation: Conversation, number: str, *, days: int = 1, **fields: Any) -> Order:
    at = timezone.now() - timedelta(days=days)
    line = {
        "product": "1",
        "name": "Kaos Polos",
        "variation": "Hitam",
        "quantity": 2,
        "price": "75000",
        "picture_url": "",
    }
    told: dict[str, Any] = {
        "buyer_id": conversation.buyer_id, "status": "shipped", "total": Decimal(1250000), "lines": [line],
        "ordered_at": at, "remote_updated_at": at, "synced_at": at, "carrier": "J&T Express",
    }  # fmt: skip
    return Order.objects.create(shop=conversation.shop, remote_id=number, **(told | fields))


def panel(client: Client, conversation: Conversation, name: str, **query: str) -> str:
    url = reverse(f"conversations:{name}", args=[conversation.pk])
    answer = client.get(url, query, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, conversation: Conversation, name: str, **data: Any) -> Any:
    url = reverse(f"conversations:{name}", args=[conversation.pk])
    return client.post(url, data, headers=HTMX)


def sent() -> list[tuple[str, dict[str, Any], str]]:
    return [
        (each.kind, each.payload, each.text) for each in Message.objects.filter(origin="agent").order_by("pk")
    ]


def finished(shop: Shop, kind: Feed.Kind) -> None:
    Feed.objects.update_or_create(shop=shop, kind=kind, defaults={"through_at": timezone.now()})


def test_the_orders_of_this_buyer_in_this_shop_newest_first(
    owner_client: Client, conversation: Conversation
) -> None:
    order(conversation, "OLD1", days=9)
    order(conversation, "NEW1")
    order(conversation, "OTHER", buyer_id="999")
    page = panel(owner_client, conversation, "orders")
    assert page.index("NEW1") < page.index("OLD1")
    assert "OTHER" not in page
    for told in ("Rp1.250.000", "Kaos Polos", "Hitam", "2 × Rp75.000", "J&amp;T Express", "Dikirim"):
        assert told in page


def test_an_order_that_the_conversation_names_is_there_whoever_bought_it(
    owner_client: Client, conversation: Conversation
) -> None:
    order(conversation, "GIFT1", buyer_id="999")
    bubble = IncomingMessage(**{**vars(said("", kind=Kind.ORDER)), "payload": {"order": "GIFT1"}})
    ingest(conversation.shop, remote(), [bubble], Message.Source.PUSH)
    assert "order-GIFT1" in panel(owner_client, conversation, "orders")


def test_no_orders_are_told_apart_from_orders_not_fetched_yet(
    owner_client: Client, conversation: Conversation
) -> None:
    assert "Pesanan sedang diambil" in panel(owner_client, conversation, "orders")
    finished(conversation.shop, Feed.Kind.ORDERS)
    assert "Belum ada pesanan" in panel(owner_client, conversation, "orders")


def test_a_total_that_is_not_known_yet_is_not_zero(owner_client: Client, conversation: Conversation) -> None:
    order(conversation, "UNPAID1", status="unpaid", total=None)
    assert "Rp0" not in panel(owner_client, conversation, "orders")


def test_an_order_is_sent_as_a_card_once(owner_client: Client, conversation: Conversation) -> None:
    order(conversation, "NEW1")
    form = uuid.uuid4()
    for _click in range(2):
        answer = send(owner_client, conversation, "orders", order="NEW1", client_id=form)
    assert sent() == [("order", {"order": "NEW1"}, "")]
    page = answer.content.decode()
    assert 'data-state="queued"' in page
    assert "order-card" in page


def test_only_an_order_of_this_conversation_can_be_sent(
    owner_client: Client, conversation: Conversation
) -> None:
    order(conversation, "OTHER", buyer_id="999")
    assert send(owner_client, conversation, "orders", order="OTHER").status_code == 404
    assert send(owner_client, conversation, "orders", order="").status_code == 404
    assert sent() == []


def test_products_are_found_by_words_of_their_name_and_by_sku(
    owner_client: Client, conversation: Conversation
) -> None:
    product(conversation.shop, "1", "Kaos Polos Hitam")
    product(conversation.shop, "2", "Celana Hitam")
    product(make_shop(conversation.shop.seller), "3", "Kaos Toko Lain")
    assert panel(owner_client, conversation, "products", search="hitam kaos").count('class="product"') == 1
    assert "Celana" in panel(owner_client, conversation, "products", search="sku-2")
    assert "Toko Lain" not in panel(owner_client, conversation, "products")
    finished(conversation.shop, Feed.Kind.PRODUCTS)
    assert "Produk tidak ditemukan" in panel(owner_client, conversation, "products", search="sepatu")


def test_a_product_shows_price_and_stock_and_a_sold_out_one_cannot_be_chosen(
    owner_client: Client, conversation: Conversation
) -> None:
    product(conversation.shop, "1", "Kaos", lowest_price=Decimal(50000), highest_price=Decimal(90000))
    product(conversation.shop, "2", "Angsa", stock=0)
    page = panel(owner_client, conversation, "products")
    assert "Rp50.000 – Rp90.000" in page
    assert "Stok 7" in page
    assert 'value="2" disabled' in page
    assert page.index("Kaos") < page.index("Angsa")  # what can be sent stands first
    assert send(owner_client, conversation, "products", product="2").status_code == 422
    assert sent() == []


def test_a_picker_goes_on_where_its_page_ended(owner_client: Client, conversation: Conversation) -> None:
    for number in range(35):
        product(conversation.shop, str(number), f"Kaos {number:02d}")
    first = panel(owner_client, conversation, "products")
    assert first.count('class="product"') == 30
    rest = panel(owner_client, conversation, "products", above="30")
    assert rest.count('class="product"') == 5
    assert "picker__search" not in rest
    for nonsense in ("-1", "x", "9" * 30):
        panel(owner_client, conversation, "products", above=nonsense)


def asks_itself(page: str) -> str:
    """The address at which a panel asks for what came meanwhile; "" when it does not."""
    found = re.search(r'hx-get="([^"]+)" hx-trigger="every', page)
    return unescape(found[1]) if found else ""


def test_a_picker_opened_before_the_products_are_here_fills_by_itself(
    owner_client: Client, conversation: Conversation
) -> None:
    page = panel(owner_client, conversation, "products")
    assert "Produk sedang diambil" in page
    address = asks_itself(page)
    assert owner_client.get(address, headers=HTMX).status_code == 204  # nothing came yet

    product(conversation.shop, "1", "Kaos")
    page = owner_client.get(address, headers=HTMX).content.decode()
    assert "product-1" in page
    assert "picker__search" not in page  # what is typed there stays

    product(conversation.shop, "2", "Celana")
    finished(conversation.shop, Feed.Kind.PRODUCTS)
    page = owner_client.get(asks_itself(page), headers=HTMX).content.decode()
    assert page.count('class="product"') == 2
    assert asks_itself(page) == ""


def test_a_picker_with_some_of_the_products_says_that_more_come(
    owner_client: Client, conversation: Conversation
) -> None:
    product(conversation.shop, "1", "Kaos")
    page = panel(owner_client, conversation, "products")
    assert "Produk lainnya sedang diambil" in page
    finished(conversation.shop, Feed.Kind.PRODUCTS)
    page = owner_client.get(asks_itself(page), headers=HTMX).content.decode()
    assert "product-1" in page
    assert "sedang diambil" not in page


def test_a_picker_that_fills_keeps_its_search_and_its_length(
    owner_client: Client, conversation: Conversation
) -> None:
    for number in range(40):
        product(conversation.shop, str(number), f"Kaos {number:02d}")
    second = panel(owner_client, conversation, "products", above="30", search="kaos")
    product(conversation.shop, "41", "Kaos 005")
    product(conversation.shop, "42", "Celana")
    page = owner_client.get(asks_itself(second), headers=HTMX).content.decode()
    assert page.count('class="product"') == 40  # as many as were drawn, the new one in its place
    assert "product-41" in page
    assert "Celana" not in page
    assert "above=40" in page
    for nonsense in ("-1", "x", "9" * 30):
        panel(owner_client, conversation, "products", above="0", shown=nonsense)


def test_a_search_without_a_hit_while_products_come_is_asked_again(
    owner_client: Client, conversation: Conversation
) -> None:
    product(conversation.shop, "1", "Kaos")
    page = panel(owner_client, conversation, "products", search="sepatu")
    product(conversation.shop, "2", "Sepatu")
    assert "product-2" in owner_client.get(asks_itself(page), headers=HTMX).content.decode()


def test_a_shop_that_sold_nothing_shows_its_first_product_by_itself(
    owner_client: Client, conversation: Conversation
) -> None:
    finished(conversation.shop, Feed.Kind.PRODUCTS)
    page = panel(owner_client, conversation, "products")
    assert "sedang tidak menjual" in page
    product(conversation.shop, "1", "Kaos")
    assert "product-1" in owner_client.get(asks_itself(page), headers=HTMX).content.decode()


def test_newer_prices_and_stock_appear_in_an_open_picker(
    owner_client: Client, conversation: Conversation
) -> None:
    finished(conversation.shop, Feed.Kind.PRODUCTS)
    product(conversation.shop, "1", "Kaos", synced_at=timezone.now() - timedelta(minutes=5))
    page = panel(owner_client, conversation, "products")
    assert "sedang diambil" not in page
    address = asks_itself(page)
    assert owner_client.get(address, headers=HTMX).status_code == 204
    news = {"lowest_price": Decimal(99000), "stock": 3, "synced_at": timezone.now(), "wanted_at": None}
    Product.objects.update(**news)
    page = owner_client.get(address, headers=HTMX).content.decode()
    assert ("Rp99.000" in page, "Stok 3" in page) == (True, True)
    assert asks_itself(page) == ""


def test_a_shop_from_which_nothing_comes_is_not_asked_again(owner_client: Client, shop: Shop) -> None:
    conversation = make_conversation(shop, "ada?")
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.DISCONNECTED)
    other = make_conversation(make_shop(shop.seller, "tokopedia"), "ada?")
    assert asks_itself(panel(owner_client, conversation, "products")) == ""
    assert asks_itself(panel(owner_client, conversation, "orders")) == ""
    for name in ("products", "orders"):
        if not other.shop.connector.can(f"list_{name}"):
            assert asks_itself(panel(owner_client, other, name)) == ""


def test_orders_that_are_not_here_yet_are_asked_for_until_it_is_known_that_there_are_none(
    owner_client: Client, conversation: Conversation
) -> None:
    page = panel(owner_client, conversation, "orders")
    assert "Pesanan sedang diambil" in page
    address = asks_itself(page)
    assert "Pesanan sedang diambil" in owner_client.get(address, headers=HTMX).content.decode()
    finished(conversation.shop, Feed.Kind.ORDERS)
    page = owner_client.get(address, headers=HTMX).content.decode()
    assert "Belum ada pesanan" in page
    assert asks_itself(page) == ""


def test_several_products_are_sent_at_once(owner_client: Client, conversation: Conversation) -> None:
    product(conversation.shop, "1", "Kaos")
    product(conversation.shop, "2", "Celana")
    send(owner_client, conversation, "products", product=["1", "2"], client_id=uuid.uuid4())
    assert {payload["product"] for _kind, payload, _text in sent()} == {"1", "2"}


def test_products_of_another_shop_none_and_too_many_are_refused(
    owner_client: Client, conversation: Conversation
) -> None:
    product(make_shop(conversation.shop.seller), "3", "Kaos Toko Lain")
    for number in range(11, 22):
        product(conversation.shop, str(number), "Kaos")
    assert send(owner_client, conversation, "products", product="3").status_code == 422
    assert send(owner_client, conversation, "products").status_code == 422
    many = send(owner_client, conversation, "products", product=[str(n) for n in range(11, 22)])
    assert (many.status_code, "10" in many.content.decode()) == (422, True)
    assert sent() == []


def test_where_there_are_no_cards_a_product_goes_as_text(owner_client: Client, shop: Shop) -> None:
    other = make_conversation(make_shop(shop.seller, "tokopedia"), "ada?")
    product(other.shop, "1", "Kaos", url="https://toko.example.test/kaos")
    assert "Kirim sebagai teks" in panel(owner_client, other, "products")
    send(owner_client, other, "products", product="1")
    assert sent() == [("text", {}, "Kaos\nRp150.000\nhttps://toko.example.test/kaos")]


def asking(conversation: Conversation, **fields: Any) -> None:
    bubble = IncomingMessage(
        **{**vars(said("masih ada?", at=datetime.now(timezone.get_current_timezone()))), **fields}
    )
    ingest(conversation.shop, remote(), [bubble], Message.Source.PUSH)


def test_the_product_that_the_buyer_attached_is_shown(
    owner_client: Client, conversation: Conversation
) -> None:
    product(conversation.shop, "1", "Kaos Polos")
    asking(conversation, kind=Kind.PRODUCT, payload={"product": "1"}, text="")
    page = panel(owner_client, conversation, "products")
    assert page.count("Kaos Polos") == 2  # asked about, and in the list
    thread = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert "product-card" in thread
    assert "Rp150.000" in thread


def test_where_a_buyer_came_from_is_a_quiet_line(owner_client: Client, conversation: Conversation) -> None:
    product(conversation.shop, "1", "Kaos Polos")
    asking(conversation, about={"product": "1"})
    thread = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert "Dari produk Kaos Polos" in thread


def test_a_marketplace_that_told_no_product_is_said_to_have_told_none(
    owner_client: Client, conversation: Conversation
) -> None:
    page = panel(owner_client, conversation, "products")
    assert "Shopee tidak memberi tahu" in page


def test_the_chosen_panel_stays_chosen(owner_client: Client, conversation: Conversation) -> None:
    panel(owner_client, conversation, "products")
    thread = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert 'data-panel="products"' in thread


def test_a_browser_without_scripts_gets_the_whole_page(
    owner_client: Client, conversation: Conversation
) -> None:
    page = owner_client.get(reverse("conversations:products", args=[conversation.pk]), follow=True)
    assert 'data-panel="products"' in page.content.decode()
    assert "<html" in page.content.decode()


@pytest.mark.parametrize("name", ["orders", "products", "buyer", "stickers", "files"])
def test_strangers_and_nobody_see_and_send_nothing(
    stranger_client: Client, conversation: Conversation, name: str
) -> None:
    url = reverse(f"conversations:{name}", args=[conversation.pk])
    for method in ("get", "post"):
        if (name, method) in {("files", "get"), ("buyer", "post")}:
            continue
        assert getattr(stranger_client, method)(url).status_code == 404
        assert getattr(Client(), method)(url).status_code == 302
    assert sent() == []


def test_stickers_seen_in_the_shop_can_be_sent_and_no_others(
    owner_client: Client, conversation: Conversation
) -> None:
    bubble = IncomingMessage(
        **{**vars(said("", kind=Kind.STICKER)), "payload": {"package": "12", "sticker": "34"}}
    )
    ingest(conversation.shop, remote("budi"), [bubble], Message.Source.PUSH)
    assert 'value="34"' in panel(owner_client, conversation, "stickers")
    send(owner_client, conversation, "stickers", package="12", sticker="34")
    assert send(owner_client, conversation, "stickers", package="12", sticker="99").status_code == 404
    assert sent() == [("sticker", {"package": "12", "sticker": "34"}, "")]


def test_the_picker_asks_the_database_no_more_with_more_products(
    owner_client: Client, conversation: Conversation, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        product(
            conversation.shop,
            str(number),
            f"Kaos {number}",
            picture_url=f"https://cf.shopee.co.id/file/{number}",
        )
    url = reverse("conversations:products", args=[conversation.pk])
    with django_assert_max_num_queries(22):
        owner_client.get(url, headers=HTMX)


def test_a_buyers_orders_are_fetched_when_somebody_looks_and_not_at_every_look(
    owner_client: Client, mall_shop: Shop, mall: type[Mall], nudges: list[Any]
) -> None:
    ordered = RemoteOrder("o-1", "501", OrderStatus.TO_SHIP, BEGAN, BEGAN, total=Decimal(25000))
    mall.world["orders"] = (ordered,)
    conversation = ingest(mall_shop, room(buyer_id="501"), [bubble(10)], Message.Source.READING)
    for _look in range(2):
        owner_client.get(f"/chat/{conversation.pk}/orders/", headers={"HX-Request": "true"})
    asked = [arguments for name, arguments in nudges if name == "fetch_orders_of_buyer"]
    assert asked == [(str(conversation.pk),)]
    fetch_orders_of_buyer(str(conversation.pk))
    assert mall.asked == [("orders", "501")]
    assert "Rp25.000" in owner_client.get(f"/chat/{conversation.pk}/").content.decode()


def test_the_buyers_panel_tells_how_much_of_the_days_quota_is_used(
    owner_client: Client, mall_shop: Shop
) -> None:
    conversation = ingest(mall_shop, room(buyer_id="501"), [bubble(10)], Message.Source.READING)
    redis().delete(day_key("mall:77"))
    count("mall:77")
    url = f"/chat/{conversation.pk}/buyer/"
    assert "1 dari 100" in owner_client.get(url, headers={"HX-Request": "true"}).content.decode()
