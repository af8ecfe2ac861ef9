"""PyPI mcp-shopee-seller 0.5.0: the tools it offers for shops, chat, orders and products, called as an agent would.

Its own fault, tested around: the tool list_conversations names an argument in a way that the mcp library no longer
passes on, so its function is called itself.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
import requests
from conftest import GADGET, PARTNER_ID, PARTNER_KEY, Sandbox

DAY = 86400
PRODUCT = 9112503532
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One for all calls: the library keeps its connections."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="module")
def redirect() -> str:
    """Where the library listens for the seller to come back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/callback"


@pytest.fixture(scope="module")
def ask(
    sandbox: Sandbox,
    loop: asyncio.AbstractEventLoop,
    redirect: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Ask:
    """A tool's name and its arguments -> its JSON, or its words when it has no JSON to show."""
    folder = tmp_path_factory.mktemp("mcp")
    os.environ |= {
        "SHOPEE_HOST": sandbox.host,
        "SHOPEE_PARTNER_ID": str(PARTNER_ID),
        "SHOPEE_PARTNER_KEY": PARTNER_KEY,
        "SHOPEE_REDIRECT_URL": redirect,
        "SHOPEE_AUTH_PORT": str(urlsplit(redirect).port),
        "SHOPEE_TOKEN_FILE": str(folder / "tokens.json"),
        "SHOPEE_ADS_TOKEN_FILE": str(folder / "ads.json"),
    }
    from shopee_mcp.server import mcp  # it reads the environment as it is imported

    async def words_of(tool: str, arguments: dict[str, Any]) -> str:
        if tool == "list_conversations":
            return await mcp._tool_manager.get_tool(tool).fn(**arguments)
        content, _ = await mcp.call_tool(tool, arguments)
        return content[0].text

    def call(tool: str, **arguments: Any) -> Any:
        words = loop.run_until_complete(words_of(tool, arguments))
        return json.loads(words) if words.startswith(("{", "[")) else words

    return call


@pytest.fixture(scope="module")
def connected(sandbox: Sandbox, ask: Ask) -> Ask:
    """With the shop's tokens."""
    with patch("webbrowser.open", return_value=False):
        link = ask("connect_shop")["auth_url"]
    assert ask("connect_status")["status"] == "aguardando_autorizacao"
    requests.get(sandbox.consent(link), timeout=10)
    assert ask("connect_status")["shop_id"] == GADGET
    return ask


def test_the_shop_is_connected(connected: Ask, sandbox: Sandbox) -> None:
    status = connected("shopee_status")
    assert (status["modo"], status["host"], status["pronto"]) == ("local", sandbox.host, True)
    assert connected("list_authorized_shops")["lojas_autorizadas"] == [GADGET]


def test_a_pasted_address_connects_too_and_a_spent_code_does_not(connected: Ask, sandbox: Sandbox) -> None:
    with patch("webbrowser.open", return_value=False):
        link = connected("connect_shop")["auth_url"]
    back = sandbox.consent(link)
    assert connected("disconnect_shop", shop_id=GADGET)["status"] == "desconectada"
    assert connected("connect_shop_manual", redirect_url_or_code=back)["status"] == "conectada"
    again = connected("connect_shop_manual", redirect_url_or_code=back)
    assert again.startswith("Erro: Shopee retornou erro 'invalid_code'")


def test_an_old_token_is_refreshed_on_the_way(connected: Ask) -> None:
    from shopee_mcp.server import get_client

    tokens = get_client()._store[GADGET]
    before, tokens.expires_at = tokens.refresh_token, 0
    assert connected("shopee_api_call", path="/api/v2/shop/get_shop_info")["shop_name"]
    after = get_client()._store[GADGET]
    assert (after.refresh_token != before, after.expires_at > time.time() + 14_000) == (True, True)


def test_chats_are_listed_read_and_answered(connected: Ask, sandbox: Sandbox) -> None:
    said = sandbox.buyer_says("Pembeli MCP", "Kak, ready?")
    page = connected("list_conversations", direction="older", type_filter="unread", page_size=25)
    assert page["conversations"][0]["conversation_id"] == said["conversation"]
    messages = connected("get_messages", conversation_id=int(said["conversation"]))["messages"]
    assert messages[0]["content"] == {"text": "Kak, ready?"}
    sent = connected("send_message", to_id=said["buyer"], text="Ready kak")
    assert sandbox.truth(said["buyer"])[-1]["id"] == sent["message_id"]


def test_its_own_order_of_chats_begins_with_the_oldest(connected: Ask) -> None:
    """Its default, direction `latest` without a cursor, is Shopee's trap."""
    rows = connected("list_conversations")["conversations"]
    times = [row["last_message_timestamp"] for row in rows]
    assert times == sorted(times)
    assert len(times) > 1


def test_more_than_25_chats_a_page_are_none(connected: Ask) -> None:
    assert connected("list_conversations", direction="older", page_size=50)["conversations"] == []


def test_a_stranger_cannot_be_written_to(connected: Ask) -> None:
    answer = connected("send_message", to_id=61_999_999, text="Halo")
    assert answer.startswith("Erro: Shopee retornou erro 'first_chat_without_order_info'")


def test_orders_are_listed_and_detailed(connected: Ask, sandbox: Sandbox) -> None:
    order = sandbox.orders("Pembeli MCP")
    now = int(time.time())
    query = {"time_from": now - 14 * DAY, "time_to": now + 60, "order_status": "READY_TO_SHIP"}
    page = connected("list_orders", page_size=100, **query)
    assert order["id"] in {row["order_sn"] for row in page["order_list"]}
    detail = connected("get_order_details", order_sn_list=[order["id"]])["order_list"][0]
    assert (detail["total_amount"], detail["package_list"] != []) == (order["total"], True)


def test_products_are_listed_detailed_and_changed(connected: Ask) -> None:
    page = connected("list_products", item_status="UNLIST", page_size=5)
    assert {row["item_status"] for row in page["item"]} == {"UNLIST"}
    assert connected("update_price", item_id=PRODUCT, price=42_000.0)["failure_list"] == []
    assert connected("update_stock", item_id=PRODUCT, stock=9)["success_list"][0]["stock"] == 9
    row = connected("get_product_details", item_id_list=[PRODUCT])["item_list"][0]
    assert row["price_info"][0]["current_price"] == 42_000
    assert row["stock_info_v2"]["summary_info"]["total_available_stock"] == 9


def test_a_product_is_made_with_a_picture_and_taken_off(connected: Ask, sandbox: Sandbox) -> None:
    picture = connected("upload_product_image", image_source=f"{sandbox.host}/file/tile-30-GU.png")
    category = connected("search_categories", keyword="lain")["categorias_folha"][0]["category_id"]
    assert connected("get_category_requirements", category_id=category)["atributos_obrigatorios"] == []
    made = connected(
        "create_product",
        name="Gelas Uji MCP",
        description="Sebuah gelas",
        price=15_000.0,
        stock=4,
        weight_kg=0.3,
        category_id=category,
        image_ids=[picture["image_id"]],
    )
    item_id = made["item_id"]
    assert connected("update_product", item_id=item_id, name="Gelas Lain")["status"] == "atualizado"
    assert connected("set_product_status", item_id=item_id, unlist=True)["status"] == "despublicado"
    row = connected("get_product_details", item_id_list=[item_id])["item_list"][0]
    assert (row["item_name"], row["item_status"]) == ("Gelas Lain", "UNLIST")
    shown = requests.get(row["image"]["image_url_list"][0], timeout=10)
    assert shown.headers["content-type"] == "image/png"


def test_its_reports_walk_through_all_products_and_orders(connected: Ask) -> None:
    unsold = connected("get_unsold_products_report", days_back=30)
    assert unsold["total_orders_in_period"] > 5
    assert 0 < unsold["total_unsold_products"] < unsold["total_active_products"]
    assert "Erro" not in str(connected("get_sales_performance_report", days_back=30))
