"""Who looks at a chat now and who is typing there: told to those who see its shop, for as long as it is so."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis import Redis, RedisError

from conversations import presence
from conversations.events import channel
from conversations.live import Cursor
from conversations.models import Conversation, Event
from forstok_chat.accounts.models import Membership, User
from forstok_chat.redis import redis
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}


class Screen:
    """An open page: what it tells with its question for news, and keeps of the answer."""

    def __init__(self, user: User) -> None:
        self.client, self.user, self.id = signed_in(user), user, str(uuid.uuid4())
        self.told = {"viewers": "", "company": ""}

    def look(self, chat: Conversation | None = None, *, visible: str = "1") -> str:
        """The answer; "" for 204."""
        where = {"open": str(chat.pk)} if chat else {}
        asked = {
            "since": str(Cursor.now(self.user)),
            "screen": self.id,
            "visible": visible,
            **where,
            **self.told,
        }
        answer = self.client.get("/live/", asked)
        page: str = answer.content.decode()
        for name in self.told:
            if found := re.search(rf'name="{name}" value="([^"]*)"', page):
                self.told[name] = html.unescape(found[1])
        return page

    def types(self, chat: Conversation, text: str) -> Any:
        data = {"client_id": str(uuid.uuid5(uuid.UUID(self.id), str(chat.pk))), "text": text}
        return self.client.post(f"/chat/{chat.pk}/unsent/", data, headers=HTMX)


@pytest.fixture
def chat(shop: Shop, owner: User) -> Conversation:
    """Read already: looking at it changes nothing else."""
    conversation = make_conversation(shop, "ada stok?")
    conversation.mark_read(owner)
    return conversation


@pytest.fixture
def budi(seller: Any) -> Screen:
    return Screen(make_user("budi@example.test", seller=seller, role=Membership.Role.AGENT))


@pytest.fixture
def mine(owner: User) -> Screen:
    return Screen(owner)


@pytest.fixture
def told(shop: Shop) -> Iterator[Any]:
    """How many nudges the seller's screens got since it was asked last."""
    with redis().pubsub() as heard:
        heard.subscribe(channel(shop.seller_id))
        heard.get_message(timeout=1)

        def count() -> int:
            return sum(1 for _each in iter(lambda: heard.get_message(timeout=0.1), None))

        yield count


def ends_in(seconds: int, chat: Conversation) -> None:
    """As if this time had passed in Redis."""
    key = f"presence:{chat.seller_id}"
    for field, value in redis().hgetall(key).items():  # type: ignore[union-attr]
        place, _, ends = value.decode().rpartition(" ")
        redis().hset(key, field, f"{place} {int(ends) - seconds}")


def test_alone_there_is_nothing_to_tell(mine: Screen, chat: Conversation) -> None:
    assert mine.look(chat) == ""
    assert mine.look(chat) == ""


def test_a_colleague_in_the_same_chat_is_named_in_its_head_and_marked_in_its_row(
    mine: Screen, budi: Screen, chat: Conversation
) -> None:
    budi.look(chat)
    page = mine.look(chat)
    assert 'title="Budi juga sedang melihat chat ini"' in page
    assert 'aria-label="Sedang dilihat: Budi"' in page
    assert "data-known-only" in page, "the mark adds no row to a list that has it not"
    assert mine.look(chat) == "", "told once"
    assert "Budi juga sedang melihat" in mine.client.get(f"/chat/{chat.pk}/").content.decode()
    for path in ("/chat/", "/chat/rows/"):
        assert "Sedang dilihat: Budi" in mine.client.get(path).content.decode()
    own = budi.client.get("/chat/").content.decode()
    assert "Sedang dilihat: Budi" not in own, "nobody is told of themselves"


def test_a_row_that_is_drawn_for_another_reason_keeps_its_mark(
    mine: Screen, budi: Screen, chat: Conversation
) -> None:
    budi.look(chat)
    mark = "Sedang dilihat: Budi"
    assert mark in mine.types(chat, "Halo").content.decode()
    reply = {"client_id": str(uuid.uuid4()), "text": "Halo kak"}
    for path, data in (("messages", reply), ("pin", {"on": "1"})):
        assert mark in mine.client.post(f"/chat/{chat.pk}/{path}/", data, headers=HTMX).content.decode(), path
    told = {"since": f"{chat.seller_id}:0", "screen": mine.id, "viewers": "", "visible": "1"}
    assert mark in mine.client.get("/live/", told).content.decode()


def test_who_goes_to_another_chat_is_there_and_not_here(
    mine: Screen, budi: Screen, chat: Conversation, shop: Shop
) -> None:
    other = make_conversation(shop, "halo", name="sari")
    budi.look(chat)
    mine.look(chat)
    budi.look(other)
    page = mine.look(chat)
    assert "juga sedang melihat" not in page
    rows = re.findall(r'<li id="row-([0-9a-f-]{36})".*?</li>', page, re.DOTALL)
    assert set(rows) == {str(chat.pk), str(other.pk)}
    assert page.count("Sedang dilihat: Budi") == 2, "title and label of one row"


