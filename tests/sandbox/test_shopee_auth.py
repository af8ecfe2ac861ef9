from __future__ import annotations

from pathlib import Path

from tests.sandbox.callers import FASHION, GADGET, KEYS, Receiver, Running, ShopeeCaller, start, wait_for

HOUR = 3600
DAY = 24 * HOUR


def test_a_shop_login_comes_back_with_a_code_and_the_shop(sandbox: Running) -> None:
    back = ShopeeCaller(sandbox).consent(redirect="http://app.test/back?token=a%26b&x=")
    assert back["shop_id"] == [str(GADGET)]
    assert back["token"] == ["a&b"]
    assert len(back["code"][0]) == 32


def test_a_wrong_password_is_said_on_the_page(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox)
    login = shop.link("http://app.test/back").headers["location"]
    answer = sandbox.http.post(login, data={"username": "nusantara.gadget", "password": "salah"})
    assert answer.status_code == 403
    assert "kata sandi salah" in answer.text


def test_denying_comes_back_without_a_code(sandbox: Running) -> None:
    assert ShopeeCaller(sandbox).consent(form={"answer": "deny"}) == {"error": ["access_denied"]}


def test_an_authorization_lasts_from_7_to_365_days(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox)
    login = shop.link("http://app.test/back").headers["location"]
    page = sandbox.http.post(login, data={"username": "nusantara.gadget", "password": "sandbox"})
    answer = sandbox.http.post(page.headers["location"], data={"answer": "allow", "days": "6"})
    assert answer.status_code == 422


def test_a_code_is_good_once(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox)
    code = shop.consent()["code"][0]
    pair = shop.token(code, shop_id=GADGET)
    assert pair["error"] == ""
    assert pair["expire_in"] == 4 * HOUR
    assert shop.token(code, shop_id=GADGET)["error"] == "invalid_code"
    assert shop.token("never given", shop_id=GADGET)["error"] == "error_auth"


def test_a_code_ends_after_ten_minutes(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox)
    code = shop.consent()["code"][0]
    sandbox.control("clock", advance=601)
    assert shop.token(code, shop_id=GADGET)["error"] == "invalid_code"


def test_a_code_belongs_to_its_shop(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox)
    assert shop.token(shop.consent()["code"][0], shop_id=FASHION)["error"] == "invalid_shop_id"


def test_a_refresh_token_is_spent_once_and_gives_a_new_pair(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    pair = shop.refresh(shop.refresh_token)
    assert (pair["error"], pair["shop_id"], pair["partner_id"]) == ("", GADGET, KEYS.shopee_partner_id)
    again = shop.refresh(shop.refresh_token)
    assert (again["error"], again["message"]) == ("error_auth", "Invalid refresh_token.")
    assert shop.refresh(pair["refresh_token"])["error"] == ""


def test_an_access_token_ends_after_four_hours(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    sandbox.control("clock", advance=4 * HOUR - 60)
    assert shop.get("shop/get_shop_info")["error"] == ""
    sandbox.control("clock", advance=120)
    answer = shop.call("GET", "shop/get_shop_info")
    assert answer.status_code == 403
    assert (answer.json()["error"], answer.json()["message"]) == (
        "invalid_acceess_token",
        "Invalid access_token.",
    )


def test_a_refresh_token_ends_after_thirty_days(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    sandbox.control("clock", advance=30 * DAY + 60)
    assert shop.refresh(shop.refresh_token)["error"] == "refresh_token_expired"


def test_a_main_account_grants_several_shops_and_each_refreshes_alone(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox)
    back = shop.consent("nusantara.main")
    assert "shop_id" not in back
    pair = shop.token(back["code"][0], main_account_id=int(back["main_account_id"][0]))
    assert pair["shop_id_list"] == [GADGET, FASHION]
    shop.access_token = pair["access_token"]
    for shop_id in (GADGET, FASHION):
        shop.shop_id = shop_id
        assert shop.get("shop/get_shop_info")["error"] == ""
    first, second = (shop.refresh(pair["refresh_token"], shop_id) for shop_id in (GADGET, FASHION))
    assert (first["error"], second["error"]) == ("", "")
    assert first["access_token"] != second["access_token"]
    assert shop.refresh(pair["refresh_token"], GADGET)["error"] == "error_auth"


def test_cancelling_ends_the_grant(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    listed = shop.call("GET", "public/get_shops_by_partner", "public").json()
    assert [row["shop_id"] for row in listed["authed_shop_list"]] == [GADGET]
    shop.consent(name="cancel_auth_partner")
    assert shop.get("shop/get_shop_info")["error"] == "user_is_unauthorized"
    assert shop.refresh(shop.refresh_token)["error"] == "shop_no_linked"
    listed = shop.call("GET", "public/get_shops_by_partner", "public").json()
    assert listed["authed_shop_list"] == []


def test_consent_and_its_end_are_pushed(sandbox: Running, receiver: Receiver) -> None:
    shop = ShopeeCaller(sandbox).connect()
    granted = wait_for(receiver.bodies)[0]
    assert (granted["code"], granted["data"]["shop_id"]) == (1, GADGET)
    assert "shop_id" not in granted
    shop.consent(name="cancel_auth_partner")
    ended = wait_for(lambda: receiver.bodies()[1:])[0]
    assert (ended["code"], ended["data"]["shopid"]) == (2, GADGET)


def test_tokens_and_rooms_outlive_a_restart(sandbox: Running, tmp_path: Path) -> None:
    shop = ShopeeCaller(sandbox).connect()
    said = sandbox.buyer_says("shopee", GADGET, "Orang Baru", text="masih ingat saya?")
    sandbox.control("clock", advance=1000)
    sandbox.stop()
    again = start(tmp_path)
    shop.sandbox = again
    try:
        assert shop.get("shop/get_profile")["response"]["shop_name"] == "Nusantara Gadget"
        assert [m["id"] for m in again.truth("shopee", GADGET, "Orang Baru")] == [said["id"]]
        assert again.ask("clock")["offset"] == 1000
        assert shop.refresh(shop.refresh_token)["error"] == ""
    finally:
        again.stop()
