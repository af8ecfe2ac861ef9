"""Shopee: bubbles, whose they are and what they hold, with everything that is odd about them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import IncomingMessage, Kind, Page
from tests.marketplaces.shopee import (
    KEYS,
    MESSAGES,
    ROOM,
    SHOP,
    answer,
    bubble,
    connector,
    fixture,
    query_of,
)

FILES, VIDEOS = "https://cf.shopee.co.id/file", "https://cvf.shopee.co.id/file"


def told(
    web: responses.RequestsMock, *rows: Any, cursor: str | None = None, **result: Any
) -> Page[IncomingMessage]:
    web.get(MESSAGES, json=answer({"messages": list(rows), "page_result": result}))
    return connector().list_messages(ROOM.conversation, cursor)


def only(web: responses.RequestsMock, row: dict[str, Any]) -> IncomingMessage:
    (message,) = told(web, row).items
    return message


def test_a_page_of_bubbles_newest_first(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, json=fixture("chat_get_message_response"))
    page = connector().list_messages(ROOM.conversation)
    product = fixture("chat_get_message_response")["response"]["messages"][2]["content"]["item_id"]
    assert [(item.kind, item.is_from_buyer) for item in page.items] == [
        (Kind.ORDER, False),
        (Kind.IMAGE, True),
        (Kind.PRODUCT, True),
        (Kind.TEXT, False),
        (Kind.TEXT, True),
    ]
    order, image, card, _answer, question = page.items
    assert order.payload == {"order": "240911TRW4KD8Z"}
    assert image.payload == {
        "url": f"{FILES}/a7a9aa2cf1e46a50c2867e223a6898fb_dynamic",
        "thumbnail_url": f"{FILES}/578385465628174e2c69141a2bc96d25_dynamic_tn",
        "width": 400,
        "height": 711,
    }
    assert (card.payload, card.about) == ({"product": str(product)}, {"product": str(product)})
    assert (question.text, question.about) == ("Siap kak, ditunggu ya 🙏", {"order": "240911TRW4KD8Z"})
    assert question.sent_at == datetime.fromtimestamp(1726044721, UTC)
    assert question.sequence == 2410077390115487744
    assert question.raw == fixture("chat_get_message_response")["response"]["messages"][4]
    assert page.next == "2410077390115487744"
    asked = query_of(web.calls[0])
    assert (asked["conversation_id"], asked["page_size"]) == (ROOM.conversation, "25")
    assert "offset" not in asked


def test_bubbles_of_the_same_second_stand_by_their_ids(web: responses.RequestsMock) -> None:
    page = told(web, bubble(message_id="8"), bubble(message_id="10"), bubble(message_id=9))
    assert [item.remote_id for item in page.items] == ["10", "9", "8"]


@pytest.mark.parametrize("offset", ["", "0", 0, None, "77"])
def test_the_conversation_ends(web: responses.RequestsMock, offset: Any) -> None:
    assert told(web, bubble(), cursor="77", next_offset=offset).next is None
    assert query_of(web.calls[0])["offset"] == "77"


def test_an_empty_page_ends_the_conversation(web: responses.RequestsMock) -> None:
    assert told(web, next_offset="78") == Page((), None)


def test_rows_that_are_no_bubbles_are_left_out(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    page = told(
        web,
        None,
        "x",
        bubble(message_id="", content={"text": "tanpa nomor"}),
        bubble(created_timestamp=None, content={"text": "tanpa waktu"}),
        bubble(business_type=11),
        bubble(),
    )
    assert len(page.items) == 1
    assert caplog.text.count("without id or time") == 2
    for raw in ("[None, 'x']", "tanpa nomor", "tanpa waktu"):  # what we cannot store is in the log
        assert raw in caplog.text


# Sides


@pytest.mark.parametrize(
    ("fields", "is_from_buyer"),
    [
        ({"from_shop_id": int(SHOP), "from_id": 999}, False),
        ({"from_shop_id": SHOP}, False),
        ({"from_shop_id": 0, "from_id": 0}, True),
        ({"from_shop_id": 31337}, True),
        ({"from_shop_id": None}, True),
    ],
    ids=["a sub-account", "id as text", "no ids", "a buyer with a shop", "not told"],
)
def test_a_bubble_is_the_shops_exactly_when_it_comes_from_our_shop(
    web: responses.RequestsMock, fields: dict[str, Any], is_from_buyer: bool
) -> None:
    assert only(web, bubble(**fields)).is_from_buyer is is_from_buyer


@pytest.mark.parametrize(
    "fields",
    [{"status": "auto_reply"}, {"status": "offwork_autoreply"}, {"source": "server"}, {"source": "chatbot"}],
)
def test_what_shopee_says_for_the_shop_is_no_answer(
    web: responses.RequestsMock, fields: dict[str, Any]
) -> None:
    assert only(web, bubble(from_shop_id=int(SHOP), **fields)).is_automatic


@pytest.mark.parametrize("source", ["old_webchat", "new_webchat", "ios", "openapi", "crm"])
def test_what_staff_write_anywhere_is_an_answer(web: responses.RequestsMock, source: str) -> None:
    assert not only(web, bubble(from_shop_id=int(SHOP), source=source)).is_automatic


def test_a_buyer_who_leaves_the_bot_is_still_a_buyer(web: responses.RequestsMock) -> None:
    message = only(
        web,
        bubble(
            "faq_liveagent", source="chatbot", content={"text": "Mau tanya stok", "pass_through_data": "{}"}
        ),
    )
    assert (message.kind, message.text) == (Kind.TEXT, "Mau tanya stok")
    assert (message.is_from_buyer, message.is_automatic) == (True, False)


# What became of them


@pytest.mark.parametrize("status", ["blocked", "censored_blacklist"])
def test_what_shopee_took_away_from_us_says_why(web: responses.RequestsMock, status: str) -> None:
    message = only(web, bubble(from_shop_id=int(SHOP), status=status))
    assert (message.refusal, message.text) == (status, "Halo kak")
    assert "does not see it" in ShopeeConnector.explanations[status]


@pytest.mark.parametrize("status", ["blocked", "censored_blacklist"])
def test_what_a_buyer_said_is_never_refused(web: responses.RequestsMock, status: str) -> None:
    assert only(web, bubble(status=status)).refusal == ""


@pytest.mark.parametrize("status", ["normal", "censored_whitelist", "user_chat", "web_chat", None, 3])
def test_what_reached_the_buyer_has_no_refusal(web: responses.RequestsMock, status: Any) -> None:
    assert only(web, bubble(from_shop_id=int(SHOP), status=status)).refusal == ""


def test_a_recalled_message_keeps_the_text_that_stands_in_its_place(web: responses.RequestsMock) -> None:
    message = only(web, bubble(content={"text": "This message was deleted"}))
    assert (message.kind, message.text) == (Kind.TEXT, "This message was deleted")


# Kinds


@pytest.mark.parametrize(
    ("message_type", "content", "kind", "payload"),
    [
        ("text", {"text": "Halo kak"}, Kind.TEXT, {}),
        ("image", {"url": "abc"}, Kind.IMAGE, {"url": f"{FILES}/abc"}),
        (
            "image_with_text",
            {"text": "Halo kak", "image_url": "abc", "thumb_url": "abc_tn"},
            Kind.IMAGE,
            {"url": f"{FILES}/abc", "thumbnail_url": f"{FILES}/abc_tn"},
        ),
        (
            "video",
            {
                "video_url": "v1",
                "thumb_url": "t1",
                "thumb_width": 399,
                "thumb_height": "713",
                "duration_seconds": 15,
            },
            Kind.VIDEO,
            {
                "url": f"{VIDEOS}/v1",
                "thumbnail_url": f"{FILES}/t1",
                "width": 399,
                "height": 713,
                "seconds": 15,
            },
        ),
        ("video", {"video_url": "https://cvf.shopee.co.id/file/v1"}, Kind.VIDEO, {"url": f"{VIDEOS}/v1"}),
        (
            "sticker",
            {"sticker_package_id": "1024", "sticker_id": "18834"},
            Kind.STICKER,
            {"package": "1024", "sticker": "18834"},
        ),
        ("item", {"shop_id": 7, "item_id": 4140235023}, Kind.PRODUCT, {"product": "4140235023"}),
        ("product", {"item_id": "4140235023"}, Kind.PRODUCT, {"product": "4140235023"}),
        ("order", {"shop_id": 7, "order_sn": "240911TRW4KD8Z"}, Kind.ORDER, {"order": "240911TRW4KD8Z"}),
        ("voucher", {"voucher": 1}, Kind.UNKNOWN, {"label": "voucher"}),
        ("item_list", {"items": []}, Kind.UNKNOWN, {"label": "item_list"}),
        ("shopping_cart", {"items": []}, Kind.UNKNOWN, {"label": "shopping_cart"}),
        ("bargain_chat", {}, Kind.UNKNOWN, {"label": "bargain_chat"}),
        ("file", {}, Kind.UNKNOWN, {"label": "file"}),
        ("offer", {}, Kind.UNKNOWN, {"label": "offer"}),
        ("voice", {}, Kind.UNKNOWN, {"label": "voice"}),
        ("hologram", {"depth": 3}, Kind.UNKNOWN, {"label": "hologram"}),
    ],
)
def test_each_message_type_has_a_kind(
    web: responses.RequestsMock,
    message_type: str,
    content: dict[str, Any],
    kind: Kind,
    payload: dict[str, Any],
) -> None:
    message = only(web, bubble(message_type, content=content))
    assert (message.kind, message.payload) == (kind, payload)
    assert message.text == content.get("text", "")
    assert message.raw["content"] == content


@pytest.mark.parametrize(
    "message_type",
    [
        *(
            "faq",
            "faq_liveagent_prompt",
            "faq_question",
            "faq_feedback",
            "faq_unsupported",
            "faq_sale",
            "faq_card",
        ),
        *("faq_type_choice", "faq_bot_request_text", "faq_bot_request_order", "faq_bot_response", "new_faq"),
        *(
            "general_option_pack",
            "selected_general_option",
            "webview",
            "system",
            "new_message",
            "follow_invite",
        ),
        *(
            "order_notification",
            "delivery_notification",
            "logistics_card",
            "return_refund_card",
            "notification",
        ),
        *(
            "unrated_order_reminder",
            "out_of_stock_reminder_card",
            "variation_card",
            "bundle_deal",
            "add_on_deal",
        ),
        *("flash_sale", "bundle_message"),
    ],
)
def test_bot_traffic_and_system_cards_never_count_as_an_answer(
    web: responses.RequestsMock, message_type: str
) -> None:
    message = only(web, bubble(message_type, from_shop_id=int(SHOP), content={"text": "Pesanan dikirim"}))
    assert (message.kind, message.payload) == (Kind.SYSTEM, {"label": message_type})
    assert message.is_automatic


@pytest.mark.parametrize(
    "content", [None, [], "text", 5, {"text": None, "url": {}, "item_id": [], "thumb_url": 0}]
)
@pytest.mark.parametrize(
    "message_type", ["text", "image", "video", "sticker", "item", "order", "faq", "new", None]
)
def test_content_of_a_wrong_shape_breaks_nothing(
    web: responses.RequestsMock, message_type: Any, content: Any
) -> None:
    message = only(web, bubble(message_type, content=content, source_content=content))
    assert (message.text, message.about) == ("", {})
    assert message.raw["content"] == content


def test_numbers_above_2_to_the_53_survive(web: responses.RequestsMock) -> None:
    body = json.dumps(answer({"messages": [bubble(message_id=2302748948493123953)]}))
    web.get(MESSAGES, body=body)
    (message,) = connector().list_messages(ROOM.conversation).items
    assert (message.remote_id, message.sequence) == ("2302748948493123953", 2302748948493123953)


def test_the_signed_path_leaves_out_the_addresss_own_path(web: responses.RequestsMock) -> None:
    web.get(f"http://127.0.0.1:8001/shopee{MESSAGES.removeprefix(KEYS['api_url'])}", json=answer({}))
    page = connector(api_url="http://127.0.0.1:8001/shopee").list_messages(ROOM.conversation)
    assert page == Page((), None)
