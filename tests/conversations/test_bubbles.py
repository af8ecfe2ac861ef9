"""How bubbles stand together: days, groups, the line above what is new; and what is drawn in them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces import media
from marketplaces.content import IncomingMessage, Kind
from marketplaces.models import MediaFile, Shop
from marketplaces.models.media import id_of
from tests.conftest import signed_in
from tests.factories import make_conversation, remote, said
from tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}
NOON = datetime(2026, 11, 5, 5, 0, tzinfo=UTC)  # in Jakarta, a Thursday


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def ago(**time: float) -> datetime:
    return NOON - timedelta(**time)


def talk(shop: Shop, *told: IncomingMessage) -> Conversation:
    return ingest(shop, remote(), list(told), Message.Source.READING)


def thread(client: Client, conversation: Conversation) -> str:
    return client.get(f"/chat/{conversation.pk}/", headers=HTMX).content.decode()


def items(html: str) -> list[str]:
    """The children of the list of bubbles, in the order in which keyed-list.js leaves them."""
    inside = html[html.index('id="bubbles"') : html.index("</ol>")]
    found = re.findall(r'<li id="[^"]*".*?(?=<li |\Z)', inside, re.DOTALL)
    return sorted(found, key=lambda item: re.search(r'data-sort="([^"]*)"', item)[1])  # type: ignore[index]


def outline(html: str) -> list[str]:
    """In a word each: a day's name, the line, the text of a bubble with + when it goes on with a group."""
    words = []
    for item in items(html):
        if item.startswith('<li id="message-'):
            text = re.search(r'class="bubble__text"[^>]*>([^<]*)<', item)
            is_continued = " data-continued" in item[: item.index(">")]
            words.append(f"{'+' if is_continued else ''}{text[1] if text else ''}")
        elif item.startswith('<li id="above"'):
            continue
        else:
            words.append("=" + re.sub(r"<[^>]*>", "", item).strip())
    return words


# Days and times


def test_days_are_told_apart_by_name(owner_client: Client, owner: User, shop: Shop) -> None:
    conversation = talk(shop, *(said(f"h{days}", at=ago(days=days)) for days in (0, 1, 2, 400)))
    conversation.mark_read(owner)
    assert outline(thread(owner_client, conversation)) == [
        *("=Rabu, 1 Oktober 2025", "h400", "=Selasa, 3 November 2026", "h2"),
        *("=Kemarin", "h1", "=Hari ini", "h0"),
    ]


def test_times_and_days_are_of_the_shops_zone(owner_client: Client, shop: Shop) -> None:
    conversation = talk(shop, said("larut", at=datetime(2026, 11, 4, 15, 30, tzinfo=UTC)))
    html = thread(owner_client, conversation)
    assert ">22:30</time>" in html
    assert "Rabu, 4 November 2026, 22:30 WIB" in html
    Shop.objects.update(time_zone=Shop.Zone.WIT)
    html = thread(owner_client, conversation)
    assert ">00:30</time>" in html
    assert "Kamis, 5 November 2026, 00:30 WIT" in html
    assert ">Hari ini</time>" in html


def test_an_older_page_has_its_own_days_and_the_same_day_the_same_id(
    owner_client: Client, shop: Shop
) -> None:
    conversation = talk(shop, *(said(f"m{n}", at=ago(minutes=n)) for n in range(40)))
    first = conversation.messages.get(text="m29")
    url = f"/chat/{conversation.pk}/messages/"
    older = owner_client.get(url, {"before": str(first.client_id)}, headers=HTMX).content.decode()
    assert (
        older.count('id="day-20261105"') == thread(owner_client, conversation).count('id="day-20261105"') == 1
    )


# Groups


