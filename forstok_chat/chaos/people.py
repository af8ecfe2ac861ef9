"""Buyers who write, agents who answer, and one who tries again what was not sent. Threads; nobody gives up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Lock, Thread
from uuid import UUID

import psycopg
import requests

from forstok_chat.chaos.ours import Ours
from forstok_chat.chaos.plan import Place, Words
from forstok_chat.rig.browser import Browser, NotDone
from forstok_chat.rig.sandbox import Sandbox

PAUSE = 0.5  # seconds between two tries
GLANCE = 2.0  # seconds between two looks at what was not sent
# A person: a name and a password at a marketplace's login.
Logins = Mapping[tuple[str, str], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Reply:
    """A reply that the product has taken over."""

    client_id: str
    words: Words


@dataclass
class Notes:
    """What people have done and seen, for the report."""

    replies: list[Reply] = field(default_factory=list)  # in each room in the order in which they were written
    said: int = 0
    tried_again: Counter[str] = field(default_factory=Counter)  # client id -> times
    reasons: Counter[str] = field(default_factory=Counter)  # why those were not sent
    reconnected: Counter[str] = field(default_factory=Counter)  # shop -> times
    clicks_again: int = 0  # answers that got lost between the product and a browser
    lock: Lock = field(default_factory=Lock)


class Person(Thread):
    """Does one thing after the other, each at its time, until `stop` is set."""

    def __init__(self, name: str, began: float, stop: Event) -> None:
        super().__init__(name=name, daemon=True)
        self.began = began
        self.stop = stop
        self.problem: Exception | None = None

    def run(self) -> None:
        try:
            self.act()
        except Exception as error:
            self.problem = error

    def act(self) -> None:
        raise NotImplementedError

    def wait_for(self, words: Words) -> bool:
        """False when all is over."""
        return not self.stop.wait(max(0.0, self.began + words.at - time.monotonic()))


class Buyers(Person):
    """All buyers, and whoever sits in the seller centre."""

    def __init__(
        self, began: float, stop: Event, sandbox_url: str, words: Sequence[Words], notes: Notes
    ) -> None:
        super().__init__("buyers", began, stop)
        self.sandbox, self.words, self.notes = Sandbox(sandbox_url), words, notes

    def act(self) -> None:
        for words in self.words:
            if not self.wait_for(words):
                return
            place = words.place
            self.sandbox.post(
                "messages",
                marketplace=place.market,
                shop=place.shop,
                buyer=place.buyer,
                kind=words.kind,
                text=words.text,
                sent_by=words.sent_by,
            )
            self.notes.said += 1


class Agent(Person):
    """Answers in some rooms. What the browser gets no answer to is sent again, with the same client id."""

    def __init__(
        self,
        number: int,
        began: float,
        stop: Event,
        browser: Browser,
        rooms: Mapping[Place, str],
        words: Sequence[Words],
        notes: Notes,
        rng: Random,
    ) -> None:
        super().__init__(f"agent {number}", began, stop)
        self.browser, self.rooms, self.words, self.notes, self.rng = browser, rooms, words, notes, rng

    def act(self) -> None:
        for words in self.words:
            if not self.wait_for(words):
                return
            client_id = str(UUID(int=self.rng.getrandbits(128), version=4))
            while not self.is_taken(words, client_id):
                self.notes.clicks_again += 1
                time.sleep(PAUSE)
            with self.notes.lock:
                self.notes.replies.append(Reply(client_id, words))

    def is_taken(self, words: Words, client_id: str) -> bool:
        try:
            return self.browser.reply(self.rooms[words.place], client_id, words.text)
        except requests.RequestException:
            return False


class Helper(Person):
    """Does what the product asks a person for: tries again what was told as not sent, activates again a shop whose
    connection was told as ended."""

    def __init__(
        self, began: float, stop: Event, browser: Browser, ours: Ours, logins: Logins, notes: Notes
    ) -> None:
        super().__init__("helper", began, stop)
        self.browser, self.ours, self.logins, self.notes = browser, ours, logins, notes

    def act(self) -> None:
        while not self.stop.wait(GLANCE):
            try:
                self.reconnect()
                self.try_again()
            except (psycopg.Error, requests.RequestException, NotDone):
                continue  # something is down; the next look comes soon

    def reconnect(self) -> None:
        for shop in self.ours.shops():
            if shop.state == "disconnected":
                self.browser.activate(shop.id, self.logins[shop.market, shop.remote_id])
                self.notes.reconnected[f"{shop.market} {shop.remote_id}: {shop.problem}"] += 1

    def try_again(self) -> None:
        for client_id, reason in self.ours.failed():
            self.browser.try_again(client_id)
            self.notes.tried_again[client_id] += 1
            self.notes.reasons[reason] += 1
