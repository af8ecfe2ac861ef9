"""TikTok Shop: limits that nobody publishes are felt for, per shop and call; chat has a quota of the day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
import responses
import time_machine

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import File, Quota, Room, Tokens
from marketplaces.errors import MarketplaceError, RateLimited, Rejected, Uncertain
from marketplaces.http import Bucket, Http
from tests.marketplaces.conftest import Permits
from tests.marketplaces.tiktok_shop import (
    CONVERSATION,
    CONVERSATIONS,
    KEYS,
    MESSAGES,
    ORDERS,
    READ,
    REFRESH,
    ROOM,
    SEND,
    SHOP,
    SHOPS,
    UPLOAD_IMAGE,
    answer,
    body,
    connector,
    fixture,
    refusal,
)

APP = "tiktok_shop:6k2m9x4q7w1z"
QUOTA = f"{APP}:{SHOP}:customer_service"


def limited_send(web: responses.RequestsMock, **stub: object) -> RateLimited:
    web.post(SEND, **stub)  # type: ignore[arg-type]
    with pytest.raises(RateLimited) as caught:
        connector().send_text(ROOM, "Halo")
    return caught.value


# Buckets


def test_a_send_begins_at_one_a_second_and_may_creep_up_to_three() -> None:
    bucket = connector().send_bucket()
    assert bucket == Bucket(key=f"{APP}:{SHOP}:send", rate=1, burst=1, within=QUOTA, most=3)


def test_every_send_takes_its_permit_from_that_bucket(web: responses.RequestsMock, permits: Permits) -> None:
    web.post(SEND, json=body("cs_send_message_requests"))
    shop = connector()
    shop.send_text(ROOM, "Halo")
    shop.send_product(ROOM, "1")
    shop.send_order(ROOM, "1")
    assert permits.taken == [shop.send_bucket()] * 3


def test_readings_begin_faster_and_count_per_call_and_shop(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.get(CONVERSATIONS, json=answer({}))
    web.get(MESSAGES, json=answer({}))
    web.get(f"{CONVERSATIONS}/2/messages", json=answer({}))
    web.get(ORDERS, json=answer({}))
    connector().list_conversations()
    connector().list_messages(ROOM.conversation)
    connector().list_messages("2")
    connector(shop="2").list_conversations()
    connector().get_orders(["1"])
    keys = [bucket.key.removeprefix(f"{APP}:") for bucket in permits.taken]
    assert keys == [
        f"{SHOP}:conversations",
        f"{SHOP}:messages",
        f"{SHOP}:messages",
        "2:conversations",
        f"{SHOP}:orders",
    ]
    assert {(bucket.rate, bucket.most) for bucket in permits.taken} == {(3, 10)}


def test_orders_are_not_held_back_by_the_quota_of_the_chat(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.get(ORDERS, json=answer({}))
    connector().get_orders(["1"])
    (bucket,) = permits.taken
    assert bucket.within == f"{APP}:{SHOP}" != QUOTA


def test_tokens_have_a_bucket_of_their_own_for_all_shops(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.get(REFRESH, json=body("auth_token_refresh_response"))
    old = Tokens("access", datetime(2026, 1, 1, tzinfo=UTC), refresh="refresh")
    TikTokShopConnector.refresh(KEYS, SHOP, old, Http())
    assert [bucket.key for bucket in permits.taken] == [f"{APP}:token_refresh"]


def test_an_answer_lets_the_next_call_come_sooner(web: responses.RequestsMock, permits: Permits) -> None:
    web.post(SEND, json=body("cs_send_message_requests"))
    connector().send_text(ROOM, "Halo")
    web.post(SEND, json=refusal(45101006))
    web.get(CONVERSATIONS, json=answer({}))
    connector().list_conversations()
    keys = [bucket.key for bucket in permits.sped_up]
    assert keys == [f"{APP}:{SHOP}:send", f"{APP}:{SHOP}:conversations"]


def test_a_refusal_of_the_words_is_no_refusal_for_too_many_calls(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.post(SEND, json=refusal(45101006))
    with pytest.raises(Rejected):
        connector().send_text(ROOM, "Halo")
    assert [bucket.key for bucket in permits.sped_up] == [f"{APP}:{SHOP}:send"]
    assert (permits.paused, permits.slowed_down) == ([], [])


# Too many calls


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 2.0),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "soon"}, 2.0),
        ({"Retry-After": "nan"}, 2.0),
        ({"Retry-After": "-1"}, 2.0),
        ({"Retry-After": "999999"}, 3600.0),
    ],
)
@pytest.mark.parametrize("status", [200, 429])
def test_too_many_calls_pause_the_bucket_and_halve_its_rate(
    web: responses.RequestsMock, permits: Permits, headers: dict[str, str], wait: float, status: int
) -> None:
    assert fixture("error_rate_limited")["http_status"] == 429
    error = limited_send(web, json=body("error_rate_limited"), status=status, headers=headers)
    assert (error.retry_after, error.was_ours, error.code) == (wait, False, "36009002")
    assert error.detail == "Slow down, please."
    bucket = connector().send_bucket()
    assert permits.paused == [(bucket, wait)]
    assert (permits.slowed_down, permits.sped_up) == ([bucket], [])


@pytest.mark.parametrize("text", ["", "<html>Too many</html>", "{}", '{"code": 0}'])
@pytest.mark.parametrize("status", [429, 503])
def test_too_many_calls_and_a_busy_platform_may_answer_without_a_word(
    web: responses.RequestsMock, permits: Permits, text: str, status: int
) -> None:
    error = limited_send(web, body=text, status=status, headers={"Retry-After": "5"})
    assert (error.code, error.retry_after) == ("36009002", 5.0)
    assert len(permits.paused) == 1


# The quota of the day


@pytest.mark.parametrize(
    ("now", "wait"),
    [
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), 3600.0),
        (datetime(2026, 3, 2, 23, 50, tzinfo=UTC), 600.0),
        (datetime(2026, 3, 3, 0, 0, tzinfo=UTC), 3600.0),
    ],
)
@pytest.mark.parametrize("status", [200, 429])
def test_a_used_up_quota_stops_the_chat_until_midnight_but_is_asked_every_hour(
    web: responses.RequestsMock, permits: Permits, now: datetime, wait: float, status: int
) -> None:
    with time_machine.travel(now, tick=False):
        error = limited_send(
            web, json=refusal(45101004, "quota"), status=status, headers={"Retry-After": "9"}
        )
    assert (error.code, error.retry_after) == ("45101004", wait)
    assert [(bucket.key, seconds) for bucket, seconds in permits.paused] == [(QUOTA, wait)]
    assert all(not bucket.most for bucket in permits.slowed_down)


def test_the_quota_of_one_call_stops_every_call_of_the_chat_in_this_shop(
    web: responses.RequestsMock, permits: Permits
) -> None:
    limited_send(web, json=refusal(45101004))
    web.get(CONVERSATIONS, json=answer({}))
    connector().list_conversations()
    connector(shop="2").list_conversations()
    ((paused, _seconds),) = permits.paused
    _send, same, other = permits.taken
    assert same.within == paused.key != other.within


def test_every_call_of_the_chat_counts_against_the_quota_and_no_other(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.get(SHOPS, json=body("authorized_shops_response"))
    web.get(ORDERS, json=answer({}))
    for url in (CONVERSATIONS, MESSAGES):
        web.get(url, json=answer({}))
    web.get(CONVERSATION, json=answer({"conversation": {"id": ROOM.conversation}}))
    web.post(SEND, json=body("cs_send_message_requests"))
    web.post(READ, json=answer({}))
    web.post(UPLOAD_IMAGE, json=body("cs_upload_image_response"))
    shop = connector()
    assert shop.quota() == Quota(QUOTA, 10_000)
    shop.get_orders(["1"])
    assert permits.counted == []
    shop.facts()
    shop.list_conversations()
    shop.list_messages(ROOM.conversation)
    shop.get_conversation(ROOM.conversation)
    shop.send_text(ROOM, "Halo")
    shop.mark_read(ROOM, "1")
    shop.upload_image(File("foto.png", "image/png", b"bytes"))
    assert permits.counted == [QUOTA] * 7


def test_a_call_without_an_answer_counts_and_one_that_never_left_does_not(
    web: responses.RequestsMock, permits: Permits, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.post(SEND, body=requests.ReadTimeout("read timed out"))
    with pytest.raises(Uncertain):
        connector().send_text(ROOM, "Halo")
    assert permits.counted == [QUOTA]
    monkeypatch.setattr("marketplaces.throttle.take", lambda bucket: 3.0)
    with pytest.raises(RateLimited) as caught:
        connector().send_text(Room("1", "1"), "Halo")
    assert caught.value.was_ours
    assert permits.counted == [QUOTA]


def test_a_refused_call_counts(web: responses.RequestsMock, permits: Permits) -> None:
    web.post(SEND, json=refusal(45109001))
    with pytest.raises(MarketplaceError):
        connector().send_text(ROOM, "Halo")
    assert permits.counted == [QUOTA]
