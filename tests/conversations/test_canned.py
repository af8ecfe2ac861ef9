"""Canned replies beside the composer: offered, inserted with what they name filled in, checked, sent, counted."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from conversations import withdrawals
from conversations.canned import pictures
from conversations.models import CannedReply, CannedUse, Conversation, Message
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import MediaFile, Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop
from tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ongkir ke Bandung berapa?")


@pytest.fixture
def ongkir(seller: Seller) -> CannedReply:
    return make_reply(seller, "ongkir", "Halo {pembeli}, ongkirnya gratis.")


def make_reply(seller: Seller, shortcut: str, text: str, **fields: Any) -> CannedReply:
    return CannedReply.objects.create(
        seller=seller, shortcut=shortcut, title=shortcut.title(), text=text, **fields
    )


def ask(client: Client, conversation: Conversation, text: str) -> str:
    page = client.get(reverse("conversations:canned", args=[conversation.pk]), {"text": text})
    assert page.status_code == 200
    return page.content.decode()


def write(client: Client, conversation: Conversation, text: str, **fields: str) -> Any:
    return client.post(
        reverse("conversations:messages", args=[conversation.pk]),
        {"client_id": str(uuid.uuid4()), "text": text} | fields,
        headers={"HX-Request": "true"},
    )


def sent() -> list[Message]:
    return list(Message.objects.filter(origin="agent").order_by("pk"))


# Offered


def test_a_slash_offers_them_filled_in(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    page = ask(owner_client, conversation, "/")
    assert 'data-fill="Halo rina, ongkirnya gratis."' in page
    assert "/ongkir" in page


@pytest.mark.parametrize(
    ("written", "is_offered"),
    [("/ong", True), ("/ONG", True), ("/gratis", True), ("/retur", False), ("ong", False), ("", False)],
)
def test_typing_narrows_them(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply, written: str, is_offered: bool
) -> None:
    assert ("data-fill" in ask(owner_client, conversation, written)) == is_offered


def test_those_called_so_stand_first_then_those_used_most(
    owner_client: Client, conversation: Conversation, seller: Seller
) -> None:
    for shortcut, uses in {"kirim": 9, "lama": 5, "ongkir": 2, "ongkos": 3}.items():
        make_reply(seller, shortcut, "ongkir dan lain-lain", use_count=uses)
    page = ask(owner_client, conversation, "/ong")
    places = [page.index(f">/{shortcut}<") for shortcut in ("ongkos", "ongkir", "kirim", "lama")]
    assert places == sorted(places)


def test_a_shop_has_words_of_its_own(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply, seller: Seller
) -> None:
    ongkir.wordings.create(shop=conversation.shop, text="Hai kak {buyer}!")
    ongkir.wordings.create(shop=make_shop(seller, name="Toko Dua"), text="Salam!")
    assert 'data-fill="Hai kak rina!"' in ask(owner_client, conversation, "/ong")


def test_another_sellers_are_not_offered(
    owner_client: Client, conversation: Conversation, stranger: User
) -> None:
    make_reply(stranger.memberships.get().seller, "ongkir", "rahasia")
    assert "rahasia" not in ask(owner_client, conversation, "/ong")


def test_a_list_costs_a_fixed_number_of_queries(
    owner_client: Client, conversation: Conversation, seller: Seller, django_assert_max_num_queries: Any
) -> None:
    for place in range(8):
        reply = make_reply(seller, f"balasan-{place}", "Halo {pembeli}")
        pictures.keep(reply, picture())
    with django_assert_max_num_queries(10):
        ask(owner_client, conversation, "/bal")


# Sent


def test_a_placeholder_that_is_left_is_not_sent_and_the_text_stays(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    answer = write(owner_client, conversation, "Resi kakak {resi} ya", canned=str(ongkir.pk))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Isi dulu {resi}" in page
    assert answer["HX-Reswap"] == "none", "what it was stays in the browser, and goes along with the next try"
    assert sent() == []


def test_the_refusal_is_in_the_language_of_whoever_reads_it(
    owner_client: Client, conversation: Conversation
) -> None:
    with translation.override("en"):
        owner_client.cookies["django_language"] = "en"
        assert "Fill in {resi} first" in write(owner_client, conversation, "{resi}").content.decode()


def test_a_shortcut_that_enter_was_faster_than_is_not_sent(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    assert write(owner_client, conversation, "/ongk").status_code == 422
    assert write(owner_client, conversation, "/lain").status_code == 200
    assert [message.text for message in sent()] == ["/lain"]


def test_an_edited_reply_is_checked_as_well(
    owner_client: Client, owner: User, conversation: Conversation
) -> None:
    write(owner_client, conversation, "sebentar")
    message = sent()[0]
    withdrawals.take_out(message.outgoing, owner)
    revision = reverse("conversations:revision", args=[message.client_id])
    owner_client.post(revision, {"text": "resi {resi}"}, headers={"HX-Request": "true"})
    message.refresh_from_db()
    assert message.text == "sebentar"


def test_its_pictures_follow_the_text_as_bubbles(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    pictures.keep(ongkir, picture(size=(64, 48)))
    pictures.keep(ongkir, picture(size=(80, 20)))
    page = write(owner_client, conversation, "gratis", canned=str(ongkir.pk), canned_pictures="1")
    bubbles = sent()
    assert [message.kind for message in bubbles] == ["text", "image", "image"]
    assert [message.attachment.width for message in bubbles if message.attachment] == [64, 80]
    assert all(f"message-{message.client_id}" in page.content.decode() for message in bubbles)


def test_pictures_that_the_agent_left_out_stay_here(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    pictures.keep(ongkir, picture())
    write(owner_client, conversation, "gratis", canned=str(ongkir.pk))
    assert [message.kind for message in sent()] == ["text"]


def test_a_picture_is_copied_into_a_shop_once(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    pictures.keep(ongkir, picture())
    for _time in range(2):
        write(owner_client, conversation, "gratis", canned=str(ongkir.pk), canned_pictures="1")
    assert len(sent()) == 4
    assert MediaFile.objects.filter(shop=conversation.shop).count() == 1


def test_where_the_marketplace_takes_no_pictures_the_text_goes_alone(
    owner_client: Client,
    conversation: Conversation,
    ongkir: CannedReply,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures.keep(ongkir, picture())
    connector = conversation.shop.connector
    can = connector.can
    monkeypatch.setattr(connector, "can", lambda ability: ability != "send_image" and can(ability))
    assert "tidak menerima gambar" in ask(owner_client, conversation, "/ong")
    write(owner_client, conversation, "gratis", canned=str(ongkir.pk), canned_pictures="1")
    assert [message.kind for message in sent()] == ["text"]


def test_a_reply_that_is_sent_counts_once(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    form = {"canned": str(ongkir.pk), "client_id": str(uuid.uuid4())}
    write(owner_client, conversation, "gratis", **form)
    write(owner_client, conversation, "gratis", **form)  # a double click
    ongkir.refresh_from_db()
    assert (ongkir.use_count, CannedUse.objects.count()) == (1, 1)
    assert ongkir.last_used_at is not None
    write(owner_client, conversation, "gratis", canned=str(ongkir.pk))
    ongkir.refresh_from_db()
    assert ongkir.use_count == 2


def test_a_refused_one_does_not_count(
    owner_client: Client, conversation: Conversation, ongkir: CannedReply
) -> None:
    write(owner_client, conversation, "{resi}", canned=str(ongkir.pk))
    ongkir.refresh_from_db()
    assert ongkir.use_count == 0


@pytest.mark.parametrize("named", ["nonsense", "7d0c4f0e-2f57-4b7e-9a35-0d6c2b1f4a11"])
def test_one_that_is_gone_or_nonsense_sends_the_text(
    owner_client: Client, conversation: Conversation, named: str
) -> None:
    assert write(owner_client, conversation, "gratis", canned=named).status_code == 200
    assert len(sent()) == 1


def test_another_sellers_reply_brings_nothing_along(
    owner_client: Client, conversation: Conversation, stranger: User
) -> None:
    foreign = make_reply(stranger.memberships.get().seller, "foto", "rahasia")
    pictures.keep(foreign, picture())
    write(owner_client, conversation, "gratis", canned=str(foreign.pk), canned_pictures="1")
    foreign.refresh_from_db()
    assert ([message.kind for message in sent()], foreign.use_count) == (["text"], 0)


# Who may


def test_strangers_and_colleagues_without_the_shop_are_offered_nothing(
    conversation: Conversation, stranger: User, colleague: User, seller: Seller
) -> None:
    limit_to(colleague, make_shop(seller, name="Toko Dua"))
    for user in (stranger, colleague):
        answer = signed_in(user).get(reverse("conversations:canned", args=[conversation.pk]), {"text": "/"})
        assert answer.status_code == 404


def test_a_picture_is_shown_to_its_team_only(
    ongkir: CannedReply, colleague: User, stranger_client: Client
) -> None:
    address = reverse("conversations:canned-picture", args=[pictures.keep(ongkir, picture()).pk])
    shown = signed_in(colleague).get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    assert stranger_client.get(address).status_code == 404
    assert Client().get(address).status_code == 302
