"""The worlds in which states are pictured, in this order. Each goes on from the one before it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import requests

from forstok_chat.embedded import StartError
from forstok_chat.embedded.process import wait_until
from forstok_chat.rig.browser import Browser
from forstok_chat.screens.scene import BEAUTY, ELEKTRONIK, FASHION, GADGET, Scene, World

PATIENCE = 90  # seconds
LOGINS = [("nusantara.gadget", "sandbox"), ("nusantara.fashion", "sandbox"), ("nusantara.seller", "sandbox")]
IMPORTED = "SELECT shop_id FROM conversations_import WHERE state = 'done'"
COPYING = """
    SELECT feed.id FROM marketplaces_feed feed JOIN marketplaces_shop shop ON shop.id = feed.shop_id
    WHERE shop.state = 'active' AND feed.through_at IS NULL
"""
READ = "SELECT 1 FROM conversations_message WHERE text = %s"
DISCONNECT = """
    UPDATE marketplaces_shop SET state = 'disconnected', problem = 'not_authorized'
    WHERE remote_id = %s RETURNING id
"""
HELD = "SELECT id FROM conversations_outgoingmessage WHERE state = 'held'"
OUTGOING = """
    UPDATE conversations_outgoingmessage SET state = %s, attempts = 1, needs_person = %s, readings = %s,
        problem_code = %s, attempted_at = now(), looked_at = now() + interval '20 seconds',
        next_attempt_at = now() + interval '1 day'
    WHERE message_id = (SELECT id FROM conversations_message WHERE text = %s)
"""
# State, whether a person has to decide, how often it was looked for, the marketplace's code.
STUCK = [("Gagal", "failed", False, 0, "user_is_forbidden"), ("Tidak jelas", "uncertain", True, 4, "")]
CLOSE = "UPDATE conversations_conversation SET can_reply = false, lock_code = %s, looked_up_at = now() WHERE id = %s"
TALK = [
    "Halo kak, saya lihat produknya di toko 😊",
    "👍",
    "Ini yang saya maksud: https://shopee.co.id/product/947042923/2302748948 bisa COD?",
    "مرحبا، هل هذا متوفر؟",
    "Kode promonya " + "HEMATSEKALI" * 9,
    "Kalau pesan hari ini,\nkapan sampai di Makassar?",
]


@dataclass(frozen=True)
class Stage:
    name: str
    prepare: Callable[[World, Sequence[Scene]], None]


def first_day(world: World, scenes: Sequence[Scene]) -> None:
    """Nothing is active yet."""


def importing(world: World, scenes: Sequence[Scene]) -> None:
    """A shop's first import that takes its time."""
    world.sandbox.post(
        "faults", marketplace=GADGET[0], endpoint="get_message", kind="slow", seconds=8, count=99
    )
    Browser(world.stack.url).activate(world.shop(GADGET), LOGINS[:1])


def usual(world: World, scenes: Sequence[Scene]) -> None:
    """Four shops are active, buyers have said something of each kind, some were answered."""
    world.sandbox.post("faults", marketplace=GADGET[0], endpoint="get_message", kind="slow", count=0)
    browser = Browser(world.stack.url)
    for shop, logins in ((FASHION, LOGINS[1:2]), (ELEKTRONIK, []), (BEAUTY, LOGINS[2:])):
        browser.activate(world.shop(shop), logins)
    wait(lambda: len(world.rows(IMPORTED)) >= 4, "the first imports do not end")
    wait(lambda: not world.rows(COPYING), "the catalogues are not copied")
    for kind in ("image", "image_with_text", "video", "sticker", "voucher"):
        world.say(GADGET, "Dewi Lestari", kind, "jempol" if kind == "sticker" else "")
    world.notes["orders"] = say_cards(world)
    for text in TALK:
        world.say(GADGET, "Rina Permata", text=text)
        time.sleep(1.1)  # within a second Shopee knows no order
    wait(lambda: bool(world.rows(READ, TALK[-1])), "what buyers said does not arrive")
    browser.reply(world.room(GADGET, "Rina Permata"), str(uuid.uuid4()), "Bisa kak, hari ini dikirim 🙏")
    world.rows(CLOSE + " RETURNING id", "", world.room(BEAUTY))


def say_cards(world: World) -> str:
    """A buyer with orders sends a product and an order; their name."""
    for number in world.sandbox.rooms(*GADGET[:2]):
        try:
            world.say(GADGET, number, "order")
        except requests.HTTPError:  # has no order in this shop
            continue
        world.say(GADGET, number, "item")
        rooms = world.sandbox.get("rooms", marketplace=GADGET[0], shop=GADGET[1])["rooms"]
        return next(str(room["buyer_name"]) for room in rooms if str(room["buyer"]) == number)
    raise StartError("No buyer of the sandbox has an order.")


def queued(world: World, scenes: Sequence[Scene]) -> None:
    """Nobody sends, and nobody looks for what was not sent: each state of a reply stays as it is."""
    halt(world, "sender", "second sender", "beat", "worker", "second worker", "slow")
    browser = Browser(world.stack.url)
    for room in (world.room(ELEKTRONIK), world.room(GADGET, "Rina Permata")):
        for text in ("Gagal", "Tidak jelas", "Menunggu", "Menunggu juga"):
            browser.reply(room, str(uuid.uuid4()), f"{text}: stok masih ada kak ({room[:4]})")
        for text, *how in STUCK:
            world.rows(OUTGOING + " RETURNING id", *how, f"{text}: stok masih ada kak ({room[:4]})")


def disconnected(world: World, scenes: Sequence[Scene]) -> None:
    """A marketplace has ended its consent while replies waited."""
    Browser(world.stack.url).reply(world.room(FASHION), str(uuid.uuid4()), "Siap kak, kami cek dulu ya")
    resume(world, "worker", "second worker", "beat")
    world.rows(DISCONNECT, FASHION[1])
    wait(lambda: bool(world.rows(HELD)), "what waits is not held")


def away(world: World, scenes: Sequence[Scene]) -> None:
    """The server is gone while the inbox is open."""
    for scene in scenes:
        scene.inbox()
    halt(world, "web")
    time.sleep(4)  # short interruptions are not worth a word


def wait(is_so: Callable[[], bool], problem: str) -> None:
    if not wait_until(is_so, PATIENCE, pause=0.5):
        raise StartError(f"{problem} (after {PATIENCE} seconds)")


def halt(world: World, *names: str) -> None:
    for name in set(names) & set(world.stack.processes):
        world.stack.processes[name].stop()


def resume(world: World, *names: str) -> None:
    for name in set(names) & set(world.stack.processes):
        world.stack.processes[name].start()


BEFORE = Stage("the first day", first_day)
IMPORTING = Stage("an import runs", importing)
USUAL = Stage("a day at work", usual)
QUEUED = Stage("nothing goes out", queued)
DISCONNECTED = Stage("a shop is disconnected", disconnected)
AWAY = Stage("the server is gone", away)
STAGES = (BEFORE, IMPORTING, USUAL, QUEUED, DISCONNECTED, AWAY)