def test_bubbles_of_one_side_within_minutes_are_a_group(owner_client: Client, shop: Shop) -> None:
    conversation = talk(
        shop,
        said("halo", at=ago(minutes=30)),
        said("kak", at=ago(minutes=29)),
        said("masih?", at=ago(minutes=23)),
        said("ya", at=ago(minutes=22), by_buyer=False),
        said("ada", at=ago(minutes=21), by_buyer=False),
        said("sip", at=ago(minutes=20)),
        said("robot", at=ago(minutes=19), kind=Kind.SYSTEM),
        said("sip lagi", at=ago(minutes=18)),
    )
    shown = [word for word in outline(thread(owner_client, conversation)) if not word.startswith("=")]
    assert shown == ["halo", "+kak", "masih?", "ya", "+ada", "sip", "robot", "sip lagi"]


def test_midnight_of_the_shop_ends_a_group(owner_client: Client, shop: Shop) -> None:
    midnight = datetime(2026, 11, 4, 17, 0, tzinfo=UTC)
    conversation = talk(
        shop,
        said("selamat", at=midnight - timedelta(minutes=1)),
        said("malam", at=midnight + timedelta(minutes=1)),
    )
    assert "+malam" not in outline(thread(owner_client, conversation))
    Shop.objects.update(time_zone=Shop.Zone.WITA)
    assert "+malam" in outline(thread(owner_client, conversation))


