from __future__ import annotations

import time

import httpx
import pytest

from tests.sandbox.callers import ELEKTRONIK, GADGET, Running, ShopeeCaller, TokopediaCaller


@pytest.fixture
def shop(sandbox: Running) -> ShopeeCaller:
    return ShopeeCaller(sandbox).connect()


@pytest.fixture
def buyer(shop: ShopeeCaller) -> int:
    return shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["buyer"]


def break_next(shop: ShopeeCaller, kind: str, **more: object) -> None:
    shop.sandbox.control("faults", marketplace="shopee", endpoint="send_message", kind=kind, **more)


def sent_count(shop: ShopeeCaller, buyer: int) -> int:
    return len(shop.sandbox.truth("shopee", GADGET, buyer)) - 1


@pytest.mark.parametrize(("kind", "stored"), [("error_before", 0), ("error_after", 1)])
def test_an_error_may_hide_that_the_message_was_stored(
    shop: ShopeeCaller, buyer: int, kind: str, stored: int
) -> None:
    break_next(shop, kind)
    assert shop.send(buyer)["error"] == "error_server"
    assert sent_count(shop, buyer) == stored
    assert shop.send(buyer)["error"] == ""


def test_a_reset_closes_the_connection_without_an_answer(shop: ShopeeCaller, buyer: int) -> None:
    break_next(shop, "reset_after")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        shop.send(buyer)
    assert sent_count(shop, buyer) == 1
    assert shop.sandbox.ask("calls")["shopee"]["send_message"]["dropped"] == 1


@pytest.mark.parametrize(("kind", "stored"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_timeout_holds_the_connection(shop: ShopeeCaller, buyer: int, kind: str, stored: int) -> None:
    break_next(shop, kind, seconds=1)
    began = time.monotonic()
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        shop.send(buyer)
    assert 0.9 < time.monotonic() - began < 3
    assert sent_count(shop, buyer) == stored


def test_garbage_is_a_200_that_is_not_json(shop: ShopeeCaller, buyer: int) -> None:
    break_next(shop, "garbage")
    body = {"to_id": buyer, "message_type": "text", "content": {"text": "x"}}
    answer = shop.call("POST", "sellerchat/send_message", json=body)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert sent_count(shop, buyer) == 0


def test_slow_is_late_but_right(shop: ShopeeCaller, buyer: int) -> None:
    break_next(shop, "slow", seconds=0.5)
    began = time.monotonic()
    assert shop.send(buyer)["error"] == ""
    assert time.monotonic() - began >= 0.5


def test_a_fault_lasts_for_its_count(shop: ShopeeCaller, buyer: int) -> None:
    break_next(shop, "rate_limit", count=2)
    assert [shop.send(buyer)["error"] for _ in range(3)] == ["error_rate_limit", "error_rate_limit", ""]


def test_a_star_spoils_any_endpoint_of_that_marketplace(shop: ShopeeCaller, buyer: int) -> None:
    shop.sandbox.control("faults", marketplace="tokopedia", endpoint="*", kind="error_before")
    assert shop.send(buyer)["error"] == ""
    assert TokopediaCaller(shop.sandbox).fetch_token().status_code == 500
    assert TokopediaCaller(shop.sandbox).connect().token


def test_a_tokopedia_reply_can_be_stored_and_answer_500(sandbox: Running) -> None:
    shop = TokopediaCaller(sandbox).connect()
    said = sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru")
    sandbox.control("faults", marketplace="tokopedia", endpoint="reply", kind="error_after")
    assert shop.reply(int(said["conversation"]), message="Siap").status_code == 500
    assert [m["sent_by"] for m in sandbox.truth("tokopedia", ELEKTRONIK, "Nina Baru")] == ["buyer", "shop"]


def test_a_nonsense_fault_is_refused(sandbox: Running) -> None:
    answer = sandbox.http.post("/control/faults", json={"marketplace": "shopee", "kind": "flood"})
    assert answer.status_code == 400
    assert "error_before" in answer.json()["error"]


def test_a_tokopedia_429_on_purpose_has_headers_that_agree(sandbox: Running) -> None:
    shop = TokopediaCaller(sandbox).connect()
    sandbox.control("faults", marketplace="tokopedia", endpoint="messages", kind="rate_limit")
    answer = shop.messages()
    assert (answer.status_code, answer.headers["X-Ratelimit-Remaining"]) == (429, "0")
    assert float(answer.headers["X-Ratelimit-Reset-After"]) > 0


def test_a_burst_of_system_busy_stores_nothing(shop: ShopeeCaller, buyer: int) -> None:
    break_next(shop, "refuse", count=2)
    answers = [shop.send(buyer) for _ in range(3)]
    assert [answer["error"] for answer in answers] == ["system_busy", "system_busy", ""]
    assert "decrease qps" in answers[0]["message"]
    assert sent_count(shop, buyer) == 1


def test_any_error_can_be_asked_for(shop: ShopeeCaller, buyer: int) -> None:
    break_next(shop, "refuse", code="error_permission")
    answer = shop.send(buyer)
    assert answer["message"] == "This app type has no permission to this API."
    assert answer["error"] == "error_permission"


def test_a_marketplace_without_codes_answers_500_instead(sandbox: Running) -> None:
    sandbox.control("faults", marketplace="tokopedia", kind="refuse")
    assert TokopediaCaller(sandbox).fetch_token().status_code == 500
