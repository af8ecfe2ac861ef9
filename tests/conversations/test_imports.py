from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone

from conversations import imports
from conversations.models import Conversation, Event, Import, Message
from conversations.tasks import run_import, sweep_shops
from marketplaces.models import Shop
from tests.wire import SHOPEE_CONVERSATIONS, SHOPEE_MESSAGES, shopee_answer, shopee_message, shopee_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges", "permits")]


def listed(shop: Shop, number: int, *, pinned: bool = False, unread: int = 0) -> dict[str, Any]:
    """A row of Shopee's list, `number` minutes old."""
    at = timezone.now() - timedelta(minutes=number)
    return {
        "conversation_id": str(700000000000000000 + number),
        "to_id": 9000000 + number,
        "to_name": f"pembeli_{number}",
        "shop_id": int(shop.remote_id),
        "unread_count": unread,
        "pinned": pinned,
        "latest_message_id": str(number),
        "last_message_timestamp": int(at.timestamp()) * 1_000_000_000,
    }


def serve(web: responses.RequestsMock, shop: Shop, rows: list[dict[str, Any]], bubbles: int) -> None:
    """Shopee with these conversations, each with so many bubbles, in pages of 25 and 25."""
    result = {"page_size": 25, "next_cursor": {"next_message_time_nano": "0"}, "more": False}
    web.get(SHOPEE_CONVERSATIONS, json=shopee_answer({"conversations": rows, "page_result": result}))

    def page(request: Any) -> tuple[int, dict[str, str], str]:
        number = request.params["conversation_id"]
        offset = int(request.params.get("offset") or 0)
        place = Conversation(
            shop=shop, remote_id=number, buyer_id=str(int(number) - 700000000000000000 + 9000000)
        )
        base = int(number) * 10
        said = [
            shopee_message(
                place,
                f"pesan {n}",
                by_shop=n % 3 == 0,
                message_id=str(base + 1000 - n),
                at=timezone.now() - timedelta(hours=1, minutes=n),
            )
            for n in range(bubbles)
        ]
        rest = said[offset : offset + 25]
        more = str(offset + 25) if offset + 25 < bubbles else ""
        return 200, {}, json.dumps(shopee_page(*rest, next_offset=more))

    web.add_callback(responses.GET, SHOPEE_MESSAGES, callback=page)


def test_the_15_newest_conversations_come_in_with_their_30_newest_bubbles(
    web: responses.RequestsMock, shop: Shop
) -> None:
    serve(web, shop, [listed(shop, n) for n in range(1, 20)], bubbles=40)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    job = Import.objects.get()
    assert (job.state, job.done, job.total) == ("done", 15, 15)
    assert set(Conversation.objects.values_list("buyer_name", flat=True)) == {
        f"pembeli_{n}" for n in range(1, 16)
    }
    assert all(conversation.messages.count() == 30 for conversation in Conversation.objects.all())
    origins = set(Message.objects.values_list("origin", flat=True))
    assert origins == {"buyer", "seller_centre"}, "both directions"


def test_a_pinned_old_conversation_does_not_push_out_a_newer_one(
    web: responses.RequestsMock, shop: Shop
) -> None:
    rows = [listed(shop, 500, pinned=True), *(listed(shop, n) for n in range(1, 17))]
    serve(web, shop, rows, bubbles=1)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Conversation.objects.count() == 15
    assert not Conversation.objects.filter(buyer_name="pembeli_500").exists()


def test_fewer_are_fewer(web: responses.RequestsMock, shop: Shop) -> None:
    serve(web, shop, [listed(shop, 1), listed(shop, 2)], bubbles=3)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Import.objects.get().total == 2
    assert Message.objects.count() == 6


def test_cursors_that_go_in_a_ring_end_the_list(web: responses.RequestsMock, shop: Shop) -> None:
    for cursor in ("1", "2", "1", "2", "1"):
        result = {"next_cursor": {"next_message_time_nano": cursor}, "more": True}
        rows = [listed(shop, int(cursor))]
        web.get(SHOPEE_CONVERSATIONS, json=shopee_answer({"conversations": rows, "page_result": result}))
    serve(web, shop, [], bubbles=1)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Import.objects.get().total == 2
    assert sum("get_conversation_list" in str(call.request.url) for call in web.calls) == 3


def test_a_shop_without_conversations_is_done_at_once(web: responses.RequestsMock, shop: Shop) -> None:
    serve(web, shop, [], bubbles=0)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Import.objects.get().state == "done"


def test_an_import_that_broke_goes_on_where_it_was(web: responses.RequestsMock, shop: Shop) -> None:
    serve(web, shop, [listed(shop, n) for n in range(1, 6)], bubbles=3)
    imports.ensure_started(shop)
    job = imports.claim(str(shop.pk))
    assert job is not None
    from marketplaces.registry import connector_for

    imports.save_plan(job, imports.newest_conversations(connector_for(shop)))
    conversation = imports.read(shop, connector_for(shop), imports.from_plan(job.plan[0]))
    imports.finish_one(job, conversation, imports.from_plan(job.plan[0]))
    calls_before = len(web.calls)
    assert imports.claim(str(shop.pk)) is None, "the lease of the dead worker still runs"
    Import.objects.update(leased_until=timezone.now())
    run_import(str(shop.pk))
    assert Import.objects.get().state == "done"
    assert Conversation.objects.count() == 5
    assert len(web.calls) - calls_before == 4, "what was read is not read again"


def test_a_marketplace_that_does_not_answer_is_noted_and_tried_again(
    web: responses.RequestsMock, shop: Shop
) -> None:
    web.get(SHOPEE_CONVERSATIONS, body="oops", status=502)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    job = Import.objects.get()
    assert (job.state, bool(job.problem)) == ("running", True)
    assert timezone.now() < job.leased_until < timezone.now() + timedelta(seconds=10)


def test_importing_twice_stores_nothing_twice(web: responses.RequestsMock, shop: Shop) -> None:
    serve(web, shop, [listed(shop, 1)], bubbles=5)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    Import.objects.update(state="running", plan=None, leased_until=timezone.now())
    run_import(str(shop.pk))
    assert Message.objects.count() == 5
    assert imports.ensure_started(shop) == Import.objects.get(), "reconnecting begins no second one"


def test_unread_is_as_the_marketplace_has_it(web: responses.RequestsMock, shop: Shop) -> None:
    serve(web, shop, [listed(shop, 1, unread=0), listed(shop, 2, unread=2)], bubbles=3)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    unread = dict(Conversation.objects.values_list("buyer_name", "unread_count"))
    # the newest bubbles are: shop (0), buyer (1), buyer (2): the shop spoke last, so nothing is unread
    assert unread == {"pembeli_1": 0, "pembeli_2": 0}
    assert set(Conversation.objects.values_list("status", flat=True)) == {"served"}


def test_progress_is_told_to_open_screens(web: responses.RequestsMock, shop: Shop) -> None:
    serve(web, shop, [listed(shop, 1)], bubbles=1)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Event.objects.filter(conversation=None, shop=shop).count() >= 3


def test_the_sweep_starts_an_import_that_nobody_asked_for(shop: Shop, nudges: list[Any]) -> None:
    sweep_shops()
    assert ("run_import", (str(shop.pk),)) in nudges
