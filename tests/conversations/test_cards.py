from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations import cards
from conversations.ingest import ingest
from conversations.live import Cursor, changes_since
from conversations.models import Conversation, Event, Message
from conversations.tasks import (
    fetch_named_orders,
    fetch_wanted_products,
    run_feed,
    shops,
    sweep_feeds,
)
from forstok_chat.accounts.models import Seller, User
from marketplaces import catalogue, feeds, orders
from marketplaces.content import IncomingMessage, Kind, OrderStatus
from marketplaces.errors import NotAuthorized, NotConfigured, Temporary
from marketplaces.models import Feed, Shop
from tests.factories import make_conversation, make_shop, remote, said
from tests.goods import Stand, a_product, an_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    """The marketplace of every shop."""
    stand = Stand()
    monkeypatch.setattr(shops, "connector_for", lambda shop, patience: stand)
    monkeypatch.setattr(Shop, "connector", Stand)
    return stand


def card(kind: Kind, remote_id: str | int, **more: Any) -> IncomingMessage:
    return replace(said("", kind=kind), payload={kind.value: remote_id}, **more)


def about(**named: str) -> IncomingMessage:
    return replace(said("ini masih ada?"), about=named)


def tell(shop: Shop, *bubbles: IncomingMessage, name: str = "rina") -> Conversation:
    return ingest(shop, remote(name), bubbles, Message.Source.READING)


def page(conversation: Conversation) -> list[Message]:
    return list(conversation.messages.oldest_first())


def attached(shop: Shop, conversation: Conversation) -> list[Message]:
    messages = page(conversation)
    cards.attach(shop, messages)
    return messages


def told_since(before: int) -> set[tuple[Any, Any]]:
    return set(Event.objects.filter(pk__gt=before).values_list("conversation", "message"))


def newest_event() -> int:
    newest = Event.objects.order_by("-pk").first()
    return newest.pk if newest is not None else 0


# On a page of bubbles


def test_bubbles_get_the_products_and_orders_that_they_name(shop: Shop) -> None:
    catalogue.store(shop, [a_product("901"), a_product("902")])
    orders.store(shop, [an_order("A1"), an_order("A2")])
    conversation = tell(
        shop,
        card(Kind.PRODUCT, "901"),
        card(Kind.ORDER, "A1"),
        about(product="902"),
        about(order="A2"),
        card(Kind.PRODUCT, "404"),
        said("halo"),
        card(Kind.PRODUCT, 901),
    )
    found = [
        [str(row) for row in (each.product, each.order, each.about_product, each.about_order)]
        for each in attached(shop, conversation)
    ]
    assert found == [
        ["Kaos 901", "None", "None", "None"],
        ["None", "A1", "None", "None"],
        ["None", "None", "Kaos 902", "None"],
        ["None", "None", "None", "A2"],
        ["None", "None", "None", "None"],
        ["None", "None", "None", "None"],
        ["Kaos 901", "None", "None", "None"],
    ]


def test_a_page_costs_two_queries_and_none_when_it_names_nothing(shop: Shop) -> None:
    catalogue.store(shop, [a_product("901")])
    orders.store(shop, [an_order("A1")])
    named = page(tell(shop, card(Kind.PRODUCT, "901"), card(Kind.ORDER, "A1"), about(product="901")))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        cards.attach(shop, named)
    assert len(queries) == 2
    plain = page(make_conversation(shop, "halo", "kak", name="budi"))
    with CaptureQueriesContext(connection) as queries:
        cards.attach(shop, plain)
    assert len(queries) == 0


def test_a_product_of_another_shop_is_not_shown(shop: Shop, seller: Seller) -> None:
    catalogue.store(make_shop(seller), [a_product("901")])
    (message,) = attached(shop, tell(shop, card(Kind.PRODUCT, "901")))
    assert message.product is None


# Fetching what is named


def test_unknown_products_are_wanted_and_a_worker_is_nudged(
    shop: Shop, stand: Stand, nudges: list[Any]
) -> None:
    conversation = tell(shop, card(Kind.PRODUCT, "901"), about(product="902"))
    cards.want_missing(shop, attached(shop, conversation))
    assert set(shop.products.exclude(wanted_at=None).values_list("remote_id", flat=True)) == {"901", "902"}
    assert nudges == [("fetch_wanted_products", (str(shop.pk),))]
    nudges.clear()
    cards.want_missing(shop, attached(shop, conversation))
    assert nudges == [], "they are on their way"


