"""200 replies in ten shops that share a limit of five calls a second: how many of the calls that the limit allowed
from the first to the last were made. Two senders of two processes each, real web, the sandbox as the judge."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg.types.json import Json

from forstok_chat.bench.figures import Figure
from forstok_chat.embedded import StartError
from forstok_chat.embedded.process import wait_until
from forstok_chat.rig.browser import Browser
from forstok_chat.rig.sandbox import Sandbox
from forstok_chat.rig.stage import Crowded

SHOPS, ROOMS, REPLIES = 10, 4, 5  # rooms of each shop, replies in each room
RATE, BURST = 5, 5  # calls a second, and at once
MARKET, SEND = "tokopedia", "reply"
BROWSERS = 4
LEAST = 0.95

PUT_SHOP = """
    INSERT INTO marketplaces_shop SELECT (json_populate_record(shop, %(given)s::json)).*
    FROM marketplaces_shop shop WHERE marketplace = %(market)s ORDER BY id LIMIT 1
    ON CONFLICT DO NOTHING
"""
ROOMS_OF = """
    SELECT conversation.id::text, shop.remote_id, conversation.buyer_id FROM conversations_conversation conversation
    JOIN marketplaces_shop shop ON shop.id = conversation.shop_id WHERE shop.marketplace = %s
    ORDER BY conversation.id
"""


def measure(stack: Crowded) -> Figure:
    sandbox = Sandbox(stack.sandbox_url)
    sandbox.post("reset", shops=SHOPS, conversations=ROOMS, bubbles=2)
    browsers = [Browser(stack.url) for _ in range(BROWSERS)]
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        for shop in put_shops(connection, sandbox):
            browsers[0].activate(shop, [])
        rooms = imported(connection)
        time.sleep(3)  # what the imports still had to call
        sandbox.post("limits", marketplace=MARKET, endpoint=SEND, rate=RATE, burst=BURST)
        began = time.monotonic()
        with ThreadPoolExecutor(BROWSERS) as pool:
            list(pool.map(write, browsers, [rooms[number::BROWSERS] for number in range(BROWSERS)]))
        written_in = time.monotonic() - began
        if not wait_until(lambda: waiting(connection) == 0, 180, pause=0.5):
            raise StartError(f"{waiting(connection)} replies are still in the queue.")
    arrived = sorted(
        said.at
        for _id, shop, buyer in rooms
        for said in sandbox.talk(MARKET, shop, buyer)
        if said.sent_by == "shop" and said.text.startswith("balasan ")
    )
    seconds = arrived[-1] - arrived[0]
    return Figure(
        name="send queue, share of the limit",
        unit="replies",
        measured=len(arrived),
        floor=BURST + RATE * seconds,
        least=LEAST,
        spoiled={
            "429s": sandbox.too_many(MARKET).get(SEND, 0),
            "missing": SHOPS * ROOMS * REPLIES - len(arrived),
        },
        notes={"seconds": seconds, "written in": written_in},
    )


def put_shops(connection: psycopg.Connection, sandbox: Sandbox) -> list[str]:
    """All shops of the sandbox's world at this marketplace, waiting to be activated: our ids."""
    numbers = [str(shop["id"]) for shop in sandbox.get("world")["shops"] if shop["marketplace"] == MARKET]
    for number in numbers:
        given = Json({"id": str(uuid.uuid4()), "remote_id": number, "name": f"Toko {number}"})
        connection.execute(PUT_SHOP, {"given": given, "market": MARKET})
    found = connection.execute(
        "SELECT id::text FROM marketplaces_shop WHERE marketplace = %s AND remote_id = ANY(%s)",
        [MARKET, numbers],
    )
    return [row[0] for row in found]


def imported(connection: psycopg.Connection) -> list[tuple[str, str, str]]:
    """(conversation, shop, buyer) of every room, once all are here."""
    if not wait_until(
        lambda: len(connection.execute(ROOMS_OF, [MARKET]).fetchall()) == SHOPS * ROOMS, 120, pause=1
    ):
        raise StartError("The first imports do not end.")
    return [(row[0], row[1], row[2]) for row in connection.execute(ROOMS_OF, [MARKET])]


def write(browser: Browser, rooms: Sequence[tuple[str, str, str]]) -> None:
    for number in range(REPLIES):
        for conversation, _shop, buyer in rooms:
            browser.reply(conversation, str(uuid.uuid4()), f"balasan {number} untuk {buyer}")


def waiting(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM conversations_outgoingmessage WHERE state <> 'sent'"
    ).fetchone()
    return int(row[0]) if row else 0
