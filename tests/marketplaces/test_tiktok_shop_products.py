"""TikTok Shop: products by what changed and by id; sold on TikTok Shop, on Tokopedia, or on both."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses

from marketplaces.content import Page, RemoteProduct
from marketplaces.errors import NotAuthorized, RateLimited, Rejected, Temporary
from tests.marketplaces.tiktok_shop import (
    PRODUCTS,
    SEARCH_PRODUCTS,
    answer,
    body_of,
    connector,
    query_of,
    refusal,
)

AT = datetime.fromtimestamp(1791423918, UTC)
PICTURE = "https://p16-oec-sg.ibyteimg.com/tos-example-i-product/1"


def sku(**fields: Any) -> dict[str, Any]:
    return {
        "id": "12",
        "seller_sku": "CSG-HJU-01",
        "price": {"currency": "IDR", "sale_price": "25000", "tax_exclusive_price": "22500"},
        "inventory": [{"quantity": 4, "warehouse_id": "1"}, {"quantity": 3, "warehouse_id": "2"}],
    } | fields


def row(number: str = "11", **fields: Any) -> dict[str, Any]:
    """As a product is told by itself."""
    return {
        "id": number,
        "title": "Casing lentur",
        "status": "ACTIVATE",
        "create_time": 1791400000,
        "update_time": 1791423918,
        "is_not_for_sale": False,
        "main_images": [{"uri": "1", "urls": [PICTURE], "thumb_urls": [f"{PICTURE}-small"]}],
        "skus": [sku()],
    } | fields


def searched(number: str = "11", **fields: Any) -> dict[str, Any]:
    """As a search tells it: without pictures, its price by another name."""
    price = {"currency": "IDR", "tax_exclusive_price": "24000"}
    return {each: told for each, told in row(number).items() if each != "main_images"} | {
        "skus": [sku(price=price)],
        **fields,
    }


def tell(web: responses.RequestsMock, *rows: dict[str, Any]) -> None:
    for each in rows:
        web.get(f"{PRODUCTS}/{each['id']}", json=answer(each))


def only(web: responses.RequestsMock, **fields: Any) -> RemoteProduct:
    tell(web, row(**fields))
    (product,) = connector().get_products(["11"])
    return product


def listed(
    web: responses.RequestsMock,
    *rows: Any,
    cursor: str | None = None,
    token: Any = "",
    since: datetime | None = None,
) -> Page[RemoteProduct]:
    web.post(SEARCH_PRODUCTS, json=answer({"products": list(rows), "next_page_token": token}))
    return connector().list_products(since, cursor)


# One product


def test_a_product_is_told_with_its_price_its_stock_and_its_picture(web: responses.RequestsMock) -> None:
    assert only(web) == RemoteProduct(
        remote_id="11",
        name="Casing lentur",
        updated_at=AT,
        sku="CSG-HJU-01",
        lowest_price=Decimal(25000),
        highest_price=Decimal(25000),
        stock=7,
        picture_url=PICTURE,
    )


def test_variations_have_several_prices_one_stock_and_no_common_number(web: responses.RequestsMock) -> None:
    dear = sku(price={"currency": "IDR", "sale_price": "31000"}, inventory=[{"quantity": 1}])
    product = only(web, skus=[sku(), dear])
    assert (product.lowest_price, product.highest_price) == (Decimal(25000), Decimal(31000))
    assert (product.stock, product.sku) == (8, "")


@pytest.mark.parametrize("skus", [None, [], [{}], [{"price": "x", "inventory": [{}]}], ["odd"]])
def test_what_is_not_told_is_not_known(web: responses.RequestsMock, skus: Any) -> None:
    product = only(web, skus=skus)
    assert (product.lowest_price, product.highest_price, product.stock) == (None, None, None)
    assert product.currency == "IDR"


@pytest.mark.parametrize("images", [None, [], [{}], [{"urls": []}], [{"urls": [7, "x"]}], ["odd"]])
def test_a_product_without_a_picture(web: responses.RequestsMock, images: Any) -> None:
    assert only(web, main_images=images).picture_url == ""


@pytest.mark.parametrize(
    ("fields", "is_listed"),
    [
        ({"status": "ACTIVATE"}, True),
        ({"status": "SELLER_DEACTIVATED"}, False),
        ({"status": "FREEZE"}, False),
        ({"status": None}, False),
        (
            {
                "status": None,
                "integrated_platform_statuses": [{"platform": "TOKOPEDIA", "status": "ACTIVATE"}],
            },
            True,
        ),
        (
            {
                "status": "FREEZE",
                "integrated_platform_statuses": [{"platform": "TOKOPEDIA", "status": "ACTIVATE"}],
            },
            True,
        ),
        (
            {"status": None, "integrated_platform_statuses": [{"platform": "TOKOPEDIA", "status": "FREEZE"}]},
            False,
        ),
        ({"status": "ACTIVATE", "is_not_for_sale": True}, False),
    ],
)
def test_a_product_is_on_sale_on_either_platform(
    web: responses.RequestsMock, fields: dict[str, Any], is_listed: bool
) -> None:
    assert only(web, **fields).is_listed == is_listed


def test_a_product_without_a_time_of_change_has_that_of_its_making(web: responses.RequestsMock) -> None:
    assert only(web, update_time=None).updated_at == datetime.fromtimestamp(1791400000, UTC)


# By id


def test_products_are_asked_for_one_by_one_and_unknown_ones_left_out(web: responses.RequestsMock) -> None:
    tell(web, row("11"), row("13"))
    web.get(f"{PRODUCTS}/12", json=refusal(12052048, "not in this shop"))
    assert [each.remote_id for each in connector().get_products(["11", "12", "13"])] == ["11", "13"]


def test_what_is_no_id_is_not_asked_for(web: responses.RequestsMock) -> None:
    assert connector().get_products(["", "../orders", "²"]) == ()
    assert not web.calls


def test_an_answer_without_the_product_is_none(web: responses.RequestsMock) -> None:
    web.get(f"{PRODUCTS}/11", json=answer(None))
    assert connector().get_products(["11"]) == ()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (106001, Rejected),
        (36009004, Rejected),
        (105005, NotAuthorized),
        (36009003, Temporary),
        (36009002, RateLimited),
    ],
)
def test_a_refusal_at_the_gate_does_not_mean_that_a_product_is_gone(
    web: responses.RequestsMock, code: int, kind: type[Exception]
) -> None:
    web.get(f"{PRODUCTS}/11", json=refusal(code))
    with pytest.raises(kind):
        connector().get_products(["11"])


# By what changed


def test_all_products_are_searched_and_told_with_their_pictures(web: responses.RequestsMock) -> None:
    tell(web, row("11"), row("12"))
    page = listed(web, searched("11"), searched("12"), token="next==")
    assert ([each.remote_id for each in page.items], page.next) == (["11", "12"], "next==")
    assert all(each.picture_url == PICTURE for each in page.items)
    assert body_of(web.calls[0]) == {"status": "ALL"}
    assert query_of(web.calls[0])["page_size"] == "20"


def test_what_changed_since_is_searched_by_the_time_of_change(web: responses.RequestsMock) -> None:
    assert listed(web, since=AT) == Page((), None)
    assert body_of(web.calls[0]) == {"status": "ALL", "update_time_ge": 1791423918}


def test_a_deleted_product_is_told_by_the_search_alone(web: responses.RequestsMock) -> None:
    (product,) = listed(web, searched(status="DELETED")).items
    assert (product.is_listed, product.picture_url) == (False, "")
    assert (product.lowest_price, product.stock) == (Decimal(24000), 7)
    assert len(web.calls) == 1


def test_a_product_that_is_not_told_by_itself_is_told_by_the_search(web: responses.RequestsMock) -> None:
    web.get(f"{PRODUCTS}/11", json=refusal(12052048))
    (product,) = listed(web, searched()).items
    assert (product.name, product.is_listed) == ("Casing lentur", True)


def test_a_refusal_at_the_gate_stops_the_list(web: responses.RequestsMock) -> None:
    web.get(f"{PRODUCTS}/11", json=refusal(36009002), status=429)
    with pytest.raises(RateLimited):
        listed(web, searched())


def test_the_cursor_goes_back_as_it_came(web: responses.RequestsMock) -> None:
    listed(web, cursor="a+b/c==")
    assert query_of(web.calls[0])["page_token"] == "a+b/c=="


@pytest.mark.parametrize("token", ["", None, "20"])
def test_the_list_ends(web: responses.RequestsMock, token: Any) -> None:
    tell(web, row())
    assert listed(web, searched(), cursor="20", token=token).next is None


def test_a_row_without_id_or_time_is_no_product(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    tell(web, row("13"))
    timeless = searched("12", status="DELETED", create_time=None, update_time=None)
    page = listed(web, searched(""), timeless, None, "odd", searched("13"))
    assert [each.remote_id for each in page.items] == ["13"]
    assert caplog.text.count("without id or time") == 2
