"""Permissions that end, and who is told."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from tests.sandbox.callers import FASHION, GADGET, KEYS, Receiver, Running, ShopeeCaller, wait_for

DAY = 86400
PLACE = {"marketplace": "shopee", "shop": GADGET}


@pytest.fixture
def shop(sandbox: Running, receiver: Receiver) -> ShopeeCaller:
    caller = ShopeeCaller(sandbox).connect()
    wait_for(lambda: receiver.received)
    receiver.received.clear()
    return caller


def codes(receiver: Receiver) -> list[int]:
    return [push["code"] for push in receiver.bodies()]


def test_every_answer_tells_the_time_of_the_sandbox(sandbox: Running) -> None:
    sandbox.control("clock", advance=5 * 3600)
    answers = [
        ShopeeCaller(sandbox).call("GET", "shop/get_shop_info", at=1),
        sandbox.http.get("/tokopedia/v1/nowhere"),
        sandbox.http.get("/"),
    ]
    now = sandbox.ask("clock")["now"]
    for answer in answers:
        dates = answer.headers.get_list("date")
        assert len(dates) == 1
        assert abs(parsedate_to_datetime(dates[0]).timestamp() - now) <= 2


def test_the_last_week_of_an_authorization_is_announced_once(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("clock", advance=357 * DAY)
    shop.sandbox.control("clock", advance=2 * DAY)
    shop.sandbox.control("clock", advance=DAY)
    push = wait_for(receiver.bodies)[0]
    assert (push["code"], push["partner_id"]) == (12, KEYS.shopee_partner_id)
    assert push["data"]["shop_expire_soon"] == [GADGET]
    assert push["data"]["expire_before"] > shop.now()
    assert "shop_id" not in push
    assert codes(receiver) == [12]


def test_both_shops_of_a_main_account_are_told_in_one_push(sandbox: Running, receiver: Receiver) -> None:
    ShopeeCaller(sandbox).consent("nusantara.main", form={"days": "30"})
    sandbox.control("clock", advance=24 * DAY)
    told = wait_for(lambda: [push for push in receiver.bodies() if push["code"] == 12])
    assert told[0]["data"]["shop_expire_soon"] == [GADGET, FASHION]


def test_an_authorization_that_ran_out_is_told_and_holds_no_more(
    shop: ShopeeCaller, receiver: Receiver
) -> None:
    shop.sandbox.control("clock", advance=366 * DAY)
    shop.sandbox.control("clock", advance=DAY)
    wait_for(lambda: len(receiver.received) > 1)  # the leap went over the last week, too
    warning, push = sorted(receiver.bodies(), key=lambda each: -each["code"])
    assert warning["data"]["expire_before"] < shop.now()
    assert (push["code"], push["data"]["shopid"]) == (2, GADGET)
    assert "expired" in push["data"]["authorize_type"]
    listed = shop.call("GET", "public/get_shops_by_partner", "public").json()
    assert listed["authed_shop_list"] == []
    assert sorted(codes(receiver)) == [2, 12]


def test_a_deauthorization_may_name_the_shop_in_a_sentence_only(
    shop: ShopeeCaller, receiver: Receiver
) -> None:
    shop.sandbox.control("authorizations", way="cancel", bare=True, **PLACE)
    data = wait_for(receiver.bodies)[0]["data"]
    assert set(data) == {"authorize_type", "success", "extra"}
    assert f"shop id {GADGET} " in data["extra"]
    assert shop.get("shop/get_shop_info")["error"] == "user_is_unauthorized"


def test_an_authorization_can_be_ended_without_a_word(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("authorizations", way="cancel", push=False, **PLACE)
    assert shop.get("shop/get_shop_info")["error"] == "user_is_unauthorized"
    assert receiver.received == []
    again = shop.sandbox.http.post("/control/authorizations", json={"way": "cancel"} | PLACE)
    assert again.status_code == 400


def test_the_last_week_can_be_brought_about(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("authorizations", way="ends_soon", **PLACE)
    assert wait_for(receiver.bodies)[0]["code"] == 12
    ends_at = shop.get("shop/get_shop_info")["expire_time"]
    assert abs(ends_at - shop.now() - 7 * DAY) <= 5


def test_any_other_push_can_be_sent(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("pushes", code=28, data={"points": 1}, **PLACE)
    push = wait_for(receiver.bodies)[0]
    assert (push["code"], push["shop_id"], push["data"]) == (28, GADGET, {"points": 1})


def test_main_account_grants_only_the_chosen_shops(sandbox: Running, receiver: Receiver) -> None:
    shop = ShopeeCaller(sandbox)
    back = shop.consent("nusantara.main", form={"shop": [str(FASHION)]})
    pair = shop.token(back["code"][0], main_account_id=int(back["main_account_id"][0]))
    assert pair["shop_id_list"] == [FASHION]
    assert shop.refresh(pair["refresh_token"], GADGET)["message"] == "Invalid refresh_token."
    push = wait_for(receiver.bodies)[0]
    assert (push["data"]["shop_id_list"], "shop_id" in push["data"]) == ([FASHION], False)
