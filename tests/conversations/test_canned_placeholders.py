"""What stands for something of the conversation in a canned reply."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from conversations.canned.placeholders import EXPLAINED, NAMES, check_filled, check_known, fill, unfilled
from conversations.canned.values import values_of
from marketplaces.content import Kind
from marketplaces.models import Shop
from marketplaces.orders import store
from tests.factories import make_conversation, remote, said
from tests.goods import an_order

VALUES = {"buyer": "Rina", "tracking": "JX1"}


@pytest.mark.parametrize("written", ["{pembeli}", "{buyer}", "{ Pembeli }", "{BUYER}"])
def test_a_placeholder_has_an_indonesian_and_an_english_name_in_any_case(written: str) -> None:
    assert fill(f"Halo {written}!", VALUES) == "Halo Rina!"


def test_what_is_not_known_stays_to_be_seen() -> None:
    filled = fill("Stok {produk}: {stok}, resi {resi}", VALUES)
    assert filled == "Stok {produk}: {stok}, resi JX1"
    assert unfilled(filled) == ["{produk}", "{stok}"]


def test_other_braces_are_left_alone() -> None:
    assert fill("{nama} {} {{", VALUES) == "{nama} {} {{"
    assert unfilled("{nama} {}") == []


def test_a_value_with_a_placeholder_in_it_is_not_filled_again() -> None:
    assert fill("{buyer}", {"buyer": "{resi}", "tracking": "JX1"}) == "{resi}"


def test_what_is_left_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match=r"\{resi\}"):
        check_filled("Resi {resi}")
    check_filled("Resi JX1")


def test_a_slip_of_the_pen_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValidationError, match=r"\{pembelii\}"):
        check_known("Halo {pembelii}")
    check_known("Halo {pembeli}")


def test_what_is_explained_to_sellers_are_names_of_different_things() -> None:
    assert {NAMES[name] for name in EXPLAINED} == set(NAMES.values())


@pytest.mark.django_db
def test_the_values_are_of_the_newest_order_and_the_product_asked_about_last(shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    buyer = conversation.buyer_id
    newest = an_order("INV2", days_ago=1, buyer_id=buyer, tracking="JX2")
    store(shop, [an_order("INV1", days_ago=3, buyer_id=buyer, tracking="JX1"), newest])
    store(shop, [an_order("INV3", days_ago=0, buyer_id="somebody-else", tracking="JX3")])
    for number, name, stock in (("901", "Kaos polos", 5), ("902", "Kaos garis", 0)):
        shop.products.create(remote_id=number, name=name, stock=stock)
        ask_about(conversation.shop, number)
    assert values_of(conversation) == {
        "buyer": "rina",
        "shop": "Toko Uji",
        "order": "INV2",
        "tracking": "JX2",
        "product": "Kaos garis",
        "stock": "0",
    }


@pytest.mark.django_db
def test_without_order_and_product_they_are_not_known(shop: Shop) -> None:
    values = values_of(make_conversation(shop, "halo"))
    assert {name for name, value in values.items() if not value} == {"order", "tracking", "product", "stock"}


def ask_about(shop: Shop, product: str) -> None:
    from dataclasses import replace

    from conversations.ingest import ingest
    from conversations.models import Message

    bubble: Any = replace(said("", kind=Kind.PRODUCT), payload={"product": product})
    ingest(shop, remote("rina"), [bubble], Message.Source.READING)
