"""Shopee: pictures and videos are handed over first, then sent."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import File, Uploaded
from marketplaces.errors import MarketplaceError, Rejected, Temporary
from tests.marketplaces.shopee import (
    ROOM,
    SEND,
    UPLOAD_IMAGE,
    UPLOAD_VIDEO,
    VIDEO_RESULT,
    answer,
    body_of,
    connector,
    fixture,
    query_of,
    refusal,
)
from tests.marketplaces.tokens import FixedTokens

PICTURE = File("foto.png", "image/png", b"\x89PNG-bytes")
CLIP = File("klip.mp4", "video/mp4", b"mp4-bytes")
WAITING = Uploaded({"upload": {"vid": "v-1"}}, is_ready=False)
RESULT = {
    "status": "successful",
    "video": "https://cvf.shopee.co.id/file/v1",
    "thumbnail": "t1",
    "width": 399,
    "height": 713,
    "duration": 15_400,
    "message": "",
}


def body_sent(call: responses.Call) -> bytes:
    body = call.request.body
    assert isinstance(body, bytes)
    return body


def result(web: responses.RequestsMock, **fields: Any) -> Uploaded:
    web.get(VIDEO_RESULT, json=answer(RESULT | fields))
    return connector().uploaded_video(WAITING)


# Pictures


def test_a_picture_is_handed_over_as_a_file(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=fixture("chat_upload_image_response"))
    assert connector().upload_image(PICTURE) == Uploaded(
        {
            "url": "https://cf.shopee.co.id/file/a7a9aa2cf1e46a50c2867e223a6898fb",
            "thumbnail_url": "https://cf.shopee.co.id/file/a7a9aa2cf1e46a50c2867e223a6898fb_tn",
            "width": 240,
            "height": 320,
        }
    )
    body = body_sent(web.calls[0])
    assert b'name="file"; filename="foto.png"' in body
    assert b"image/png" in body
    assert PICTURE.body in body
    assert query_of(web.calls[0]).keys() == {"partner_id", "timestamp", "access_token", "shop_id", "sign"}


def test_an_upload_with_a_refused_token_is_repeated_whole(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=fixture("error_invalid_access_token"), status=403)
    web.post(UPLOAD_IMAGE, json=fixture("chat_upload_image_response"))
    connector(FixedTokens("first", "second")).upload_image(PICTURE)
    assert all(PICTURE.body in body_sent(call) for call in web.calls)
    assert len(web.calls) == 2


@pytest.mark.parametrize("stub", [{"status": 502}, {"json": refusal("error_server")}, {"json": answer({})}])
def test_an_upload_delivers_nothing_so_it_is_never_uncertain(
    web: responses.RequestsMock, stub: dict[str, Any]
) -> None:
    web.post(UPLOAD_IMAGE, **stub)
    web.post(UPLOAD_VIDEO, **stub)
    for upload, file in ((connector().upload_image, PICTURE), (connector().upload_video, CLIP)):
        with pytest.raises(MarketplaceError) as caught:
            upload(file)
        assert type(caught.value) is Temporary


def test_a_refused_picture_is_explained(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=refusal("param_error", "at most 10 MB"), status=400)
    with pytest.raises(Rejected, match="10 MB") as caught:
        connector().upload_image(PICTURE)
    assert caught.value.code in ShopeeConnector.explanations


def test_a_picture_goes_by_the_address_that_shopee_gave(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    url = fixture("chat_upload_image_response")["response"]["url"]
    assert connector().send_image(ROOM, Uploaded({"url": url})).remote_id == "2410077390115487749"
    template = fixture("chat_send_message_requests")["image"]
    assert body_of(web.calls[0]) == template | {"content": {"image_url": url}}


# Videos


def test_a_video_is_handed_over_and_not_ready_at_once(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_VIDEO, json=answer({"vid": "v-1"}))
    assert connector().upload_video(CLIP) == WAITING
    assert b'name="file"; filename="klip.mp4"' in body_sent(web.calls[0])


@pytest.mark.parametrize("word", ["successful", "succeeded"])
def test_a_finished_video_has_all_that_is_shown_and_all_that_is_sent(
    web: responses.RequestsMock, word: str
) -> None:
    video = result(web, status=word)
    assert video.is_ready
    assert video.payload == {
        "url": "https://cvf.shopee.co.id/file/v1",
        "thumbnail_url": "https://cf.shopee.co.id/file/t1",
        "width": 399,
        "height": 713,
        "seconds": 15,
        "upload": {
            "vid": "v-1",
            "video_url": "https://cvf.shopee.co.id/file/v1",
            "thumb_url": "t1",
            "thumb_width": 399,
            "thumb_height": 713,
            "duration_seconds": 15,
        },
    }
    assert query_of(web.calls[0])["vid"] == "v-1"


@pytest.mark.parametrize(
    ("milliseconds", "seconds"), [(300, 1), (0, 1), (180_400, 180), (199_000, 180), (None, 1)]
)
def test_a_length_is_one_that_shopee_takes(
    web: responses.RequestsMock, milliseconds: Any, seconds: int
) -> None:
    assert result(web, duration=milliseconds).payload["upload"]["duration_seconds"] == seconds


@pytest.mark.parametrize("word", ["reported", "queued", "", None])
def test_a_video_that_shopee_works_on_is_asked_for_again(web: responses.RequestsMock, word: Any) -> None:
    assert result(web, status=word) == WAITING


def test_a_video_that_failed_is_never_sent(web: responses.RequestsMock) -> None:
    with pytest.raises(Rejected, match="too dark") as caught:
        result(web, status="failed", message=" too  dark\t")
    assert caught.value.request_id == "request-1"
    assert "video" in ShopeeConnector.explanations[caught.value.code]


def test_a_video_goes_with_shopees_own_values(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    video = result(web, thumbnail="t1", duration=15_000)
    connector().send_video(ROOM, video)
    sent, template = body_of(web.calls[1]), fixture("chat_send_message_requests")["video"]
    assert sent["content"] == video.payload["upload"]
    assert sent["content"].keys() == template["content"].keys()
    assert (sent["to_id"], sent["message_type"]) == (template["to_id"], "video")


# Where they may be fetched from


@pytest.mark.parametrize("host", ["cf.shopee.co.id", "cvf.shopee.co.id", "down-id.img.susercontent.com"])
def test_files_are_fetched_from_shopees_hosts_only(host: str) -> None:
    assert any(host.endswith(each) for each in ShopeeConnector.media_hosts)
    assert all(each.startswith(".") for each in ShopeeConnector.media_hosts)
