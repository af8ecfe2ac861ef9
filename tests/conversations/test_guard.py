"""Nobody answers what they have not seen: a reply is held while there is news, which is drawn in place of sending."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest, ingest_older
from conversations.live import Cursor
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Order, Product, Shop
from tests.conftest import signed_in
from tests.factories import make_conversation, remote, said
from tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok?", "yang hitam")


def seen_on(html: str) -> str:
    found = re.search(r'name="seen" value="(\d*)"', html)
    assert found is not None
    return found[1]


def opened(client: Client, chat: Conversation, **query: str) -> str:
    page: str = client.get(f"/chat/{chat.pk}/", query).content.decode()
    return page


def send(client: Client, chat: Conversation, text: str, seen: str | None, **more: Any) -> Any:
    told = {} if seen is None else {"seen": seen}
    data = {"text": text, "client_id": str(uuid.uuid4())} | told | more.pop("data", {})
    return client.post(f"/chat/{chat.pk}/messages/", data, headers=more.get("headers", HTMX))


def buyer_writes(shop: Shop, text: str, **more: Any) -> None:
    ingest(shop, remote(), [said(text, **more)], Message.Source.PUSH)


def colleague_answers(chat: Conversation, by: User, text: str) -> Message:
    return outbox.enqueue(chat, by, Draft(Kind.TEXT, text), uuid.uuid4())


def texts_sent() -> list[str]:
    return list(OutgoingMessage.objects.order_by("pk").values_list("message__text", flat=True))


def test_who_has_seen_all_sends(owner_client: Client, chat: Conversation) -> None:
    seen = seen_on(opened(owner_client, chat))
    assert send(owner_client, chat, "Ada kak", seen).status_code == 200
    assert send(owner_client, chat, "Silakan", seen).status_code == 200, "one's own words are no news"
    assert texts_sent() == ["Ada kak", "Silakan"]


def test_the_buyer_wrote_meanwhile_so_nothing_goes_and_the_news_is_drawn_with_the_choice(
    owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    seen = seen_on(opened(owner_client, chat))
    buyer_writes(shop, "jadi yang putih saja")
    answer = send(owner_client, chat, "Yang hitam ada", seen)
    html = answer.content.decode()
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    assert texts_sent() == []
    assert "menulis lagi:</strong> jadi yang putih saja" in html
    assert "Kirim saja" in html
    assert 'form="composer"' in html
    news = chat.messages.get(text="jadi yang putih saja")
    assert f'id="message-{news.client_id}"' in html
    assert 'id="unread"' in html, "marked by a line above it"
    assert send(owner_client, chat, "Yang hitam ada", seen_on(html)).status_code == 200
    assert texts_sent() == ["Yang hitam ada"]


def test_what_was_begun_stays_kept_while_its_reply_is_held(
    owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    seen, box = seen_on(opened(owner_client, chat)), str(uuid.uuid4())
    owner_client.post(f"/chat/{chat.pk}/unsent/", {"client_id": box, "text": "Halo"}, headers=HTMX)
    buyer_writes(shop, "kak?")
    assert send(owner_client, chat, "Halo", seen, data={"client_id": box}).status_code == 422
    assert ">Halo</textarea>" in opened(owner_client, chat)


def test_a_colleagues_reply_holds_and_is_quoted_with_their_name(
    owner_client: Client, chat: Conversation, colleague: User
) -> None:
    seen = seen_on(opened(owner_client, chat))
    colleague_answers(chat, colleague, "sudah saya kirim")
    html = send(owner_client, chat, "Sebentar ya", seen).content.decode()
    assert f"{colleague} sudah membalas:</strong> sudah saya kirim" in html
    assert texts_sent() == ["sudah saya kirim"]


def test_a_reply_typed_in_the_seller_centre_holds(
    owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    seen = seen_on(opened(owner_client, chat))
    buyer_writes(shop, "dari HP saya", by_buyer=False)
    answer = send(owner_client, chat, "Sebentar ya", seen)
    assert answer.status_code == 422
    assert "lewat seller centre:</strong> dari HP saya" in answer.content.decode()


@pytest.mark.parametrize(
    "what", [{"by_buyer": False, "is_automatic": True}, {"kind": Kind.SYSTEM}], ids=["automatic", "system"]
)
def test_automatic_replies_and_what_the_marketplace_tells_do_not_hold(
    owner_client: Client, shop: Shop, chat: Conversation, what: dict[str, Any]
) -> None:
    seen = seen_on(opened(owner_client, chat))
    buyer_writes(shop, "Terima kasih sudah menghubungi kami", **what)
    assert send(owner_client, chat, "Ada kak", seen).status_code == 200


def test_a_colleagues_reply_that_never_went_out_does_not_hold(
    owner_client: Client, chat: Conversation, colleague: User
) -> None:
    seen = seen_on(opened(owner_client, chat))
    colleague_answers(chat, colleague, "gagal")
    OutgoingMessage.objects.update(state=OutgoingMessage.State.FAILED)
    assert send(owner_client, chat, "Ada kak", seen).status_code == 200


def test_what_comes_late_has_an_early_place_and_holds_all_the_same(
    owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    seen = seen_on(opened(owner_client, chat))
    early = chat.messages.get(text="yang hitam").sent_at - timedelta(milliseconds=500)
    buyer_writes(shop, "eh, yang putih", at=early)
    assert send(owner_client, chat, "Ada kak", seen).status_code == 422


def test_older_history_that_somebody_scrolled_up_to_is_no_news(
    owner_client: Client, chat: Conversation
) -> None:
    seen = seen_on(opened(owner_client, chat))
    ingest_older(chat, [said("bulan lalu", at=timezone.now() - timedelta(days=30))], None)
    assert send(owner_client, chat, "Ada kak", seen).status_code == 200


def test_a_live_answer_that_draws_the_news_counts_as_seeing_it(
    owner: User, owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    cursor, seen = str(Cursor.now(owner)), seen_on(opened(owner_client, chat))
    buyer_writes(shop, "kak?")
    told = {"since": cursor, "open": str(chat.pk), "seen": seen}
    drawn = owner_client.get("/live/", told).content.decode()
    assert f"#thread[data-conversation='{chat.pk}'] #seen" in drawn
    assert int(seen_on(drawn)) > int(seen)
    assert send(owner_client, chat, "Ada kak", seen_on(drawn)).status_code == 200


def test_a_live_answer_that_draws_something_old_again_forgets_nothing(
    owner: User, owner_client: Client, chat: Conversation, colleague: User
) -> None:
    reply = colleague_answers(chat, colleague, "ada")
    cursor, seen = str(Cursor.now(owner)), str(reply.pk + 5)
    outbox.claim(chat.pk)
    drawn = owner_client.get("/live/", {"since": cursor, "open": str(chat.pk), "seen": seen})
    assert seen_on(drawn.content.decode()) == seen


def test_whoever_looks_at_an_old_bubble_has_not_seen_the_end_until_they_get_there(
    owner_client: Client, shop: Shop
) -> None:
    chat = make_conversation(shop, *(f"nomor {number}" for number in range(80)))
    found, last_above = (chat.messages.get(text=f"nomor {number}") for number in (5, 60))
    html = opened(owner_client, chat, at=str(found.client_id))
    assert seen_on(html) == ""
    assert send(owner_client, chat, "Ada kak", "").status_code == 422
    pages = f"/chat/{chat.pk}/messages/"
    middle = owner_client.get(pages, {"after": str(found.client_id)}).content.decode()
    assert 'name="seen"' not in middle
    end = owner_client.get(pages, {"after": str(last_above.client_id)}).content.decode()
    assert send(owner_client, chat, "Ada kak", seen_on(end)).status_code == 200


def test_a_second_click_finds_the_first_row_whatever_was_written_since(
    owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    seen, box = seen_on(opened(owner_client, chat)), {"client_id": str(uuid.uuid4())}
    assert send(owner_client, chat, "Ada kak", seen, data=box).status_code == 200
    buyer_writes(shop, "kak?")
    assert send(owner_client, chat, "Ada kak", seen, data=box).status_code == 200
    assert texts_sent() == ["Ada kak"]
    changed = send(owner_client, chat, "Ada kak, warna apa?", seen, data=box)
    assert changed.status_code == 422, "another text is another reply"


@pytest.mark.parametrize("seen", ["nonsense", "-1", "9" * 30, "²"])
def test_nonsense_is_having_seen_nothing(owner_client: Client, chat: Conversation, seen: str) -> None:
    assert send(owner_client, chat, "Ada kak", seen).status_code == 422


def test_who_says_nothing_of_it_is_no_screen_of_ours(owner_client: Client, chat: Conversation) -> None:
    assert send(owner_client, chat, "Ada kak", None).status_code == 200


def test_a_stranger_learns_nothing(stranger_client: Client, chat: Conversation) -> None:
    assert send(stranger_client, chat, "Ada kak", "0").status_code == 404


def test_without_scripts_it_is_a_page_with_the_text_and_the_same_choice(
    owner_client: Client, shop: Shop, chat: Conversation
) -> None:
    seen = seen_on(opened(owner_client, chat))
    buyer_writes(shop, "yang putih")
    page = send(owner_client, chat, "Yang hitam ada", seen, headers={})
    html = page.content.decode()
    assert page.status_code == 422
    assert ">Yang hitam ada</textarea>" in html
    assert "menulis lagi:</strong> yang putih" in html
    assert 'id="send-anyway" form="composer"' in html
    assert 'id="unread"' in html
    assert send(owner_client, chat, "Yang hitam ada", seen_on(html), headers={}).status_code == 302
    assert texts_sent() == ["Yang hitam ada"]


# What is chosen beside the composer


def repeated(html: str) -> tuple[str, dict[str, str]]:
    """Where the notice sends what was chosen, and its fields."""
    form = re.search(r'<form method="post" action="([^"]+)" hx-post.*?</form>', html, re.DOTALL)
    assert form is not None
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', form[0])
    return form[1], {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "no scripts"])
@pytest.mark.parametrize("what", ["products", "orders", "stickers"])
def test_what_is_chosen_beside_the_text_is_held_as_well_and_the_notice_sends_it(
    owner_client: Client, shop: Shop, chat: Conversation, what: str, headers: dict[str, str]
) -> None:
    now = timezone.now()
    Product.objects.create(shop=shop, remote_id="11", name="Kaos", stock=7, synced_at=now)
    times = {"ordered_at": now, "remote_updated_at": now, "synced_at": now}
    Order.objects.create(shop=shop, remote_id="22", buyer_id=chat.buyer_id, status="shipped", **times)
    sticker = {"package": "p1", "sticker": "s1"}
    bubble = chat.messages.earliest("pk")
    Message.objects.filter(pk=bubble.pk).update(kind="sticker", payload=sticker)
    chosen = {
        "products": {"product": "11"},
        "orders": {"order": "22"},
        "stickers": sticker,
    }[what]
    seen = seen_on(opened(owner_client, chat))
    buyer_writes(shop, "tidak jadi")
    data = {"seen": seen, "client_id": str(uuid.uuid4()), **chosen}
    held = owner_client.post(f"/chat/{chat.pk}/{what}/", data, headers=headers)
    assert held.status_code == 422
    assert not OutgoingMessage.objects.exists()
    assert "menulis lagi:</strong> tidak jadi" in held.content.decode()
    address, fields = repeated(held.content.decode().partition('id="guard"')[2] or held.content.decode())
    assert owner_client.post(address, fields, headers=headers).status_code in {200, 302}
    assert OutgoingMessage.objects.count() == 1


def test_pictures_stay_chosen(owner_client: Client, owner: User, shop: Shop, chat: Conversation) -> None:
    photo = SimpleUploadedFile("foto.jpg", picture())
    owner_client.post(f"/chat/{chat.pk}/files/", {"file": photo}, headers=HTMX)
    seen = seen_on(opened(owner_client, chat))
    buyer_writes(shop, "kak?")
    assert send(owner_client, chat, "", seen).status_code == 422
    assert owner.unsent_files.count() == 1
    assert send(owner_client, chat, "", seen_on(opened(owner_client, chat))).status_code == 200
    assert OutgoingMessage.objects.get().message.kind == "image"


def test_a_sent_reply_takes_the_notice_away(owner_client: Client, chat: Conversation) -> None:
    html = send(owner_client, chat, "Ada kak", seen_on(opened(owner_client, chat))).content.decode()
    assert re.search(r"#guard\">\s*</div>", html)


def test_a_colleagues_screen_is_not_held_by_ones_own_second_device(
    owner: User, owner_client: Client, chat: Conversation
) -> None:
    phone = signed_in(owner)
    seen = seen_on(opened(owner_client, chat))
    assert send(phone, chat, "dari HP", seen).status_code == 200
    assert send(owner_client, chat, "dari laptop", seen).status_code == 200
