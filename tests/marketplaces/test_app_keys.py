from __future__ import annotations

from datetime import timedelta

import pytest
import responses
from django.db import connection
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces import appkeys
from marketplaces.content import Tokens
from marketplaces.credentials import StoredTokens, store
from marketplaces.errors import NotAuthorized
from marketplaces.http import Http
from marketplaces.models import Activation, App, Credential, Shop
from marketplaces.reasons import APP_CHANGED
from tests.conftest import signed_in
from tests.factories import SHOPEE_KEYS, TOKOPEDIA_KEYS, make_app, make_shop, make_user
from tests.wire import SHOPEE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

SHOPS_BY_PARTNER = f"{SHOPEE}/public/get_shops_by_partner"
OWN = {
    "api_url": "https://shopee.test",
    "partner_id": "2009999",
    "partner_key": "own-partner-key",
    "push_key": "own-push-key",
}


def path(seller: Seller, marketplace: str = "shopee") -> str:
    return f"/settings/apps/{seller.pk}/{marketplace}/"


def accept(web: responses.RequestsMock) -> None:
    web.get(SHOPS_BY_PARTNER, json={"error": "", "authed_shop_list": [], "more": False})


def own_app(seller: Seller, **changed: str) -> App:
    return App.objects.create(marketplace="shopee", seller=seller, keys=OWN | changed)


def own_shop(seller: Seller) -> tuple[Shop, App]:
    """A shop that was activated with the seller's own app."""
    shop, app = make_shop(seller), own_app(seller)
    Credential.objects.all().delete()
    store(app, shop, Tokens("own-access", timezone.now() + timedelta(hours=4), "own-refresh"))
    return shop, app