def test_two_agents_are_two_groups(owner: User, colleague: User, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    for by, text in ((owner, "satu"), (owner, "dua"), (colleague, "tiga")):
        outbox.enqueue(conversation, by, Draft(Kind.TEXT, text), uuid.uuid4())
    html = thread(signed_in(owner), conversation)
    assert outline(html)[-3:] == ["satu", "+dua", "tiga"]
    assert "Colleague" in items(html)[-1]


def test_a_hidden_bubble_begins_no_group(owner_client: Client, shop: Shop) -> None:
    conversation = talk(shop, said("tak tampak", at=ago(minutes=3)), said("tampak", at=ago(minutes=2)))
    conversation.messages.filter(text="tak tampak").update(is_hidden=True)
    assert "tampak" in outline(thread(owner_client, conversation))


def test_a_thread_takes_as_many_queries_whatever_it_holds(owner: User, shop: Shop) -> None:
    client = signed_in(owner)
    few = talk(shop, said("halo", at=ago(minutes=40)), said("kak", at=ago(minutes=39)))
    many = [said(f"m{n}", at=ago(minutes=n), by_buyer=n % 3 > 0) for n in range(30)]
    full = ingest(shop, remote("budi"), many, Message.Source.READING)
    for conversation in (few, full):
        thread(client, conversation)
    counts = []
    for conversation in (few, full):
        with CaptureQueriesContext(connection) as queries:
            thread(client, conversation)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The line above what is new


def test_a_line_stands_above_the_first_unread_at_opening(
    owner_client: Client, owner: User, shop: Shop
) -> None:
    conversation = talk(shop, said("dulu", at=ago(minutes=9)))
    conversation.mark_read(owner)
    talk(shop, said("baru", at=ago(minutes=2)), said("baru lagi", at=ago(minutes=1)))
    html = thread(owner_client, conversation)
    assert outline(html) == ["=Hari ini", "dulu", "=Pesan baru", "baru", "+baru lagi"]
    assert 'id="unread"' not in thread(owner_client, conversation), "once it was read there is none"


def test_the_line_is_there_when_more_is_unread_than_a_page_holds(owner_client: Client, shop: Shop) -> None:
    """On top, from where it goes up to its place when older pages come."""
    conversation = talk(shop, *(said(f"m{n}", at=ago(minutes=n)) for n in range(40)))
    assert outline(thread(owner_client, conversation))[:3] == ["=Hari ini", "=Pesan baru", "+m29"]


def test_what_comes_while_it_is_open_moves_no_line(owner_client: Client, owner: User, shop: Shop) -> None:
    conversation = talk(shop, said("halo", at=ago(minutes=9)))
    thread(owner_client, conversation)
    talk(shop, said("lagi", at=ago(minutes=1)))
    look = {"since": f"{shop.seller_id}:0", "open": str(conversation.pk), "visible": "1"}
    html = owner_client.get("/live/", look).content.decode()
    assert "lagi" in html
    assert 'id="unread"' not in html


# What is drawn in them


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_bubble_that_says_what_it_is(owner_client: Client, shop: Shop, kind: Kind) -> None:
    conversation = talk(shop, said("", kind=kind))
    bubble = items(thread(owner_client, conversation))[-1]
    labels = {
        Kind.TEXT: "bubble__content",
        Kind.IMAGE: "Gambar",
        Kind.VIDEO: "Video",
        Kind.STICKER: "Stiker",
        Kind.PRODUCT: "Produk",
        Kind.ORDER: "Pesanan",
        Kind.SYSTEM: "Pesan otomatis dari Shopee",
        Kind.UNKNOWN: "Belum bisa ditampilkan",
    }
    assert labels[kind] in bubble


def test_a_kind_that_nobody_knows_names_itself(owner_client: Client, shop: Shop) -> None:
    conversation = talk(shop, said("", kind=Kind.UNKNOWN))
    conversation.messages.update(payload={"label": "hologram<b>"})
    assert "hologram&lt;b&gt;" in thread(owner_client, conversation)


def test_a_text_has_its_own_direction_and_emoji_alone_are_large(owner_client: Client, shop: Shop) -> None:
    conversation = talk(shop, said("مرحبا", at=ago(minutes=2)), said("🙏", at=ago(minutes=1)))
    html = thread(owner_client, conversation)
    assert 'dir="auto">مرحبا<' in html
    assert 'dir="auto" data-emoji>🙏<' in html


@pytest.mark.parametrize(
    ("told", "size"),
    [((1200, 900), (280, 210)), ((900, 1800), (160, 320)), ((100, 50), (100, 50)), ((1, 9000), (1, 320))],
)
def test_a_picture_takes_its_room_before_it_is_here(
    owner_client: Client, shop: Shop, told: Sequence[int], size: Sequence[int]
) -> None:
    conversation = talk(shop, said("", kind=Kind.IMAGE))
    url = "https://files.test/a.jpg"
    conversation.messages.update(payload={"url": url, "width": told[0], "height": told[1]})
    html = thread(owner_client, conversation)
    assert f'width="{size[0]}" height="{size[1]}" loading="lazy"' in html
    assert 'alt="Gambar dari rina"' in html
    assert f'href="/media/{id_of(shop.pk, url)}/"' in html


def test_an_uploaded_picture_has_the_size_of_its_file(owner_client: Client, owner: User, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    file = media.take_upload(shop, picture())
    outbox.enqueue(conversation, owner, Draft(Kind.IMAGE, attachment=file), uuid.uuid4())
    assert OutgoingMessage.objects.count() == 1
    assert re.search(
        rf'src="/media/{file.pk}/small/"[^>]* width="\d+" height="\d+"', thread(owner_client, conversation)
    )


def test_a_picture_that_is_gone_says_so(owner_client: Client, shop: Shop) -> None:
    conversation = talk(shop, said("", kind=Kind.IMAGE))
    conversation.messages.update(payload={"url": "https://files.test/a.jpg"})
    pk = id_of(shop.pk, "https://files.test/a.jpg")
    MediaFile.objects.create(pk=pk, shop=shop, url="https://files.test/a.jpg", state=MediaFile.State.REFUSED)
    html = thread(owner_client, conversation)
    assert "Sudah tidak ada di marketplace" in html
    assert '<img class="picture__image"' not in html


# For those who listen


def test_the_thread_can_be_walked_by_headings_and_is_not_read_out_by_itself(
    owner_client: Client, shop: Shop
) -> None:
    html = thread(owner_client, make_conversation(shop, "halo"))
    assert '<h2 class="thread__buyer">rina</h2>' in html
    assert '<h3 class="day__name"><time datetime="2026-11-05">Hari ini</time></h3>' in html
    assert 'role="log" aria-live="off" aria-label="Pesan"' in html
    assert 'id="heard" class="hidden" role="status"></p>' in html