@pytest.mark.parametrize("way", ["live", "opened", "older"])
def test_whatever_draws_a_card_has_fetched_what_it_lacks(
    shop: Shop, owner: User, owner_client: Client, nudges: list[Any], way: str
) -> None:
    conversation = make_conversation(shop, "halo")
    before = Cursor.now(owner)
    tell(shop, card(Kind.PRODUCT, "901"))
    tell(shop, said("masih ada?", at=timezone.now() + timedelta(seconds=9)))
    newest = page(conversation)[-1]
    address = {
        "live": f"/live/?since={before}&open={conversation.pk}",
        "opened": reverse("conversations:thread", args=[conversation.pk]),
        "older": reverse("conversations:messages", args=[conversation.pk]) + f"?before={newest.client_id}",
    }[way]
    assert "901" in owner_client.get(address).content.decode()
    assert ("fetch_wanted_products", (str(shop.pk),)) in nudges


def test_an_unknown_order_is_asked_for_once_in_a_while(shop: Shop, stand: Stand, nudges: list[Any]) -> None:
    orders.store(shop, [an_order("A1")])
    conversation = tell(shop, card(Kind.ORDER, "A1"))
    cards.want_missing(shop, attached(shop, conversation))
    assert nudges == [], "that one is here"
    tell(shop, card(Kind.ORDER, "A2"), about(order="A3"))
    for _look in range(3):
        cards.want_missing(shop, attached(shop, conversation))
    assert nudges == [("fetch_named_orders", (str(conversation.pk),))]


