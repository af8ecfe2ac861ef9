"""Support staff among the raw pushes: find, read without secrets, process again."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations.models import Message, Push
from conversations.tasks import process_push
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.conversations.test_webhooks import deliver_push, push_of
from tests.factories import SHOPEE_KEYS, make_app, make_shop

pytestmark = pytest.mark.django_db
LIST = reverse("admin:conversations_push_changelist")


@pytest.fixture
def support() -> Client:
    return signed_in(User.objects.create_superuser("support@example.test", "a-good-password", name="Support"))


def pushed(client: Client, shop: Shop, number: int) -> Push:
    deliver_push(client, push_of(shop, f"pesan {number}", f"23027489484931239{number:02}"))
    push = Push.objects.order_by("-pk")[0]
    process_push(push.pk)
    return push


def rows(response: Any) -> list[int]:
    return [push.pk for push in response.context["cl"].result_list]


def replay(browser: Client, *pushes: Push, action: str = "replay") -> str:
    chosen = {"action": action, "_selected_action": [push.pk for push in pushes], "index": 0}
    return browser.post(LIST, chosen, follow=True).content.decode()


# The list


def test_the_list_asks_as_much_of_the_database_for_thirty_as_for_three(
    support: Client, client: Client, seller: Seller, nudges: list[Any]
) -> None:
    counts = []
    for many in (3, 27):
        for number in range(many):
            pushed(client, make_shop(seller, name=f"Toko {number}"), number)
        with CaptureQueriesContext(connection) as asked:
            assert support.get(LIST).status_code == 200
        counts.append(len(asked))
    assert len(rows(support.get(LIST))) == 30
    assert counts[0] == counts[1] < 15


def test_it_is_narrowed_by_state_marketplace_shop_and_time(
    support: Client, client: Client, seller: Seller, shop: Shop, nudges: list[Any]
) -> None:
    other = make_shop(seller, name="Kedua")
    first, second = pushed(client, shop, 1), pushed(client, other, 2)
    failed = Push.objects.create(app=make_app("tokopedia"), body=b"{}", state=Push.State.FAILED)
    Push.objects.filter(pk=first.pk).update(received_at=timezone.now() - timedelta(days=3))
    found = {
        "state__exact=failed": [failed],
        "state__exact=done": [second, first],
        "marketplace=tokopedia": [failed],
        f"shop={other.pk}": [second],
        "shop=nonsense": [],
        urlencode({"received_at__lt": timezone.now() - timedelta(days=1)}): [first],
    }
    for query, expected in found.items():
        assert rows(support.get(f"{LIST}?{query}")) == [push.pk for push in expected], query


@pytest.mark.parametrize(
    "term",
    ["2302748948493123901", "709122092476686867", "9030505", "{shop}", " 2302748948493123901 ", "toko satu"],
)
def test_it_is_found_by_any_id_that_it_names_or_by_its_shop(
    support: Client, client: Client, seller: Seller, nudges: list[Any], term: str
) -> None:
    push = pushed(client, make_shop(seller, name="Toko Satu"), 1)
    Push.objects.create(app=make_app(), body=b"{}", mentions=["other"])
    assert push.shop is None
    push.refresh_from_db()
    assert push.shop is not None
    assert rows(support.get(LIST, {"q": term.format(shop=push.shop.remote_id)})) == [push.pk]


def test_a_part_of_an_id_finds_nothing(
    support: Client, client: Client, shop: Shop, nudges: list[Any]
) -> None:
    pushed(client, shop, 1)
    assert rows(support.get(LIST, {"q": "23027489484931239"})) == []


# One of them


def test_its_page_shows_the_body_without_secrets(support: Client, shop: Shop) -> None:
    told = {
        "code": 10,
        "text": "harga kak? 🙏",
        "data": {"access_token": "t-0123456789", "sign": "abc", "shop_cipher": "GCP_x"},
        "link": "https://x.test/a?sign=9f8e7d&item=5",
        "echo": f"key {SHOPEE_KEYS['partner_key']} and access-token",
    }
    push = Push.objects.create(app=make_app(), body=json.dumps(told).encode(), shop=shop)
    page = support.get(reverse("admin:conversations_push_change", args=[push.pk])).content.decode()
    body = re.search(r"<pre>(.*?)</pre>", page, re.DOTALL)
    assert body is not None
    assert "harga kak? 🙏" in body[1]
    assert "&quot;code&quot;: 10" in body[1]
    assert "item=5" in body[1]
    for secret in ("t-0123456789", "abc", "GCP_x", "9f8e7d", SHOPEE_KEYS["partner_key"], "access-token"):
        assert secret not in body[1], secret


def test_what_is_no_json_is_shown_as_it_is_and_does_no_harm(support: Client, shop: Shop) -> None:
    push = Push.objects.create(app=make_app(), body=b"<script>alert(1)</script>\xff secret=1")
    page = support.get(reverse("admin:conversations_push_change", args=[push.pk])).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_nothing_of_it_can_be_edited_added_or_deleted(support: Client, shop: Shop) -> None:
    push = Push.objects.create(app=make_app(), body=b"{}", state=Push.State.FAILED)
    page = reverse("admin:conversations_push_change", args=[push.pk])
    assert support.post(page, {"state": "done"}).status_code == 403
    assert support.get(reverse("admin:conversations_push_add")).status_code == 403
    assert (
        support.post(reverse("admin:conversations_push_delete", args=[push.pk]), {"post": "yes"}).status_code
        == 403
    )
    replay(support, push, action="delete_selected")
    assert Push.objects.get().state == "failed"


# Processing again


def test_one_or_many_are_processed_again_and_nothing_comes_twice(
    support: Client, client: Client, shop: Shop, nudges: list[Any]
) -> None:
    pushes = [pushed(client, shop, number) for number in range(3)]
    nudges.clear()
    assert "3 push diproses lagi" in replay(support, *pushes)
    assert [task for task in nudges if task[0] == "process_push"] == [
        ("process_push", (push.pk,)) for push in reversed(pushes)
    ]
    for _time in range(2):
        for push in pushes:
            process_push(push.pk)
    assert set(Push.objects.values_list("state", flat=True)) == {"done"}
    assert Message.objects.count() == 3
    assert LogEntry.objects.count() == 3, "who did it can be told"


def test_its_page_has_a_button_for_that(
    support: Client, client: Client, shop: Shop, nudges: list[Any]
) -> None:
    push = pushed(client, shop, 1)
    page = support.get(reverse("admin:conversations_push_change", args=[push.pk])).content.decode()
    assert f'name="_selected_action" value="{push.pk}"' in page
    assert 'name="action" value="replay"' in page
    replay(support, push)
    push.refresh_from_db()
    assert push.state == "received"


def test_who_may_only_look_cannot_process_again(client: Client, shop: Shop, nudges: list[Any]) -> None:
    push = pushed(client, shop, 1)
    reader = User.objects.create_user("reader@example.test", "a-good-password", name="Reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_push"))
    browser = signed_in(reader)
    page = browser.get(reverse("admin:conversations_push_change", args=[push.pk])).content.decode()
    assert 'value="replay"' not in page
    replay(browser, push)
    push.refresh_from_db()
    assert push.state == "done"


def test_a_seller_has_no_business_here(owner_client: Client) -> None:
    assert owner_client.get(LIST).status_code == 302
