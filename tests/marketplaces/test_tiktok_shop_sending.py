"""TikTok Shop: what is sent, pictures that are handed over first, reading marks."""

from __future__ import annotations

import json
from email import message_from_bytes
from typing import Any

import pytest
import responses

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import File, Receipt, Uploaded
from marketplaces.errors import MarketplaceError, Rejected, Temporary
from tests.marketplaces.tiktok_shop import (
    CIPHER,
    READ,
    ROOM,
    SEND,
    UPLOAD_IMAGE,
    ShopTokens,
    answer,
    body,
    body_of,
    connector,
    query_of,
    refusal,
    sent_tokens,
)

PICTURE = body("cs_upload_image_response")["data"]
FILE = File("foto.png", "image/png", b"picture bytes")


def accept(web: responses.RequestsMock) -> None:
    web.post(SEND, json=body("cs_send_message_requests"))


def sent(web: responses.RequestsMock) -> tuple[str, dict[str, Any]]:
    """Type and content of the only message; its content is JSON inside JSON."""
    (call,) = web.calls
    message = body_of(call)
    assert set(message) == {"type", "content"}
    return message["type"], json.loads(message["content"])


def test_a_text_is_sent_to_its_room(web: responses.RequestsMock) -> None:
    accept(web)
    receipt = connector().send_text(ROOM, 'Siap kak,\n"hari ini" 🙏')
    assert receipt == Receipt(remote_id="7191060335193060631")
    assert sent(web) == ("TEXT", {"content": 'Siap kak,\n"hari ini" 🙏'})
    assert query_of(web.calls[0])["shop_cipher"] == CIPHER


def test_a_send_is_never_marked_as_a_robots(web: responses.RequestsMock) -> None:
    accept(web)
    connector().send_text(ROOM, "Halo")
    assert b"sender_role" not in (web.calls[0].request.body or b"")


def test_a_product_and_an_order_are_sent_by_their_ids(web: responses.RequestsMock) -> None:
    accept(web)
    connector().send_product(ROOM, "7953140968496230152")
    assert sent(web) == ("PRODUCT_CARD", {"product_id": "7953140968496230152"})
    web.reset()
    accept(web)
    connector().send_order(ROOM, "7837789633538286647")
    assert sent(web) == ("ORDER_CARD", {"order_id": "7837789633538286647"})


@pytest.mark.parametrize("data", [None, {}, {"message_id": ""}, {"message_id": None}])
def test_a_send_without_an_id_is_proved_by_reading_back(web: responses.RequestsMock, data: Any) -> None:
    web.post(SEND, json=answer(data))
    assert connector().send_text(ROOM, "Halo") == Receipt()


def test_the_longest_text_is_known() -> None:
    assert TikTokShopConnector.text_limit == 2000


@pytest.mark.parametrize("ability", ["send_video", "send_sticker"])
def test_videos_and_stickers_cannot_be_sent(ability: str) -> None:
    assert not TikTokShopConnector.can(ability)


# Pictures


def test_a_picture_is_handed_over_in_the_field_that_is_wanted(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=body("cs_upload_image_response"))
    assert connector().upload_image(FILE) == Uploaded(
        {"url": PICTURE["url"], "width": 1280, "height": 720}, is_ready=True
    )
    (call,) = web.calls
    head = f"Content-Type: {call.request.headers['content-type']}\r\n\r\n".encode()
    (part,) = message_from_bytes(head + (call.request.body or b"")).get_payload()  # type: ignore[operator]
    assert part.get_param("name", header="content-disposition") == "data"
    assert (part.get_filename(), part.get_content_type()) == ("foto.png", "image/png")
    assert part.get_payload(decode=True) == b"picture bytes"


def test_a_picture_is_sent_by_the_address_that_it_was_given_with_numbers(
    web: responses.RequestsMock,
) -> None:
    accept(web)
    connector().send_image(ROOM, Uploaded({"url": PICTURE["url"], "width": "1280", "height": 720}))
    assert sent(web) == ("IMAGE", {"url": PICTURE["url"], "width": 1280, "height": 720})


@pytest.mark.parametrize("data", [None, {}, {"url": ""}])
def test_a_picture_without_an_address_is_handed_over_again(web: responses.RequestsMock, data: Any) -> None:
    web.post(UPLOAD_IMAGE, json=answer(data))
    with pytest.raises(Temporary):
        connector().upload_image(FILE)


def test_an_unclear_end_of_handing_over_is_no_doubt_about_a_message(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=refusal(36009003), status=500)
    with pytest.raises(Temporary):
        connector().upload_image(FILE)


@pytest.mark.parametrize("code", [36009021, 36009022, 36009023])
def test_a_picture_that_is_not_taken_is_explained(web: responses.RequestsMock, code: int) -> None:
    web.post(UPLOAD_IMAGE, json=refusal(code), status=400)
    with pytest.raises(Rejected) as caught:
        connector().upload_image(FILE)
    assert TikTokShopConnector.explanations[caught.value.code]


def test_the_largest_picture_is_theirs() -> None:
    assert TikTokShopConnector.image_limit == 10 * 1024 * 1024


# Tokens


def test_a_send_with_a_token_that_has_ended_goes_out_with_the_next(web: responses.RequestsMock) -> None:
    web.post(SEND, json=body("error_access_token_expired"), status=401)
    accept(web)
    tokens = ShopTokens("first", "second")
    assert connector(tokens).send_text(ROOM, "Halo").remote_id == "7191060335193060631"
    assert (sent_tokens(web), tokens.refused) == (["first", "second"], ["first"])


def test_a_picture_is_handed_over_once_more_with_the_next_token(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=body("error_access_token_expired"), status=401)
    web.post(UPLOAD_IMAGE, json=body("cs_upload_image_response"))
    connector(ShopTokens("first", "second")).upload_image(FILE)
    assert all(b"picture bytes" in (call.request.body or b"") for call in web.calls)


# Reading marks


def test_a_reading_mark_is_for_the_whole_room(web: responses.RequestsMock) -> None:
    web.post(READ, json=answer({}))
    connector().mark_read(ROOM, "7457042842813229857")
    assert web.calls[0].request.body == b"{}"


def test_a_reading_mark_that_fails_is_tried_again(web: responses.RequestsMock) -> None:
    web.post(READ, json=refusal(36009003))
    with pytest.raises(MarketplaceError) as caught:
        connector().mark_read(ROOM, "1")
    assert type(caught.value) is Temporary
