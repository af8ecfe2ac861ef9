"""TikTok Shop: messages of every type, by every role, whole or in pieces."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.connectors.tiktok_shop.bubbles import KINDS
from marketplaces.content import IncomingMessage, Kind, Page
from marketplaces.errors import Temporary
from tests.marketplaces.tiktok_shop import (
    MESSAGES,
    ROOM,
    answer,
    body,
    bubble,
    connector,
    query_of,
)

AT = datetime.fromtimestamp(1791423918, UTC)
TIPS = "Buka pesan ini di pusat penjual."
CONTENTS = body("cs_message_contents_read")
TEXT = "Kak, casing ini muat untuk seri lama?"
PICTURE = (
    "https://p16-oec-sg.ibyteimg.com/tos-example-i-chat/27e49e929590e8745ada~tplv-example-origin-image.image?"
)
PRODUCT, ORDER = "7891795651983054460", "7724780744284958051"


def listed(
    web: responses.RequestsMock, *rows: Any, cursor: str | None = None, **data: Any
) -> Page[IncomingMessage]:
    web.get(MESSAGES, json=answer({"messages": list(rows), "unsupported_msg_tips": TIPS + "\n", **data}))
    return connector().list_messages(ROOM.conversation, cursor)


def only(web: responses.RequestsMock, *told: Any, **fields: Any) -> IncomingMessage:
    (message,) = listed(web, bubble(*told, **fields)).items
    return message


# A reading


def test_a_message_is_told_with_its_number_and_its_sender(web: responses.RequestsMock) -> None:
    row = bubble()
    assert only(web) == IncomingMessage(
        remote_id="7457042842813229857",
        is_from_buyer=True,
        sent_at=AT,
        sequence=7559113067868826531,
        text="Halo kak",
        sender_name="Rina Kartika",
        raw=row,
    )
    asked = query_of(web.calls[0])
    assert (asked["page_size"], asked["locale"]) == ("10", "id-ID")
    assert (asked["sort_field"], asked["sort_order"], asked["need_plaintext"]) == ("index", "DESC", "true")


def test_an_older_answer_without_numbers_goes_by_the_ids(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, json=body("cs_messages_response"))
    page = connector().list_messages(ROOM.conversation)
    (message,) = page.items
    assert (message.text, message.sequence, page.next) == (TEXT, 7457042842813229857, "162312320")


def test_messages_of_one_second_stand_by_their_numbers(web: responses.RequestsMock) -> None:
    rows = [bubble(id=str(at), index=str(at)) for at in (7559113067868826531, 9, 7559113067868826532)]
    numbers = [each.sequence for each in listed(web, *rows).items]
    assert numbers == [7559113067868826532, 7559113067868826531, 9]


def test_messages_are_put_in_the_order_of_their_numbers_whatever_their_times(
    web: responses.RequestsMock,
) -> None:
    rows = [bubble(id="1", index="10", create_time=500), bubble(id="2", index="20", create_time=400)]
    assert [each.remote_id for each in listed(web, *rows).items] == ["2", "1"]


@pytest.mark.parametrize("token", ["", None, "20"])
def test_the_list_ends(web: responses.RequestsMock, token: Any) -> None:
    assert listed(web, bubble(), cursor="20", next_page_token=token).next is None


def test_the_cursor_goes_on(web: responses.RequestsMock) -> None:
    assert listed(web, bubble(), cursor="20", next_page_token="30").next == "30"
    assert query_of(web.calls[0])["page_token"] == "20"


def test_an_empty_page_ends_the_list(web: responses.RequestsMock) -> None:
    assert listed(web, next_page_token="30") == Page((), None)


def test_a_row_without_id_or_time_is_no_message(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [bubble(id=""), bubble(create_time=None), bubble(create_time=10**30), None, "odd", bubble(id="7")]
    assert [each.remote_id for each in listed(web, *rows).items] == ["7"]
    assert caplog.text.count("without id or time") == 3


@pytest.mark.parametrize("data", [[], "text"])
def test_an_unreadable_answer_is_asked_again_later(web: responses.RequestsMock, data: Any) -> None:
    web.get(MESSAGES, json=answer(data))
    with pytest.raises(Temporary):
        connector().list_messages(ROOM.conversation)


# Types


@pytest.mark.parametrize(
    ("label", "kind", "text", "payload", "about"),
    [
        ("TEXT", Kind.TEXT, TEXT, {}, {}),
        ("IMAGE", Kind.IMAGE, "", {"url": PICTURE, "width": 304, "height": 290}, {}),
        ("PRODUCT_CARD", Kind.PRODUCT, "", {"product": PRODUCT}, {}),
        ("ORDER_CARD", Kind.ORDER, "", {"order": ORDER}, {}),
        ("BUYER_ENTER_FROM_PRODUCT", Kind.SYSTEM, "", {}, {"product": PRODUCT}),
        ("BUYER_ENTER_FROM_ORDER", Kind.SYSTEM, "", {}, {"order": ORDER}),
        ("COUPON_CARD", Kind.SYSTEM, "", {"label": "COUPON_CARD"}, {}),
        ("ALLOCATED_SERVICE", Kind.SYSTEM, TEXT, {"label": "ALLOCATED_SERVICE"}, {}),
        ("NOTIFICATION", Kind.SYSTEM, TEXT, {"label": "NOTIFICATION"}, {}),
        ("BUYER_ENTER_FROM_TRANSFER", Kind.SYSTEM, TEXT, {"label": "BUYER_ENTER_FROM_TRANSFER"}, {}),
    ],
)
def test_a_documented_type_is_understood(
    web: responses.RequestsMock,
    label: str,
    kind: Kind,
    text: str,
    payload: dict[str, Any],
    about: dict[str, str],
) -> None:
    message = only(web, label, CONTENTS[label])
    assert (message.kind, message.text, message.payload, message.about) == (kind, text, payload, about)
    assert message.is_from_buyer
    assert message.is_automatic == (kind is Kind.SYSTEM)


def test_every_recorded_type_is_a_type_that_we_know() -> None:
    assert CONTENTS.keys() <= KINDS.keys()


def test_a_sticker_is_a_picture(web: responses.RequestsMock) -> None:
    message = only(web, "EMOTICONS", {"url": PICTURE, "width": "120", "height": "120"})
    assert message.kind is Kind.IMAGE
    assert message.payload == {"url": PICTURE, "width": 120, "height": 120}


def test_a_video_is_told_with_its_first_picture_and_its_length(web: responses.RequestsMock) -> None:
    content = {
        "url": "https://v16.tiktokcdn.com/clip",
        "cover": PICTURE,
        "width": 640,
        "height": 360,
        "duration": "20.504",
        "vid": "v0e30",
        "expire_time": "1791480481",
    }
    message = only(web, "VIDEO", content)
    assert message.kind is Kind.VIDEO
    assert message.payload == {
        "url": "https://v16.tiktokcdn.com/clip",
        "thumbnail_url": PICTURE,
        "width": 640,
        "height": 360,
        "seconds": 21,
    }


@pytest.mark.parametrize("duration", [None, "", "long", "nan", "inf", -3, "0", []])
def test_a_video_without_a_length(web: responses.RequestsMock, duration: Any) -> None:
    assert "seconds" not in only(web, "VIDEO", {"duration": duration}).payload


@pytest.mark.parametrize(
    ("label", "content", "words"),
    [
        ("RETURN_REFUND_CARD", {"order_id": ORDER, "sku_id": "7"}, "Return refund card"),
        ("LOGISTICS_CARD", {"order_id": ORDER, "package_id": "7"}, "Logistics card"),
    ],
)
def test_a_card_about_an_order_shows_the_order_and_says_that_it_is_more(
    web: responses.RequestsMock, label: str, content: dict[str, str], words: str
) -> None:
    message = only(web, label, content, role="CUSTOMER_SERVICE")
    assert (message.kind, message.payload) == (Kind.ORDER, {"order": ORDER})
    assert message.text == words
    assert (message.is_from_buyer, message.is_automatic) == (False, False)


def test_a_card_that_is_told_in_words_is_read_in_words(web: responses.RequestsMock) -> None:
    told = "Paket 7: sudah diterima kurir"
    assert only(web, "LOGISTICS_CARD", {"order_id": ORDER}, plaintext=told).text == told
    web.reset()
    assert only(web, "COUPON_CARD", {"coupon_id": "7"}, plaintext="Voucher 10%").text == "Voucher 10%"


@pytest.mark.parametrize("label", ["PRODUCT_CARD", "BUYER_ENTER_FROM_PRODUCT"])
def test_words_of_what_is_drawn_are_not_shown_twice(web: responses.RequestsMock, label: str) -> None:
    assert only(web, label, {"product_id": PRODUCT}, plaintext="Product card shared").text == ""


@pytest.mark.parametrize("label", ["OTHER", "HOLOGRAM", "", None, 7])
def test_an_unknown_type_is_kept_whole_with_the_marketplaces_own_tip(
    web: responses.RequestsMock, label: Any
) -> None:
    row = bubble(label, {"scent": "rose"})
    (message,) = listed(web, row).items
    assert (message.kind, message.text) == (Kind.UNKNOWN, TIPS)
    assert message.payload == {"label": label if isinstance(label, str) else ""}
    assert message.raw == row


def test_an_unknown_type_with_words_shows_them(web: responses.RequestsMock) -> None:
    assert only(web, "OTHER", {"content": "Formulir"}).text == "Formulir"
    web.reset()
    assert only(web, "HOLOGRAM", {}, plaintext="Gambar tiga dimensi").text == "Gambar tiga dimensi"


@pytest.mark.parametrize("label", [*KINDS, "OTHER"])
@pytest.mark.parametrize(
    "content",
    ["", "no JSON", "[]", '"text"', "null", "{}", '{"content": 7, "url": [], "order_id": {}}', "[" * 9000],
)
def test_content_that_is_not_as_documented_breaks_nothing(
    web: responses.RequestsMock, label: str, content: str
) -> None:
    message = only(web, label, content)
    assert message.kind is KINDS.get(label, Kind.UNKNOWN)
    assert message.raw["content"] == content
    assert "url" not in message.payload
    assert "order" not in message.payload


@pytest.mark.parametrize("content", [None, 7, [], {"content": "Halo"}])
def test_content_of_another_shape(web: responses.RequestsMock, content: Any) -> None:
    row = bubble() | {"content": content}
    (message,) = listed(web, row).items
    assert message.text == ("Halo" if isinstance(content, dict) else "")


def test_a_text_that_is_no_json_is_shown_as_it_came(web: responses.RequestsMock) -> None:
    assert only(web, "TEXT", "halo saja").text == "halo saja"
    web.reset()
    assert only(web, "TEXT", "halo saja", plaintext="Halo.").text == "Halo."


def test_an_address_that_is_none_is_not_one(web: responses.RequestsMock) -> None:
    assert only(web, "IMAGE", {"url": "javascript:alert(1)", "width": "x"}).payload == {}


# Who


@pytest.mark.parametrize(
    ("role", "is_from_buyer", "is_automatic"),
    [
        ("BUYER", True, False),
        ("SHOP", False, False),
        ("CUSTOMER_SERVICE", False, False),
        ("SYSTEM", False, True),
        ("ROBOT", False, True),
        ("HOST", False, True),
        (None, False, True),
    ],
)
def test_who_speaks_decides_the_side_and_whether_it_is_an_answer(
    web: responses.RequestsMock, role: Any, is_from_buyer: bool, is_automatic: bool
) -> None:
    message = only(web, role=role)
    assert (message.is_from_buyer, message.is_automatic) == (is_from_buyer, is_automatic)


@pytest.mark.parametrize("sender", [None, [], "Rina", {}])
def test_a_message_without_a_sender(web: responses.RequestsMock, sender: Any) -> None:
    message = only(web, sender=sender)
    assert (message.is_from_buyer, message.is_automatic, message.sender_name) == (False, True, "")


def test_a_card_of_the_marketplace_is_no_answer_by_the_shop(web: responses.RequestsMock) -> None:
    assert only(web, "COUPON_CARD", {"coupon_id": "7"}, role="CUSTOMER_SERVICE").is_automatic


@pytest.mark.parametrize(
    ("told", "is_hidden"), [(False, True), (True, False), (None, False), ("false", False)]
)
def test_what_nobody_shall_see_is_hidden(web: responses.RequestsMock, told: Any, is_hidden: bool) -> None:
    assert only(web, is_visible=told).is_hidden == is_hidden


@pytest.mark.parametrize("index", [None, "", "x", 0, [], "0"])
def test_a_number_that_is_none_is_replaced_by_the_id(web: responses.RequestsMock, index: Any) -> None:
    assert only(web, index=index).sequence == 7457042842813229857


def test_a_number_is_not_rounded(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, body=json.dumps(answer({"messages": [bubble(index="9007199254740993")]})))
    (message,) = connector().list_messages(ROOM.conversation).items
    assert message.sequence == 9007199254740993
