"""Tokopedia: limits are learned from the headers of every answer."""

from __future__ import annotations

import pytest
import responses

from marketplaces.errors import RateLimited
from tests.marketplaces.conftest import Permits
from tests.marketplaces.tokopedia import (
    MESSAGES,
    REPLIES,
    REPLY,
    SHOP_INFO,
    Act,
    connector,
    envelope,
    every_call,
    fixture,
    read_conversations,
    read_facts,
    read_messages,
    send,
)


@every_call
def test_a_429_pauses_the_endpoint_for_all_shops(
    web: responses.RequestsMock, permits: Permits, act: Act, method: str, url: str
) -> None:
    web.add(method, url, status=429, body="slow down", headers={"X-Ratelimit-Reset-After": "3.5"})
    with pytest.raises(RateLimited) as error:
        act(connector())
    assert (error.value.retry_after, error.value.was_ours) == (3.5, False)
    assert [(bucket, wait) for bucket, wait in permits.paused] == [(permits.taken[0], 3.5)]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-Ratelimit-Reset-After": "-0.000000", "X-Ratelimit-Full-Reset-After": "0.200000"}, 0.2),
        ({"X-Ratelimit-Reset-After": "soon"}, 2.0),
        ({"X-Ratelimit-Reset-After": "nan", "X-Ratelimit-Full-Reset-After": "inf"}, 2.0),
        ({"X-Ratelimit-Reset-After": "1e9"}, 3600.0),
        ({}, 2.0),
    ],
)
def test_the_pause_is_what_the_headers_say(
    web: responses.RequestsMock, permits: Permits, headers: dict[str, str], wait: float
) -> None:
    web.get(MESSAGES, status=429, headers=headers)
    with pytest.raises(RateLimited):
        connector().list_conversations()
    assert permits.paused[0][1] == wait


def test_it_learns_the_limit_from_every_answer(web: responses.RequestsMock, permits: Permits) -> None:
    web.get(MESSAGES, json=envelope([]), headers=fixture("rate_limit_headers")["headers"])
    connector().list_conversations()
    assert permits.learned == [(permits.taken[0], 5.0, 5)]
    assert permits.paused == []


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10 req/m", (10 / 60, 1)),
        ("2.5 req/s (burst 3)", (2.5, 3)),
        ("7200 requests / hour (burst 10)", (2.0, 10)),
        ("0 req/s (burst 5)", None),
        ("unlimited", None),
        ("", None),
    ],
)
def test_the_limit_is_read_with_care(
    web: responses.RequestsMock, permits: Permits, text: str, limit: tuple[float, int] | None
) -> None:
    web.get(MESSAGES, json=envelope([]), headers={"X-Ratelimit-Limit": text})
    connector().list_conversations()
    assert [learned[1:] for learned in permits.learned] == ([limit] if limit else [])


def test_each_endpoint_has_one_bucket_for_all_shops(web: responses.RequestsMock, permits: Permits) -> None:
    web.get(MESSAGES, json=envelope([]))
    web.get(REPLIES, json=envelope([]))
    web.post(REPLY, json=fixture("chat_send_reply_text")["body"])
    web.get(SHOP_INFO, json=fixture("shop_info_response")["body"])
    for shop in ("7001", "7002"):
        tokopedia = connector(shop=shop)
        for act in (read_conversations, read_messages, send, read_facts):
            act(tokopedia)
    assert {(bucket.key, bucket.rate, bucket.burst) for bucket in permits.taken} == {
        ("tokopedia:20001:messages", 1, 1),
        ("tokopedia:20001:replies", 1, 1),
        ("tokopedia:20001:reply", 1, 1),
        ("tokopedia:20001:shop-info", 1, 1),
    }
