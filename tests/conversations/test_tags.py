"""Tags: kept by owners and supervisors, put on chats by everybody, shown in rows and thread, a filter of the list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import tagging
from conversations.live import MOST_EVENTS, Cursor
from conversations.models import Conversation, Event, Tag
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
CSS = Path(__file__).parents[2] / "static/css/tags.css"
CHIP = '<span class="tag" data-colour="red">Komplain</span>'


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "halo")


@pytest.fixture
def tag(seller: Seller) -> Tag:
    return Tag.objects.create(seller=seller, name="Komplain", colour=Tag.Colour.RED)


def put_on(client: Client, chat: Conversation, tag: Tag, on: str = "1") -> str:
    data = {"tag": str(tag.pk), "on": on}
    answer = client.post(f"/chat/{chat.pk}/tags/", data, headers={"HX-Request": "true"})
    return answer.content.decode()


def test_an_agent_puts_a_tag_on_and_takes_it_off(chat: Conversation, tag: Tag, colleague: User) -> None:
    client, events = signed_in(colleague), Event.objects.count()
    assert CHIP in put_on(client, chat, tag)
    assert chat.taggings.get().by == colleague
    assert CHIP in client.get("/chat/").content.decode()
    assert CHIP not in put_on(client, chat, tag, on="").split('id="tag-forms"')[0]
    assert not chat.tags.exists()
    assert Event.objects.count() == events + 2


def test_twice_on_is_once(chat: Conversation, tag: Tag, owner_client: Client) -> None:
    put_on(owner_client, chat, tag)
    events = Event.objects.count()
    put_on(owner_client, chat, tag)
    assert chat.tags.count() == 1
    assert Event.objects.count() == events


def test_another_sellers_tag_is_not_there(chat: Conversation, owner_client: Client, stranger: User) -> None:
    theirs = Tag.objects.create(seller=stranger.jobs.get().seller, name="Lain")
    answer = owner_client.post(f"/chat/{chat.pk}/tags/", {"tag": str(theirs.pk), "on": "1"})
    assert answer.status_code == 404
    assert owner_client.post(f"/chat/{chat.pk}/tags/", {"tag": "nonsense", "on": "1"}).status_code == 404


def test_the_list_is_narrowed_to_a_tag(shop: Shop, chat: Conversation, tag: Tag, owner: User) -> None:
    other = make_conversation(shop, "lain", name="budi")
    tagging.put_on(chat, tag, owner)
    page = signed_in(owner).get(f"/chat/?tag={tag.pk}").content.decode()
    assert f"row-{chat.pk}" in page
    assert f"row-{other.pk}" not in page
    assert f"tag={tag.pk}" in page.split('id="tabs"')[1], "a tab keeps it"
    assert f"row-{other.pk}" in signed_in(owner).get("/chat/?tag=nonsense").content.decode()


def test_open_screens_follow(chat: Conversation, tag: Tag, owner_client: Client, colleague: User) -> None:
    cursor = Cursor.now(colleague)
    put_on(owner_client, chat, tag)
    query = {"since": str(cursor), "open": str(chat.pk)}
    answer = signed_in(colleague).get("/live/", query).content.decode()
    assert answer.count(CHIP) == 2  # its row and its thread


def test_tags_of_a_page_cost_one_query(shop: Shop, tag: Tag, owner: User, owner_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            owner_client.get("/chat/")
        return len(caught)

    chats = [make_conversation(shop, "halo", name=name) for name in ("ani", "budi", "citra")]
    tagging.put_on(chats[0], tag, owner)
    queries()
    one = queries()
    other = Tag.objects.create(seller=shop.seller, name="Grosir")
    for chat in chats:
        tagging.put_on(chat, tag, owner)
        tagging.put_on(chat, other, owner)
    assert queries() == one


def test_supervisors_make_and_change_them(seller: Seller, owner_client: Client) -> None:
    owner_client.post(f"/tags/{seller.pk}/new/", {"name": "  Retur   barang ", "colour": "teal"})
    tag = Tag.objects.get()
    assert (tag.name, tag.colour, tag.seller) == ("Retur barang", "teal", seller)
    owner_client.post(f"/tags/{tag.pk}/", {"name": "Retur", "colour": "blue"})
    tag.refresh_from_db()
    assert (tag.name, tag.colour) == ("Retur", "blue")
    assert "Retur" in owner_client.get("/tags/").content.decode()


@pytest.mark.parametrize("data", [{"name": "", "colour": "red"}, {"name": "x", "colour": "pink"}])
def test_what_is_no_tag_comes_back_as_the_form(
    seller: Seller, owner_client: Client, data: dict[str, str]
) -> None:
    assert owner_client.post(f"/tags/{seller.pk}/new/", data).status_code == 422


def test_a_name_is_one_tag(seller: Seller, tag: Tag, owner_client: Client) -> None:
    answer = owner_client.post(f"/tags/{seller.pk}/new/", {"name": "komplain", "colour": "red"})
    assert answer.status_code == 422
    assert "Sudah ada yang bernama begitu" in answer.content.decode()


def test_a_removal_asks_says_how_many_have_it_and_tells_their_screens(
    chat: Conversation, tag: Tag, owner: User, owner_client: Client
) -> None:
    tagging.put_on(chat, tag, owner)
    assert "1 chat memakainya" in owner_client.get(f"/tags/{tag.pk}/deletion/").content.decode()
    assert Tag.objects.exists()
    events = Event.objects.count()
    owner_client.post(f"/tags/{tag.pk}/deletion/")
    assert not Tag.objects.exists()
    assert Event.objects.count() == events + 1


def test_a_removal_from_very_many_tells_enough_for_lists_to_be_drawn_as_a_whole(
    shop: Shop, chat: Conversation, tag: Tag, owner: User
) -> None:
    many = [
        Conversation(shop=shop, seller=shop.seller, remote_id=f"r{number}", buyer_id=f"b{number}")
        for number in range(MOST_EVENTS + 20)
    ]
    Conversation.objects.bulk_create(many)
    tag.taggings.model.objects.bulk_create([tag.taggings.model(conversation=each, tag=tag) for each in many])
    events = Event.objects.count()
    tagging.remove(tag)
    assert Event.objects.count() == events + MOST_EVENTS + 1


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_can_be_read_in_light_and_in_dark() -> None:
    pairs = re.findall(r"--fill: (#\w{6}); --ink: (#\w{6})", CSS.read_text())
    assert len(pairs) == 2 * len(Tag.Colour)
    for fill, ink in pairs:
        dark, light = sorted([luminance(fill), luminance(ink)])
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (fill, ink)