def test_nothing_is_wanted_where_nothing_can_come(
    shop: Shop, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = attached(shop, tell(shop, card(Kind.PRODUCT, "901"), card(Kind.ORDER, "A1")))
    monkeypatch.setattr(Stand, "can", classmethod(lambda cls, ability: False))
    monkeypatch.setattr(Shop, "connector", Stand)
    cards.want_missing(shop, messages)
    monkeypatch.undo()
    shop.disconnect("the token is gone")
    cards.want_missing(shop, messages)
    assert nudges == []
    assert not shop.products.exists()


def test_the_order_of_a_bubble_comes_and_the_screens_hear_of_it(shop: Shop, stand: Stand) -> None:
    conversation = tell(shop, card(Kind.ORDER, "A1"), about(order="A404"))
    stand.orders["A1"] = an_order("A1", buyer_id="somebody else")
    before = newest_event()
    fetch_named_orders(str(conversation.pk))
    assert sorted(stand.asked[0]) == ["A1", "A404"]
    (bubble, _text) = attached(shop, conversation)
    assert bubble.order is not None
    assert told_since(before) == {(conversation.pk, bubble.pk)}
    fetch_named_orders(str(conversation.pk))
    assert stand.asked[1] == ["A404"], "what is here is not fetched again"


def test_the_product_of_a_bubble_comes_and_the_screens_hear_of_it(shop: Shop, stand: Stand) -> None:
    conversation = tell(shop, card(Kind.PRODUCT, "901"), card(Kind.PRODUCT, "404"))
    cards.want_missing(shop, attached(shop, conversation))
    stand.products["901"] = a_product("901")
    before = newest_event()
    fetch_wanted_products(str(shop.pk))
    known, unknown = attached(shop, conversation)
    assert known.product is not None
    assert unknown.product is not None
    assert (known.product.name, unknown.product.is_listed) == ("Kaos 901", False)
    assert told_since(before) == {(conversation.pk, known.pk), (conversation.pk, unknown.pk)}


def test_wanted_products_wait_when_the_marketplace_does_not_answer(shop: Shop, stand: Stand) -> None:
    catalogue.want(shop, ["901"])
    stand.failures = [Temporary("busy")]
    fetch_wanted_products(str(shop.pk))
    fetch_wanted_products(str(shop.pk))
    assert len(stand.asked) == 1
    shop.products.update(wanted_at=timezone.now())
    fetch_wanted_products(str(shop.pk))
    assert shop.products.get().synced_at is not None


# The orders of a conversation


def test_a_conversation_has_its_buyers_orders_and_those_it_names_newest_first(
    shop: Shop, seller: Seller
) -> None:
    conversation = tell(shop, card(Kind.ORDER, "NAMED"), about(order="ABOUT"), said("halo"))
    mine = conversation.buyer_id
    told = [
        an_order("OLD", buyer_id=mine, days_ago=60),
        an_order("NEW", buyer_id=mine, days_ago=1),
        an_order("NAMED", buyer_id="masked", days_ago=30),
        an_order("ABOUT", buyer_id="", days_ago=10),
        an_order("FOREIGN", buyer_id="999", days_ago=2),
    ]
    orders.store(shop, told)
    orders.store(make_shop(seller), [an_order("ELSEWHERE", buyer_id=mine)])
    found = list(cards.orders_of(conversation).values_list("remote_id", flat=True))
    assert found == ["NEW", "ABOUT", "NAMED", "OLD"]


def test_a_buyer_without_an_id_does_not_have_the_orders_without_one(shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    Conversation.objects.update(buyer_id="")
    conversation.refresh_from_db()
    orders.store(shop, [an_order("A1", buyer_id="")])
    assert not cards.orders_of(conversation).exists()


# Telling screens


def test_a_change_is_told_to_the_bubbles_that_name_it_and_to_the_buyers_conversation(
    shop: Shop, owner: User
) -> None:
    naming = tell(shop, card(Kind.PRODUCT, "901"), about(product="901"), said("halo"), name="rina")
    ordering = tell(shop, card(Kind.ORDER, "A1"), about(order="A1"), said("halo"), name="budi")
    buying = make_conversation(shop, "halo", name="sari")
    make_conversation(shop, "halo", name="nobody")
    (order,) = orders.store(shop, [an_order("A1", buyer_id=buying.buyer_id)])
    cursor = Cursor.now(owner)
    cards.announce(shop, products=["901", "555"], orders=[order])
    changes = changes_since(owner, cursor)
    assert changes.conversations == {naming.pk, ordering.pk, buying.pk}
    assert changes.messages == {message.pk for each in (naming, ordering) for message in page(each)[:2]}


def test_a_conversation_with_a_bubble_to_draw_is_told_once(shop: Shop) -> None:
    conversation = tell(shop, card(Kind.ORDER, "A1"))
    (order,) = orders.store(shop, [an_order("A1", buyer_id=conversation.buyer_id)])
    before = newest_event()
    cards.announce(shop, orders=[order])
    assert told_since(before) == {(conversation.pk, page(conversation)[0].pk)}


def test_another_shop_with_the_same_ids_hears_nothing(shop: Shop, stranger: User) -> None:
    foreign = make_shop(Seller.objects.get(name="Toko Lain"))
    conversation = tell(foreign, card(Kind.PRODUCT, "901"), card(Kind.ORDER, "A1"))
    (order,) = orders.store(shop, [an_order("A1", buyer_id=conversation.buyer_id)])
    before = newest_event()
    cards.announce(shop, products=["901"], orders=[order])
    assert told_since(before) == set()


def test_a_product_in_many_bubbles_is_told_to_the_newest_of_them(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    bubbles = [
        replace(card(Kind.PRODUCT, product), sent_at=now - timedelta(minutes=age))
        for product in ("901", "902")
        for age in range(5)
    ]
    conversation = tell(shop, *bubbles)
    before = newest_event()
    monkeypatch.setattr(cards, "MOST_BUBBLES", 3)
    cards.announce(shop, products=["901", "902"])
    told = conversation.messages.filter(pk__in=[message for _place, message in told_since(before)])
    assert sorted((each.payload["product"], each.sent_at) for each in told) == sorted(
        (product, now - timedelta(minutes=age)) for product in ("901", "902") for age in range(3)
    )


@pytest.mark.parametrize("key", ["product", "order"])
def test_bubbles_are_found_through_the_indexes_on_what_they_name(shop: Shop, key: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        cards.bubbles_naming(shop, key, {"901", "902"})
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in list(queries):
            cursor.execute("EXPLAIN " + query["sql"])
            plans.append("\n".join(line.strip() for (line,) in cursor.fetchall()))
    for plan, index, field in zip(plans, ("of", "about"), ("payload", "about"), strict=True):
        assert f"messages_{index}_{key}" in plan
        assert f"Index Cond: (({field} ->> '{key}'::text) = ANY" in plan, plan


# Feeds


def due_feed(shop: Shop, kind: Feed.Kind) -> Feed:
    feed, _is_new = Feed.objects.get_or_create(shop=shop, kind=kind)
    Feed.objects.update(next_run_at=timezone.now())
    return feed


def test_a_feed_tells_what_really_changed_to_those_who_show_it(
    shop: Shop, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "has_slept", lambda *between: False)
    conversation = tell(shop, card(Kind.PRODUCT, "901"))
    (bubble,) = page(conversation)
    stand.products = {each: a_product(each, days_ago=0, stock=5) for each in ("901", "902")}
    run_feed(due_feed(shop, Feed.Kind.PRODUCTS).pk)
    before = newest_event()
    run_feed(due_feed(shop, Feed.Kind.PRODUCTS).pk)
    assert told_since(before) == set(), "nothing changed"
    stand.products["902"] = replace(stand.products["902"], stock=1)
    run_feed(due_feed(shop, Feed.Kind.PRODUCTS).pk)
    assert told_since(before) == set(), "nobody shows it"
    stand.products["901"] = replace(stand.products["901"], stock=1)
    run_feed(due_feed(shop, Feed.Kind.PRODUCTS).pk)
    assert told_since(before) == {(conversation.pk, bubble.pk)}


def test_a_new_status_of_an_order_reaches_the_conversation_of_its_buyer(shop: Shop, stand: Stand) -> None:
    conversation = make_conversation(shop, "halo")
    order = an_order("A1", buyer_id=conversation.buyer_id)
    stand.orders = {"A1": order}
    run_feed(due_feed(shop, Feed.Kind.ORDERS).pk)
    before = newest_event()
    stand.orders["A1"] = replace(order, status=OrderStatus.SHIPPED, updated_at=timezone.now())
    run_feed(due_feed(shop, Feed.Kind.ORDERS).pk)
    assert told_since(before) == {(conversation.pk, None)}


def test_what_a_run_leaves_is_nudged_on(
    shop: Shop, stand: Stand, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "BUDGET", -1)
    stand.products = {str(number): a_product(str(number)) for number in range(4)}
    feed = due_feed(shop, Feed.Kind.PRODUCTS)
    run_feed(feed.pk)
    assert nudges == [("run_feed", (feed.pk,))]
    nudges.clear()
    run_feed(feed.pk)
    assert nudges == [], "the round has ended"


ASKERS: list[Callable[[Shop], None]] = [
    lambda shop: run_feed(due_feed(shop, Feed.Kind.ORDERS).pk),
    lambda shop: fetch_wanted_products(str(shop.pk)),
    lambda shop: fetch_named_orders(str(Conversation.objects.get().pk)),
]


@pytest.mark.parametrize("ask", ASKERS, ids=["feed", "products", "orders"])
def test_a_shop_that_no_longer_lets_us_in_is_disconnected(
    shop: Shop, stand: Stand, ask: Callable[[Shop], None]
) -> None:
    tell(shop, card(Kind.ORDER, "A1"))
    catalogue.want(shop, ["901"])
    stand.failures = [NotAuthorized(code="invalid_access_token")]
    stand.refuses_shop = NotAuthorized(code="shop_access_expired")
    ask(shop)
    shop.refresh_from_db()
    assert (shop.state, shop.problem) == ("disconnected", "shop_access_expired")
    assert Event.objects.filter(shop=shop, conversation=None).exists(), "the screens are told"


@pytest.mark.parametrize("ask", ASKERS, ids=["feed", "products", "orders"])
def test_a_missing_permission_for_orders_or_products_does_not_end_the_chat(
    shop: Shop, stand: Stand, ask: Callable[[Shop], None]
) -> None:
    tell(shop, card(Kind.ORDER, "A1"))
    catalogue.want(shop, ["901"])
    stand.failures = [NotAuthorized(code="error_permission")]
    ask(shop)
    shop.refresh_from_db()
    assert shop.is_active
    assert len(stand.asked) == 1
    assert feeds.due() == []


def test_a_feed_without_app_keys_waits_for_an_operator(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_keys(shop: Shop, patience: float) -> None:
        raise NotConfigured("There are no app keys")

    monkeypatch.setattr(shops, "connector_for", no_keys)
    feed = due_feed(shop, Feed.Kind.ORDERS)
    run_feed(feed.pk)
    feed.refresh_from_db()
    assert feed.problem == "There are no app keys"
    assert feed.next_run_at > timezone.now() + timedelta(minutes=59)


def test_the_sweep_finds_feeds_and_wanted_products(
    shop: Shop, seller: Seller, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_shop(seller, is_active=False)
    monkeypatch.setattr(feeds, "connector_class", lambda slug: Stand)
    catalogue.want(shop, ["901"])
    sweep_feeds()
    pks = Feed.objects.filter(shop=shop).values_list("pk", flat=True)
    assert len(pks) == 2
    assert sorted(nudges) == sorted(
        [("fetch_wanted_products", (str(shop.pk),)), *(("run_feed", (pk,)) for pk in pks)]
    )
