"""Which key sends: chosen under the composer, kept for its person."""

from __future__ import annotations

import pytest
from django.test import Client

from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db
URL = "/account/sending-key/"


def test_enter_sends_until_somebody_chooses_otherwise(owner: User, colleague: User, shop: Shop) -> None:
    page = f"/chat/{make_conversation(shop, 'halo').pk}/"
    assert 'value="1" checked' in signed_in(owner).get(page).content.decode()
    assert signed_in(owner).post(URL, {"enter_sends": "0"}).status_code == 204
    assert 'value="0" checked' in signed_in(owner).get(page).content.decode()
    assert 'value="1" checked' in signed_in(colleague).get(page).content.decode()
    signed_in(owner).post(URL, {"enter_sends": "1"})
    assert 'value="1" checked' in signed_in(owner).get(page).content.decode()


@pytest.mark.parametrize("nonsense", ["", "2", "yes"])
def test_nonsense_changes_nothing(owner: User, nonsense: str) -> None:
    assert signed_in(owner).post(URL, {"enter_sends": nonsense}).status_code == 400
    owner.refresh_from_db()
    assert owner.enter_sends


def test_only_for_the_signed_in_and_only_by_post(owner_client: Client) -> None:
    assert Client().post(URL, {"enter_sends": "0"})["Location"].startswith("/sign-in/")
    assert owner_client.get(URL).status_code == 405
