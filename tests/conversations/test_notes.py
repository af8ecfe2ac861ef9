"""Private notes: seen by the team alone, no answer to anybody, and a mark for the colleague whom they name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from conversations.live import Cursor
from conversations.models import Conversation, ConversationNote, Event, Message, NoteMention, OutgoingMessage
from forstok_chat.accounts.models import Membership, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "halo", "masih ada?")


def write(client: Client, chat: Conversation, text: str, *people: User, **more: Any) -> Any:
    chosen = [str(Membership.objects.get(user=person).uuid) for person in people]
    data = {"key": str(uuid4()), "text": text, "person": chosen, **more}
    return client.post(f"/chat/{chat.pk}/notes/", data, headers={"HX-Request": "true"})


def stand(chat: Conversation) -> dict[str, Any]:
    """All that a note must not change."""
    shown = (
        "status",
        "assignee",
        "snoozed_until",
        "unread_count",
        "waiting_since",
        "due_at",
        "last_message_at",
    )
    return dict(Conversation.objects.filter(pk=chat.pk).values(*shown).get())


def test_a_note_is_no_message_and_moves_nothing(
    chat: Conversation, owner: User, owner_client: Client, nudges: list[Any]
) -> None:
    before, messages, events = stand(chat), Message.objects.count(), Event.objects.count()
    answer = write(owner_client, chat, "Pelanggan lama, beri diskon")
    note = ConversationNote.objects.get()
    assert (note.text, note.author, note.conversation) == ("Pelanggan lama, beri diskon", owner, chat)
    assert "Hanya terlihat tim" in answer.content.decode()
    assert stand(chat) == before
    assert Message.objects.count() == messages
    assert not OutgoingMessage.objects.exists()
    assert not chat.status_changes.exists()
    assert nudges == []
    assert Event.objects.count() == events + 1


def test_it_stands_in_the_thread_at_its_time(chat: Conversation, owner_client: Client) -> None:
    write(owner_client, chat, "di antara keduanya")
    first, last = chat.messages.oldest_first()
    between = first.sent_at + (last.sent_at - first.sent_at) / 2
    ConversationNote.objects.update(created_at=between)
    page = owner_client.get(f"/chat/{chat.pk}/").content.decode()
    places = [
        page.index(text) for text in (f"message-{first.client_id}", "note-", f"message-{last.client_id}")
    ]
    assert places == sorted(places)


def test_a_double_click_writes_one(chat: Conversation, owner_client: Client) -> None:
    key = str(uuid4())
    for _each in range(2):
        write(owner_client, chat, "sekali saja", key=key)
    assert ConversationNote.objects.count() == 1


def test_another_ones_note_is_not_overwritten_by_its_id(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    write(owner_client, chat, "dari pemilik")
    note = ConversationNote.objects.get()
    write(signed_in(colleague), chat, "dari yang lain", key=str(note.pk))
    note.refresh_from_db()
    assert note.text == "dari pemilik"


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_nothing_and_too_much_come_back_as_the_form(
    chat: Conversation, owner_client: Client, text: str
) -> None:
    answer = write(owner_client, chat, text)
    assert answer.status_code == 422
    assert 'id="note-form"' in answer.content.decode()
    assert not ConversationNote.objects.exists()


def test_the_form_offers_colleagues_who_see_the_shop(
    chat: Conversation, owner_client: Client, colleague: User, shop: Shop
) -> None:
    assert "@Colleague" in owner_client.get(f"/chat/{chat.pk}/notes/").content.decode()
    limit_to(colleague, make_shop(shop.seller, name="Toko Lain"))
    assert "@Colleague" not in owner_client.get(f"/chat/{chat.pk}/notes/").content.decode()
    assert write(owner_client, chat, "halo", colleague).status_code == 422


def test_a_colleague_who_is_named_sees_it_in_the_list_until_they_open_the_chat(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    theirs = signed_in(colleague)
    assert "Menyebut saya" not in theirs.get("/chat/").content.decode()
    write(owner_client, chat, "tolong cek stok", colleague)
    assert "Anda disebut dalam catatan" in theirs.get("/chat/").content.decode()
    assert f"row-{chat.pk}" in theirs.get("/chat/?only=mentions").content.decode()
    assert f"row-{chat.pk}" not in owner_client.get("/chat/?only=mentions").content.decode()
    theirs.get(f"/chat/{chat.pk}/")
    assert "Anda disebut dalam catatan" not in theirs.get("/chat/").content.decode()
    assert f"row-{chat.pk}" not in theirs.get("/chat/?only=mentions").content.decode()


def test_opening_it_elsewhere_keeps_the_mark_of_the_others(
    chat: Conversation, owner: User, owner_client: Client, colleague: User
) -> None:
    write(owner_client, chat, "tolong cek", colleague)
    owner_client.get(f"/chat/{chat.pk}/")
    assert NoteMention.objects.get().seen_at is None


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("@Colleague tolong", True),
        ("tanya @colleague, ya", True),
        ("colleague saja", False),
        ("surel@colleague", False),
        ("@Colleagues", False),
    ],
)
def test_a_name_after_an_at_names_its_colleague(
    chat: Conversation, owner_client: Client, colleague: User, text: str, is_named: bool
) -> None:
    write(owner_client, chat, text)
    assert NoteMention.objects.filter(user=colleague).exists() is is_named


def test_a_first_name_that_two_have_names_neither(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    User.objects.filter(pk=colleague.pk).update(name="Sari Dewi")
    other = User.objects.create_user("sari@example.test", "a-good-password", name="Sari Ayu")
    Membership.objects.create(user=other, seller=chat.seller, role=Membership.Role.AGENT)
    write(owner_client, chat, "@Sari yang mana?")
    assert not NoteMention.objects.exists()
    write(owner_client, chat, "@Sari Ayu saja")
    assert NoteMention.objects.get().user == other


def test_ones_own_note_is_edited_and_the_newly_named_are_told(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    write(owner_client, chat, "lama")
    note = ConversationNote.objects.get()
    address = f"/chat/{chat.pk}/notes/{note.pk}/"
    assert "lama" in owner_client.get(address).content.decode()
    owner_client.post(address, {"key": note.pk, "text": "baru @Colleague"})
    note.refresh_from_db()
    assert note.text == "baru @Colleague"
    assert note.edited_at is not None
    assert note.mentions.get().user == colleague
    owner_client.post(address, {"key": note.pk, "text": "baru"})
    assert not note.mentions.exists()


def test_who_has_read_it_is_not_told_again_by_an_edit(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    write(owner_client, chat, "@Colleague lihat")
    signed_in(colleague).get(f"/chat/{chat.pk}/")
    note = ConversationNote.objects.get()
    owner_client.post(f"/chat/{chat.pk}/notes/{note.pk}/", {"key": note.pk, "text": "@Colleague lihat ini"})
    assert note.mentions.get().seen_at is not None


def test_a_deleted_note_leaves_the_thread_and_its_words_are_gone(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    write(owner_client, chat, "rahasia @Colleague")
    note = ConversationNote.objects.get()
    owner_client.post(f"/chat/{chat.pk}/notes/{note.pk}/deletion/")
    note.refresh_from_db()
    assert note.text == ""
    assert not NoteMention.objects.exists()
    assert f"note-{note.pk}" not in owner_client.get(f"/chat/{chat.pk}/").content.decode()


def test_anothers_note_is_neither_edited_nor_deleted(
    chat: Conversation, owner_client: Client, colleague: User
) -> None:
    write(owner_client, chat, "milik pemilik")
    note, theirs = ConversationNote.objects.get(), signed_in(colleague)
    for address in (f"/chat/{chat.pk}/notes/{note.pk}/", f"/chat/{chat.pk}/notes/{note.pk}/deletion/"):
        assert theirs.post(address, {"key": note.pk, "text": "lain"}).status_code == 404
    note.refresh_from_db()
    assert note.text == "milik pemilik"


def test_open_screens_follow(chat: Conversation, owner_client: Client, colleague: User) -> None:
    cursor, theirs = Cursor.now(colleague), signed_in(colleague)

    def look() -> str:
        return theirs.get("/live/", {"since": str(cursor), "open": str(chat.pk)}).content.decode()

    write(owner_client, chat, "baru ditulis")
    note = ConversationNote.objects.get()
    assert "baru ditulis" in look()
    owner_client.post(f"/chat/{chat.pk}/notes/{note.pk}/deletion/")
    assert f'id="note-{note.pk}" hx-swap-oob="delete"' in look()


def test_notes_cost_the_same_however_many_there_are(
    chat: Conversation, owner_client: Client, colleague: User, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    write(owner_client, chat, "satu @Colleague")
    owner_client.get(f"/chat/{chat.pk}/")
    with CaptureQueriesContext(connection) as one:
        owner_client.get(f"/chat/{chat.pk}/")
    for _each in range(5):
        write(owner_client, chat, "lagi @Colleague")
    with CaptureQueriesContext(connection) as six:
        owner_client.get(f"/chat/{chat.pk}/")
    assert len(six) == len(one)


def test_a_note_of_a_day_without_bubbles_has_its_day(chat: Conversation, owner_client: Client) -> None:
    write(owner_client, chat, "dua hari lalu")
    at = timezone.now() - timedelta(days=2)
    ConversationNote.objects.update(created_at=at)
    page = owner_client.get(f"/chat/{chat.pk}/").content.decode()
    day = f'id="day-{timezone.localtime(at, chat.shop.zone):%Y%m%d}"'
    assert day in page
    assert page.index(day) < page.index("dua hari lalu")
