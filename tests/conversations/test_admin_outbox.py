"""Support staff among the replies on their way out and the first imports."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from conversations import outbox
from conversations.dispatch import Draft
from conversations.models import Import, OutgoingMessage
from forstok_chat.accounts.models import Seller, User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation, make_shop

pytestmark = pytest.mark.django_db
LIST = reverse("admin:conversations_outgoingmessage_changelist")
IMPORTS = reverse("admin:conversations_import_changelist")


@pytest.fixture
def support() -> Client:
    return signed_in(User.objects.create_superuser("support@example.test", "a-good-password", name="Support"))


def reply(shop: Shop, by: User, buyer: str = "rina", **state: Any) -> OutgoingMessage:
    conversation = make_conversation(shop, "halo", name=buyer)
    outbox.enqueue(conversation, by, Draft(Kind.TEXT, "siap kak"), uuid.uuid4())
    OutgoingMessage.objects.filter(conversation=conversation).update(**state)
    return OutgoingMessage.objects.get(conversation=conversation)


def do(browser: Client, action: str, *replies: OutgoingMessage) -> str:
    chosen = {"action": action, "_selected_action": [each.pk for each in replies], "index": 0}
    return browser.post(LIST, chosen, follow=True).content.decode()


def rows(response: Any) -> list[int]:
    return [row.pk for row in response.context["cl"].result_list]


def test_the_list_asks_as_much_of_the_database_for_thirty_as_for_three(
    support: Client, seller: Seller, owner: User, nudges: list[Any]
) -> None:
    counts = []
    for many in (3, 27):
        for number in range(many):
            reply(make_shop(seller, name=f"Toko {number}"), owner, f"buyer {number}")
        with CaptureQueriesContext(connection) as asked:
            assert support.get(LIST).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] < 15


def test_it_is_narrowed_by_state_marketplace_and_shop_and_found_by_ids(
    support: Client, seller: Seller, shop: Shop, owner: User, nudges: list[Any]
) -> None:
    failed = reply(shop, owner, state="failed", problem_code="not_authorized")
    waiting = reply(make_shop(seller, "tokopedia", name="Kedua"), owner, "budi")
    found = {
        "state__exact=failed": failed,
        "marketplace=tokopedia": waiting,
        f"shop={shop.pk}": failed,
        f"q={failed.conversation.remote_id}": failed,
        "q=budi": waiting,
        "q=not_authorized": failed,
        "q=Kedua": waiting,
    }
    for query, expected in found.items():
        assert rows(support.get(f"{LIST}?{query}")) == [expected.pk], query
    assert "not_authorized" in support.get(LIST).content.decode()


def test_a_failed_reply_is_tried_again_once(
    support: Client, shop: Shop, owner: User, nudges: list[Any]
) -> None:
    failed = reply(shop, owner, state="failed", attempts=8)
    nudges.clear()
    assert "1 balasan dicoba lagi" in do(support, "try_again", failed)
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == ("queued", 0)
    assert nudges == [("deliver", (str(failed.conversation_id),))]
    assert LogEntry.objects.get().object_id == str(failed.pk)
    assert "Tidak berlaku untuk 1" in do(support, "try_again", failed)
    assert len(nudges) == 1


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "uncertain"])
def test_what_is_under_way_or_sent_is_never_sent_once_more(
    support: Client, shop: Shop, owner: User, nudges: list[Any], state: str
) -> None:
    busy = reply(shop, owner, state=state)
    for action in ("try_again", "mark_as_arrived"):
        assert "Tidak berlaku untuk 1" in do(support, action, busy)
    busy.refresh_from_db()
    assert busy.state == state


def test_what_only_a_person_can_judge_is_marked_as_arrived(
    support: Client, shop: Shop, owner: User, nudges: list[Any]
) -> None:
    unclear = reply(shop, owner, state="uncertain", needs_person=True)
    assert "1 balasan ditandai sudah sampai" in do(support, "mark_as_arrived", unclear)
    unclear.refresh_from_db()
    assert (unclear.state, unclear.needs_person) == ("sent", False)


def test_its_page_shows_what_went_wrong_and_offers_both(
    support: Client, shop: Shop, owner: User, nudges: list[Any]
) -> None:
    failed = reply(shop, owner, state="failed", problem_code="error_x", problem_text="no such buyer")
    page = support.get(
        reverse("admin:conversations_outgoingmessage_change", args=[failed.pk])
    ).content.decode()
    assert "no such buyer" in page
    assert 'value="try_again"' in page
    assert 'value="mark_as_arrived"' in page
    edit = support.post(
        reverse("admin:conversations_outgoingmessage_change", args=[failed.pk]), {"state": "sent"}
    )
    assert edit.status_code == 403


def test_imports_tell_how_far_they_are_and_what_is_left(
    support: Client, seller: Seller, shop: Shop, nudges: list[Any]
) -> None:
    job = Import.objects.create(shop=shop, total=3, done=1, plan=[{"remote_id": "701"}, {"remote_id": "702"}])
    Import.objects.create(shop=make_shop(seller, "tokopedia"))
    assert rows(support.get(IMPORTS, {"q": shop.remote_id})) == [job.pk]
    assert rows(support.get(IMPORTS, {"marketplace": "shopee"})) == [job.pk]
    page = reverse("admin:conversations_import_change", args=[job.pk])
    assert "701, 702" in support.get(page).content.decode()
    assert support.post(page, {"done": 3}).status_code == 403
