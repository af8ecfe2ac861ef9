from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.callers import KEYS, Receiver, Running, start
from tests.sandbox.tiktok_shop import (
    BEAUTY,
    CHAT,
    KIDS,
    STRANGER,
    STRANGERS,
    TikTokShopCaller,
)

DAY = 86400


def test_the_way_back_has_a_code_and_the_state(sandbox: Running) -> None:
    back = TikTokShopCaller(sandbox).consent(state="a%26b")
    assert set(back) == {"code", "state"}
    assert back["state"] == ["a&b"]


def test_the_older_link_leads_to_the_same_consent(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox)
    assert shop.exchange(shop.consent(older=True)["code"][0])["code"] == 0


def test_everybody_comes_back_to_the_one_registered_address(sandbox: Running, receiver: Receiver) -> None:
    login = f"/tiktok-shop-auth/open/authorize?service_id={KEYS.tiktok_shop_service_id}&state=s"

    def address() -> str:
        page = sandbox.http.get(login).headers["location"]
        page = sandbox.http.post(page, data={"username": "nusantara.seller", "password": "sandbox"})
        back = sandbox.http.post(page.headers["location"], data={"answer": "allow"})
        return back.headers["location"].partition("?code=")[0].partition("&code=")[0]

    assert address() == f"{receiver.url}/shops/activation/callback/"
    sandbox.control("redirect", marketplace="tiktok_shop", url="https://app.test/back?x=1")
    assert address() == "https://app.test/back?x=1"


def test_a_stranger_to_the_app_is_not_let_in(sandbox: Running) -> None:
    for link in ("/open/authorize?service_id=1", "/oauth/authorize?app_key=1"):
        answer = sandbox.http.get(f"/tiktok-shop-auth{link}")
        assert (answer.status_code, answer.json()["code"]) == (400, 36009004)


def test_a_wrong_password_is_said_on_the_page(sandbox: Running) -> None:
    link = f"/tiktok-shop-auth/open/authorize?service_id={KEYS.tiktok_shop_service_id}&state=s"
    login = sandbox.http.get(link).headers["location"]
    page = sandbox.http.get(login).text
    assert "Tokopedia &amp; TikTok Shop" in page
    assert "nusantara.seller" in page
    answer = sandbox.http.post(login, data={"username": "nusantara.seller", "password": "salah"})
    assert answer.status_code == 403
    assert "kata sandi salah" in answer.text
    assert sandbox.http.get("/tiktok-shop-auth/login/none").status_code == 404


def test_denying_comes_back_with_the_state_and_no_code(sandbox: Running) -> None:
    back = TikTokShopCaller(sandbox).consent(answer="deny")
    assert back == {"error": ["access_denied"], "state": ["s-1"]}


def test_a_code_is_good_once(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox)
    code = shop.consent()["code"][0]
    data = shop.exchange(code)["data"]
    assert (data["open_id"], data["user_type"], data["seller_base_region"]) == (
        "7010736057180325601",
        0,
        "ID",
    )
    assert data["access_token"].startswith("ROW_")
    assert "seller.customer_service" in data["granted_scopes"]
    again = shop.exchange(code)
    assert (again["code"], again["message"]) == (36004004, "Invalid auth code.")


def test_a_code_ends_after_half_an_hour(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox)
    codes = [shop.consent()["code"][0] for _ in range(2)]
    sandbox.control("clock", advance=1790)
    assert shop.exchange(codes[0])["code"] == 0
    sandbox.control("clock", advance=20)
    assert shop.exchange(codes[1])["code"] == 36004004


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"app_secret": "wrong"}, 36009004),
        ({"app_key": "wrong"}, 36009004),
        ({"grant_type": "refresh_token"}, 98001004),
        ({"auth_code": "never given"}, 36004004),
    ],
)
def test_refusals_of_the_token_host_come_inside_a_200(
    sandbox: Running, changed: dict[str, str], code: int
) -> None:
    shop = TikTokShopCaller(sandbox)
    assert shop.exchange(shop.consent()["code"][0], **changed)["code"] == code


def test_the_token_host_answers_get_only(sandbox: Running) -> None:
    assert sandbox.http.post("/tiktok-shop-auth/api/v2/token/get").status_code == 404


def test_both_times_are_absolute(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox)
    data = shop.exchange(shop.consent()["code"][0])["data"]
    assert abs(data["access_token_expire_in"] - shop.now() - 7 * DAY) <= 5
    assert abs(data["refresh_token_expire_in"] - shop.now() - 365 * DAY) <= 5


def test_a_refresh_token_is_spent_once_and_gives_a_new_pair(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    pair = shop.refresh(shop.refresh_token)["data"]
    assert pair["refresh_token"] != shop.refresh_token
    again = shop.refresh(shop.refresh_token)
    assert (again["code"], again["message"]) == (36004005, "can not find related auth record")
    assert shop.refresh(pair["refresh_token"])["code"] == 0


def test_a_consent_ends_with_its_year_however_often_it_was_refreshed(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    sandbox.control("clock", advance=100 * DAY)
    data = shop.refresh(shop.refresh_token)["data"]
    assert abs(data["refresh_token_expire_in"] - shop.now() - 265 * DAY) <= 5
    sandbox.control("clock", advance=266 * DAY)
    assert shop.refresh(data["refresh_token"])["code"] == 36004005


def test_an_access_token_ends_after_a_week(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    path, query = f"{CHAT}/conversations", {"page_size": 1}
    sandbox.control("clock", advance=7 * DAY - 60)
    assert shop.call("GET", path, query=query).json()["code"] == 0
    sandbox.control("clock", advance=120)
    answer = shop.call("GET", path, query=query)
    assert (answer.status_code, answer.json()["code"]) == (401, 105002)
    shop.token = shop.refresh(shop.refresh_token)["data"]["access_token"]
    assert shop.call("GET", path, query=query).json()["code"] == 0


def test_each_seller_has_an_open_id_and_shops_of_their_own(sandbox: Running) -> None:
    shop, stranger = TikTokShopCaller(sandbox), TikTokShopCaller(sandbox, STRANGERS)
    ids = [
        caller.exchange(caller.consent(name)["code"][0])["data"]["open_id"]
        for caller, name in ((shop, "nusantara.seller"), (stranger, STRANGER))
    ]
    assert len(set(ids)) == 2
    assert list(shop.connect().ciphers()) == [BEAUTY, KIDS]
    assert list(stranger.connect(STRANGER).ciphers()) == [STRANGERS]


def test_a_seller_who_removes_the_app_is_gone_with_all_shops(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    sandbox.control("authorizations", marketplace="tiktok_shop", shop=KIDS, way="cancel")
    assert shop.get(f"{CHAT}/conversations", page_size=1)["code"] == 36009004
    assert shop.refresh(shop.refresh_token)["code"] == 36004005
    again = {"marketplace": "tiktok_shop", "shop": BEAUTY, "way": "cancel"}
    assert sandbox.http.post("/control/authorizations", json=again).status_code == 400
    assert shop.connect().get(f"{CHAT}/conversations", page_size=1)["code"] == 0


def test_tokens_and_rooms_outlive_a_restart(sandbox: Running, tmp_path: Path) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    _, room = shop.said(text="masih ingat saya?")
    sandbox.stop()
    again = start(tmp_path)
    shop.sandbox = again
    try:
        assert shop.newest(room)[1] == {"content": "masih ingat saya?"}
        assert shop.refresh(shop.refresh_token)["code"] == 0
    finally:
        again.stop()