@pytest.mark.parametrize("how", ["hidden", "closed", "time"])
def test_who_looks_no_more_is_gone(mine: Screen, budi: Screen, chat: Conversation, how: str) -> None:
    budi.look(chat)
    mine.look(chat)
    if how == "time":
        ends_in(presence.LOOKS_FOR + 1, chat)
    else:
        budi.look(chat if how == "hidden" else None, visible="0" if how == "hidden" else "1")
    page = mine.look(chat)
    assert 'id="company"' in page
    assert "Budi" not in page
    assert mine.look(chat) == ""


def test_typing_is_told_in_words_to_who_is_in_the_chat_until_it_ends(
    mine: Screen, budi: Screen, chat: Conversation
) -> None:
    budi.look(chat)
    budi.types(chat, "Halo")
    assert "Budi sedang mengetik…" in mine.look(chat)
    assert mine.look(chat) == ""
    ends_in(presence.TYPES_FOR + 1, chat)
    assert "mengetik" not in mine.look(chat)


@pytest.mark.parametrize("how", ["emptied", "sent"])
def test_a_box_that_is_empty_again_is_no_typing(
    mine: Screen, budi: Screen, chat: Conversation, how: str
) -> None:
    budi.look(chat)
    budi.types(chat, "Halo")
    mine.look(chat)
    if how == "emptied":
        budi.types(chat, "")
    else:
        data = {"client_id": str(uuid.uuid4()), "text": "Halo kak"}
        budi.client.post(f"/chat/{chat.pk}/messages/", data, headers=HTMX)
    assert "Budi sedang mengetik…" not in mine.look(chat)
    assert "Budi juga sedang melihat" in mine.client.get(f"/chat/{chat.pk}/").content.decode()


def test_who_does_not_see_the_shop_is_told_nothing_not_even_that_somebody_is_somewhere(
    owner: User, budi: Screen, chat: Conversation, colleague: User, shop: Shop
) -> None:
    limit_to(colleague, make_shop(shop.seller, name="Toko Kedua"))
    theirs = Screen(colleague)
    budi.look(chat)
    budi.types(chat, "Halo")
    assert theirs.look() == ""
    assert theirs.look(chat) == ""
    assert theirs.told["viewers"] == ""


def test_a_stranger_neither_hears_nor_is_seen(
    mine: Screen, stranger: User, budi: Screen, chat: Conversation
) -> None:
    theirs = Screen(stranger)
    budi.look(chat)
    assert theirs.look(chat) == ""
    assert "Stranger" not in mine.look(chat)


def test_screens_are_nudged_when_somebody_comes_not_with_every_look_and_nothing_is_written(
    budi: Screen, chat: Conversation, told: Any
) -> None:
    events = Event.objects.count()
    budi.look(chat)
    budi.look(chat)
    assert told() == 1
    assert Event.objects.count() == events


def test_typing_nudges_only_where_another_looks_and_once_in_a_while(
    mine: Screen, budi: Screen, chat: Conversation, told: Any
) -> None:
    budi.look(chat)
    redis().delete(*redis().keys("presence:nudged:*"))  # type: ignore[misc]
    told()
    budi.types(chat, "H")
    assert told() == 0, "nobody would see it"
    mine.look(chat)
    redis().delete(*redis().keys("presence:nudged:*"))  # type: ignore[misc]
    told()
    for text in ("Ha", "Hal", "Halo"):
        budi.types(chat, text)
    assert told() == 1


def test_one_look_into_redis_and_no_more_queries_for_more_rows(
    mine: Screen, budi: Screen, chat: Conversation, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    budi.look(chat)
    mine.look(chat)
    for number in range(12):
        make_conversation(shop, "halo", name=f"pembeli {number}")
    calls: list[Any] = []
    execute = Redis.execute_command
    monkeypatch.setattr(
        Redis,
        "execute_command",
        lambda self, *args, **more: calls.append(args) or execute(self, *args, **more),
    )
    mine.look(chat)
    assert [call[0] for call in calls] == ["EVALSHA"]
    calls.clear()
    with CaptureQueriesContext(connection) as queries:
        mine.client.get("/chat/rows/")
    assert [call[0] for call in calls] == ["EVALSHA"]
    people = [each["sql"] for each in queries if "accounts_user" in each["sql"] and " IN (" in each["sql"]]
    assert len(people) <= 2


def test_without_redis_the_screen_is_as_it_is_without_company(
    mine: Screen, budi: Screen, chat: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    budi.look(chat)

    def away(*_args: object, **_more: object) -> None:
        raise RedisError

    monkeypatch.setattr(Redis, "execute_command", away)
    assert mine.look(chat) == ""
    assert budi.types(chat, "Halo").status_code == 200
    assert mine.client.get(f"/chat/{chat.pk}/").status_code == 200


@pytest.mark.parametrize("given", [{"screen": "nonsense"}, {"screen": ""}, {}])
def test_a_screen_without_a_name_is_nowhere(
    mine: Screen, owner_client: Client, owner: User, budi: Screen, chat: Conversation, given: dict[str, str]
) -> None:
    asked = {"since": str(Cursor.now(owner)), "open": str(chat.pk), "visible": "1", **given}
    assert owner_client.get("/live/", asked).status_code == 204
    assert "Owner" not in budi.look(chat)


def test_nonsense_that_a_screen_shows_is_drawn_anew(mine: Screen, budi: Screen, chat: Conversation) -> None:
    budi.look(chat)
    mine.told["viewers"] = "x:y 1:2 :: ' "
    assert "Sedang dilihat: Budi" in mine.look(chat)
