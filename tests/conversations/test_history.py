"""Scrolling up: what is here, page by page, and beyond it what the marketplace has, as history and not as news."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from conversations import history, reading
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message
from conversations.tasks import read_older, sweep_incoming
from forstok_chat.accounts.models import User
from marketplaces.content import IncomingMessage, Kind, Page
from marketplaces.errors import NotAuthorized, RateLimited, Rejected, Temporary
from marketplaces.models import MediaFile, Shop
from marketplaces.registry import connector_for
from tests.conversations.mall import Mall, bubble, room
from tests.factories import remote, said

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PER_PAGE = 5


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    return nudges


def have(mall: type[Mall], last: int, first: int = 1, **more: Any) -> None:
    """The marketplace has these bubbles, in pages, newest first."""
    told = [bubble(number, **more) for number in range(last, first - 1, -1)]
    mall.world["pages"] = [told[at : at + PER_PAGE] for at in range(0, len(told), PER_PAGE)] or [[]]


@pytest.fixture
def conversation(mall_shop: Shop, mall: type[Mall]) -> Conversation:
    """Twelve bubbles at the marketplace, the newest five of them here, seen."""
    have(mall, 12)
    newest = [bubble(number) for number in range(8, 13)]
    conversation = ingest(mall_shop, room(buyer_id="b-1"), newest, Message.Source.READING)
    mall.asked.clear()
    return conversation


def numbers(conversation: Conversation) -> list[int]:
    return list(conversation.messages.oldest_first().values_list("sequence", flat=True))


def ask(client: Client, conversation: Conversation, **headers: str) -> Any:
    before = conversation.messages.oldest_first()[0].client_id
    return client.post(f"/chat/{conversation.pk}/older/?before={before}", headers=headers or HTMX)


def top(client: Client, conversation: Conversation) -> str:
    """What stands above the first bubble of the thread."""
    html = client.get(f"/chat/{conversation.pk}/", headers=HTMX).content.decode()
    found = re.search(r'<li id="above".*?</li>', html, re.DOTALL)
    assert found is not None
    return found[0]


def waits(conversation: Conversation) -> bool:
    conversation.refresh_from_db()
    return conversation.older_wanted_at is not None


def test_at_the_top_the_marketplace_is_asked_by_a_worker_and_the_bubbles_come_in(
    owner_client: Client,
    conversation: Conversation,
    mall: type[Mall],
    nudges: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert f'hx-post="/chat/{conversation.pk}/older/' in top(owner_client, conversation)
    with django_capture_on_commit_callbacks(execute=True):
        html = ask(owner_client, conversation).content.decode()
    first = conversation.messages.oldest_first()[0]
    assert f'?before={first.client_id}&amp;waits=1" hx-trigger="every 1s"' in html
    assert mall.asked == [], "the request itself waits for nobody"
    assert nudges.count(("read_older", (str(conversation.pk),))) == 1
    url, query = f"/chat/{conversation.pk}/messages/", {"before": str(first.client_id), "waits": "1"}
    assert owner_client.get(url, query, headers=HTMX).status_code == 204
    read_older(str(conversation.pk))
    assert numbers(conversation) == list(range(3, 13))
    page = owner_client.get(url, query, headers=HTMX)
    assert page.content.decode().count('id="message-') == 6, "the one that was on top goes on with them"
    assert re.search(rf'id="message-{first.client_id}"[^>]* data-continued', page.content.decode())


def test_what_comes_is_history_and_no_news(
    owner_client: Client, owner: User, conversation: Conversation, mall: type[Mall]
) -> None:
    have(mall, 12, is_from_buyer=True)
    conversation.resolve(owner)
    conversation.refresh_from_db()
    before, events = Conversation.objects.values().get(), Event.objects.count()
    history.want(conversation)
    read_older(str(conversation.pk))
    after = Conversation.objects.values().get()
    kept = (
        "status",
        "unread_count",
        "waiting_since",
        "last_message_id",
        "last_message_at",
        "read_through_at",
    )
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert Event.objects.count() == events, "no screen is woken"
    conversation.locked().derive()
    assert Conversation.objects.get().unread_count == before["unread_count"], "nor are they unread later"


def test_page_by_page_to_the_beginning_which_is_said(
    owner_client: Client, conversation: Conversation, mall: type[Mall]
) -> None:
    for expected in (range(3, 13), range(1, 13)):
        assert history.want(conversation)
        read_older(str(conversation.pk))
        conversation.refresh_from_db()
        assert numbers(conversation) == list(expected)
    assert [about for _name, about in mall.asked] == ["", "1", "2"], "each page once, from where it ended"
    assert "Awal percakapan" in top(owner_client, conversation)
    assert not history.want(conversation)
    ask(owner_client, conversation)
    assert not waits(conversation)


def test_newer_bubbles_that_moved_the_pages_leave_no_hole(
    conversation: Conversation, mall: type[Mall]
) -> None:
    history.want(conversation)
    read_older(str(conversation.pk))
    have(mall, 19)
    history.want(conversation)
    read_older(str(conversation.pk))
    assert numbers(conversation) == list(range(1, 13)), "what is newer is for the readings"


def test_a_cursor_that_was_forgotten_there_is_no_end(
    conversation: Conversation, mall: type[Mall], monkeypatch: pytest.MonkeyPatch
) -> None:
    list_messages = Mall.list_messages

    def forgetful(self: Mall, room: str, cursor: str | None = None) -> Page[IncomingMessage]:
        if cursor == "old":
            raise Rejected("no such page")
        return list_messages(self, room, cursor)

    monkeypatch.setattr(Mall, "list_messages", forgetful)
    Conversation.objects.update(older_cursor="old")
    history.want(conversation)
    read_older(str(conversation.pk))
    assert numbers(conversation) == list(range(3, 13))


def test_cursors_in_a_ring_end(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mall, "list_messages", lambda self, room, cursor=None: Page((bubble(12),), "1"))
    history.want(conversation)
    read_older(str(conversation.pk))
    assert not waits(conversation)
    assert conversation.is_whole


def test_asking_twice_asks_the_marketplace_once(conversation: Conversation, mall: type[Mall]) -> None:
    assert history.want(conversation)
    assert not history.want(conversation)
    assert history.claim(conversation.pk) is not None
    assert history.claim(conversation.pk) is None, "somebody is at it"


def test_a_nudge_that_was_lost_is_found_by_the_sweep(conversation: Conversation, nudges: list[Any]) -> None:
    sweep_incoming()
    assert ("read_older", (str(conversation.pk),)) not in nudges
    history.want(conversation)
    sweep_incoming()
    assert ("read_older", (str(conversation.pk),)) in nudges


@pytest.mark.parametrize(
    "error", [Temporary("busy"), Rejected("no"), RateLimited(retry_after=3600), KeyError("x")]
)
def test_what_goes_wrong_is_shown_and_can_be_tried_again(
    owner_client: Client, conversation: Conversation, mall: type[Mall], error: Exception, monkeypatch: Any
) -> None:
    def refuse(self: Mall, room: str, cursor: str | None = None) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(Mall, "list_messages", refuse)
        history.want(conversation)
        read_older(str(conversation.pk))
    html = top(owner_client, conversation)
    assert "Mall belum bisa memberikan pesan sebelumnya" in html
    assert "Coba lagi" in html
    assert "intersect" not in html, "only at somebody's wish"
    ask(owner_client, conversation)
    assert waits(conversation)
    assert "every 1s" in top(owner_client, conversation)
    read_older(str(conversation.pk))
    assert numbers(conversation) == list(range(3, 13))


def test_our_own_limit_is_waited_for(conversation: Conversation, mall: type[Mall], nudges: list[Any]) -> None:
    mall.world["pages"] = RateLimited(retry_after=4)
    history.want(conversation)
    read_older(str(conversation.pk))
    assert waits(conversation)
    assert conversation.older_wanted_at is not None
    assert conversation.older_wanted_at > timezone.now() + timedelta(seconds=3)
    assert ("read_older", (str(conversation.pk),)) in nudges


def test_a_shop_whose_connection_has_ended_is_disconnected(
    owner_client: Client, conversation: Conversation, mall: type[Mall]
) -> None:
    mall.world["pages"] = NotAuthorized("ended")
    history.want(conversation)
    read_older(str(conversation.pk))
    assert Shop.objects.get(pk=conversation.shop_id).state == "disconnected"
    assert "Pesan sebelumnya ada di seller centre Mall" in top(owner_client, conversation)
    ask(owner_client, conversation)
    assert not waits(conversation)


@pytest.mark.django_db(transaction=True)
def test_the_marketplace_is_never_asked_inside_a_transaction(
    conversation: Conversation, mall: type[Mall], monkeypatch: Any
) -> None:
    asked: list[bool] = []
    list_messages = Mall.list_messages

    def watch(self: Mall, room: str, cursor: str | None = None) -> Any:
        asked.append(connection.in_atomic_block)
        return list_messages(self, room, cursor)

    monkeypatch.setattr(Mall, "list_messages", watch)
    history.want(conversation)
    read_older(str(conversation.pk))
    assert asked == [False, False]


def test_pictures_of_old_bubbles_are_copied_too(conversation: Conversation, mall: type[Mall]) -> None:
    url = "https://files.mall.example.test/lama.jpg"
    have(mall, 12, kind=Kind.IMAGE, payload={"url": url})
    history.want(conversation)
    read_older(str(conversation.pk))
    assert MediaFile.objects.get().url == url


def test_a_reading_that_saw_the_beginning_leaves_nothing_to_ask(
    owner_client: Client, mall_shop: Shop, mall: type[Mall]
) -> None:
    have(mall, 3)
    conversation = reading.read(mall_shop, connector_for(mall_shop), room(buyer_id="b-1"), first_import=True)
    assert "Awal percakapan" in top(owner_client, conversation)


def test_the_first_import_that_left_some_behind_does_not_claim_the_beginning(
    owner_client: Client, mall_shop: Shop, mall: type[Mall]
) -> None:
    have(mall, 31)
    conversation = reading.read(mall_shop, connector_for(mall_shop), room(buyer_id="b-1"), first_import=True)
    assert conversation.messages.count() == 30
    assert "intersect once" in top(owner_client, conversation)


def test_without_scripts_asking_leads_back_to_the_place(
    owner_client: Client, conversation: Conversation
) -> None:
    first = conversation.messages.oldest_first()[0]
    response = owner_client.post(f"/chat/{conversation.pk}/older/?before={first.client_id}")
    assert response["Location"] == f"/chat/{conversation.pk}/?at={first.client_id}"


def test_a_stranger_asks_for_nothing(
    stranger_client: Client, client: Client, conversation: Conversation
) -> None:
    assert ask(stranger_client, conversation).status_code == 404
    assert ask(client, conversation).status_code == 401
    assert not waits(conversation)


# What is here


@pytest.fixture
def long(shop: Shop) -> Conversation:
    """A hundred bubbles, a minute apart, the buyer's and the shop's by turns."""
    start = timezone.now() - timedelta(hours=3)
    told: list[IncomingMessage] = [
        said(f"pesan {n}.", by_buyer=n % 2 == 0, at=start + timedelta(minutes=n)) for n in range(100)
    ]
    return ingest(shop, remote(), told, Message.Source.READING)


def drawn(html: str) -> list[int]:
    return [int(number) for number in re.findall(r">pesan (\d+)\.<", html[html.index('id="above"') :])]


def at(client: Client, conversation: Conversation, number: int) -> str:
    named = conversation.messages.get(text=f"pesan {number}.").client_id
    return client.get(f"/chat/{conversation.pk}/", {"at": str(named)}, headers=HTMX).content.decode()


def test_a_given_message_opens_the_thread_around_it_and_is_marked(
    owner_client: Client, long: Conversation
) -> None:
    html = at(owner_client, long, 50)
    assert drawn(html) == list(range(20, 81))
    marked = long.messages.get(text="pesan 50.").client_id
    assert re.findall(r'id="message-([0-9a-f-]+)"[^>]* data-found', html) == [str(marked)]
    assert 'id="below"' in html


def test_from_there_newer_pages_are_loaded_to_the_end(owner_client: Client, long: Conversation) -> None:
    assert 'id="below"' not in at(owner_client, long, 75)
    html = at(owner_client, long, 50)
    url = re.search(r'id="below"[^>]*hx-get="([^"]+)"', html)
    assert url is not None
    page = owner_client.get(url[1].replace("&amp;", "&"), headers=HTMX).content.decode()
    assert [int(number) for number in re.findall(r">pesan (\d+)\.<", page)] == list(range(81, 100))
    assert 'id="below"' not in page
    assert 'id="above"' not in page


def test_the_gap_stands_below_the_last_bubble_and_above_what_comes_live(
    owner_client: Client, long: Conversation
) -> None:
    keys = re.findall(r'id="(?:message|below)[^"]*" [^>]*?data-sort="([^"]+)"', at(owner_client, long, 50))
    assert keys == sorted(keys)
    assert keys[-1].endswith("~")


@pytest.mark.parametrize("named", ["nonsense", "", "00000000-0000-4000-8000-000000000000", "foreign"])
def test_a_message_of_elsewhere_opens_the_end(
    owner_client: Client, shop: Shop, long: Conversation, named: str
) -> None:
    if named == "foreign":
        other = ingest(shop, remote("budi"), [said("rahasia")], Message.Source.READING)
        named = str(other.messages.get().client_id)
    html = owner_client.get(f"/chat/{long.pk}/", {"at": named}, headers=HTMX).content.decode()
    assert drawn(html) == list(range(70, 100))
    assert "data-found" not in html
    assert "rahasia" not in html


def test_older_pages_are_reached_without_scripts_too(owner_client: Client, long: Conversation) -> None:
    html = owner_client.get(f"/chat/{long.pk}/").content.decode()
    link = re.search(r'<a class="more__link" href="([^"]+)"', html[html.index('id="above"') :])
    assert link is not None
    assert 69 in drawn(owner_client.get(link[1]).content.decode())