def test_keys_that_the_marketplace_knows_are_stored_encrypted(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    accept(web)
    response = owner_client.post(path(seller), OWN)
    assert response["Location"] == path(seller)
    assert App.objects.get(seller=seller).keys == OWN
    assert "partner_id=2009999" in str(web.calls[0].request.url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys FROM marketplaces_app WHERE seller_id = %s", [seller.pk])
        assert "own-partner-key" not in cursor.fetchone()[0]


def test_keys_that_the_marketplace_refuses_are_not_stored_and_the_reason_stands_beside_the_form(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    web.get(SHOPS_BY_PARTNER, json={"error": "error_sign", "message": "Wrong sign."}, status=403)
    response = owner_client.post(path(seller), OWN, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert "check the partner id" in response.content.decode()
    assert not App.objects.filter(seller=seller).exists()


def test_a_refusal_without_an_explanation_is_told_in_the_marketplaces_words(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    web.get(SHOPS_BY_PARTNER, json={"error": "brand_new", "message": "Too new for words."})
    response = owner_client.post(path(seller), OWN)
    assert response.status_code == 422
    assert "Too new for words." in response.content.decode()


def test_no_answer_stores_nothing(owner_client: Client, seller: Seller, web: responses.RequestsMock) -> None:
    make_app()
    web.get(SHOPS_BY_PARTNER, body="oops", status=502)
    assert owner_client.post(path(seller), OWN).status_code == 422
    assert not App.objects.filter(seller=seller).exists()


def test_a_marketplace_that_cannot_be_asked_takes_the_keys_as_they_are(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app("tokopedia")
    keys = TOKOPEDIA_KEYS | {"client_id": "own-client"}
    assert owner_client.post(path(seller, "tokopedia"), keys).status_code == 302
    assert App.objects.get(seller=seller).keys["client_id"] == "own-client"
    assert not web.calls


@pytest.mark.parametrize(
    "wrong",
    [
        {"partner_id": "12a"},
        {"partner_id": "²"},
        {"partner_id": ""},
        {"partner_key": ""},
        {"partner_key": "x" * 501},
        {"api_url": "http://169.254.169.254"},
        {"api_url": ""},
    ],
)
def test_what_is_no_key_is_refused_before_anybody_is_asked(
    owner_client: Client, seller: Seller, web: responses.RequestsMock, wrong: dict[str, str]
) -> None:
    make_app()
    assert owner_client.post(path(seller), OWN | wrong).status_code == 422
    assert not web.calls
    assert not App.objects.filter(seller=seller).exists()


def test_the_platforms_secrets_do_not_stand_in_for_missing_ones(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    own = OWN | {"partner_id": SHOPEE_KEYS["partner_id"], "partner_key": ""}
    assert owner_client.post(path(seller), own).status_code == 422
    assert not App.objects.filter(seller=seller).exists()


def test_an_empty_secret_keeps_the_stored_one(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    own_app(seller)
    accept(web)
    owner_client.post(path(seller), OWN | {"partner_key": "", "push_key": "a-newer-push-key"})
    assert App.objects.get(seller=seller).keys == OWN | {"push_key": "a-newer-push-key"}


def test_a_new_secret_of_the_same_app_leaves_the_shops_active(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    shop, _app = own_shop(seller)
    accept(web)
    owner_client.post(path(seller), OWN | {"partner_key": "rotated"})
    shop.refresh_from_db()
    assert shop.is_active
    assert Credential.objects.filter(shop=shop).exists()


def test_another_partner_id_disconnects_the_shops_and_drops_their_tokens(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    shop, app = own_shop(seller)
    App.objects.update(push_health="suspended", checked_at=timezone.now())
    attempt = Activation.objects.create(shop=shop, user=User.objects.get(), grant={"access": "old"})
    accept(web)
    make_app()
    owner_client.post(path(seller), OWN | {"partner_id": "2001111"})
    shop.refresh_from_db()
    app.refresh_from_db()
    attempt.refresh_from_db()
    assert (shop.state, shop.problem) == ("disconnected", APP_CHANGED)
    assert not Credential.objects.filter(shop=shop).exists()
    assert (app.push_health, app.checked_at, attempt.grant) == ("", None, None)


def test_the_first_own_app_disconnects_this_sellers_shops_of_this_marketplace_only(
    owner_client: Client, seller: Seller, stranger: User, web: responses.RequestsMock
) -> None:
    shop, other = make_shop(seller), make_shop(seller, "tokopedia")
    foreign = make_shop(stranger.memberships.get().seller)
    waiting = make_shop(seller, is_active=False)
    accept(web)
    owner_client.post(path(seller), OWN)
    states = {each.pk: each.state for each in Shop.objects.all()}
    assert states == {
        shop.pk: "disconnected",
        other.pk: "active",
        foreign.pk: "active",
        waiting.pk: "inactive",
    }
    assert set(Credential.objects.values_list("shop", flat=True)) == {foreign.pk, None}


def test_going_back_to_the_platforms_app_deletes_the_own_one_and_disconnects(
    owner_client: Client, seller: Seller
) -> None:
    shop, app = own_shop(seller)
    owner_client.post(path(seller) + "platform/")
    shop.refresh_from_db()
    assert not App.objects.filter(pk=app.pk).exists()
    assert (shop.state, shop.app_in_use().seller) == ("disconnected", None)


def test_going_back_without_an_own_app_changes_nothing(owner_client: Client, shop: Shop) -> None:
    owner_client.post(path(shop.seller) + "platform/")
    shop.refresh_from_db()
    assert shop.is_active
    assert App.objects.filter(seller=None).exists()


def test_another_platform_app_leaves_sellers_with_their_own_app_alone(seller: Seller, stranger: User) -> None:
    mine, _app = own_shop(seller)
    theirs = make_shop(stranger.memberships.get().seller)
    appkeys.save("shopee", None, SHOPEE_KEYS | {"partner_id": "2000003"})
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.state, theirs.state) == ("active", "disconnected")
    assert list(Credential.objects.values_list("shop", flat=True)) == [mine.pk]


def test_a_worker_that_still_holds_a_removed_app_gets_no_tokens_for_it(
    seller: Seller, web: responses.RequestsMock
) -> None:
    shop = make_shop(seller, "tokopedia")
    app = App.objects.create(marketplace="tokopedia", seller=seller, keys=TOKOPEDIA_KEYS)
    tokens = StoredTokens(app, shop, Http())
    appkeys.remove(App.objects.get(pk=app.pk))
    with pytest.raises(NotAuthorized):
        tokens.current()


@pytest.mark.parametrize("role", [Membership.Role.SUPERVISOR, Membership.Role.AGENT])
def test_whoever_is_not_the_owner_finds_nothing(seller: Seller, role: Membership.Role) -> None:
    app = own_app(seller)
    client = signed_in(make_user("other@example.test", seller=seller, role=role))
    assert client.get("/settings/apps/").status_code == 404
    assert client.get(path(seller)).status_code == 404
    assert client.post(path(seller), OWN | {"partner_id": "1"}).status_code == 404
    assert client.post(path(seller) + "platform/").status_code == 404
    assert App.objects.get(pk=app.pk).keys == OWN


def test_the_owner_of_another_seller_finds_nothing(stranger_client: Client, seller: Seller) -> None:
    app = own_app(seller)
    assert stranger_client.get(path(seller)).status_code == 404
    assert stranger_client.post(path(seller), OWN).status_code == 404
    assert stranger_client.post(path(seller) + "platform/").status_code == 404
    assert App.objects.filter(pk=app.pk).exists()
    assert str(seller.pk) not in stranger_client.get("/settings/apps/").content.decode()


def test_an_unknown_marketplace_is_not_found(owner_client: Client, seller: Seller) -> None:
    assert owner_client.get(path(seller, "nowhere")).status_code == 404


def test_anonymous_is_sent_to_sign_in(client: Client, seller: Seller) -> None:
    assert client.get(path(seller))["Location"].startswith("/sign-in/")


# The admin


@pytest.fixture
def support(db: None) -> Client:
    return signed_in(User.objects.create_superuser("support@example.test", "a-good-password", name="S"))


def test_support_staff_enter_the_platforms_keys(support: Client, web: responses.RequestsMock) -> None:
    assert "marketplace" in support.get("/admin/marketplaces/app/add/").content.decode()
    accept_at = "https://partner.shopeemobile.com/api/v2/public/get_shops_by_partner"
    web.get(accept_at, json={"error": "", "authed_shop_list": [], "more": False})
    keys = OWN | {"api_url": "https://partner.shopeemobile.com", "seller": ""}
    assert support.post("/admin/marketplaces/app/add/?marketplace=shopee", keys).status_code == 302
    app = App.objects.get()
    assert (app.seller, app.marketplace, app.keys["partner_id"]) == (None, "shopee", "2009999")
    again = support.post("/admin/marketplaces/app/add/?marketplace=shopee", keys)
    assert again.status_code == 200
    assert App.objects.count() == 1


def test_the_admin_never_shows_a_secret_and_keeps_those_left_empty(
    support: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    shop, app = own_shop(seller)
    page = f"/admin/marketplaces/app/{app.pk}/change/"
    shown = support.get(page).content.decode()
    assert "2009999" in shown
    assert "own-partner-key" not in shown
    assert "own-push-key" not in shown
    accept(web)
    changed = {"api_url": OWN["api_url"], "partner_id": "2001111", "partner_key": "", "push_key": ""}
    assert support.post(page, changed).status_code == 302
    app.refresh_from_db()
    shop.refresh_from_db()
    assert app.keys == OWN | {"partner_id": "2001111"}
    assert (app.seller, shop.state) == (seller, "disconnected")


def test_the_admin_stores_nothing_that_the_marketplace_refuses(
    support: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    make_app()
    app = own_app(seller)
    web.get(SHOPS_BY_PARTNER, json={"error": "error_sign", "message": "Wrong sign."}, status=403)
    page = f"/admin/marketplaces/app/{app.pk}/change/"
    assert support.post(page, OWN | {"partner_id": "2001111"}).status_code == 200
    app.refresh_from_db()
    assert app.keys == OWN


def test_deleting_an_app_in_the_admin_disconnects_its_shops(support: Client, seller: Seller) -> None:
    shop, app = own_shop(seller)
    support.post(f"/admin/marketplaces/app/{app.pk}/delete/", {"post": "yes"})
    shop.refresh_from_db()
    assert shop.state == "disconnected"
