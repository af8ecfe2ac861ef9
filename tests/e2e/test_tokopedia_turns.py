"""Thirty replies at once in three shops, of which the marketplace takes one a second for all of them together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import pytest

from forstok_chat.launch.supervisor import Stack
from tests.e2e.agent import Agent
from tests.e2e.conftest import running
from tests.e2e.sandbox import Sandbox

SHOPS = ("479979", "479980", "479981")
ROOMS, REPLIES = 3, 10  # of each shop
PUT = """
from forstok_chat.accounts.models import Seller
from marketplaces.models import Shop
for number in {shops}:
    shop, _is_new = Shop.objects.get_or_create(
        marketplace="tokopedia", remote_id=number, defaults=dict(seller=Seller.objects.get(), name="Toko " + number))
    print("shop", number, shop.pk)
"""


@dataclass
class Reply:
    shop: str
    buyer: str
    text: str
    client_id: str
    told_at: float = 0  # when the agent looked at its bubble, in seconds since 1970
    seconds_told: int = 0

    @property
    def expected_at(self) -> float:
        return self.told_at + self.seconds_told


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, whose sandbox has three shops that all have agreed."""
    with running(tmp_path_factory.mktemp("busy"), database="e2e_busy", redis_number=6) as stack:
        Sandbox(stack.sandbox_url).post("reset", shops=3, conversations=6, bubbles=4)
        yield stack


def put_shops(stack: Stack) -> dict[str, str]:
    """The marketplace's number -> our id."""
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", PUT.format(shops=SHOPS)]
    env = {name: str(value) for name, value in stack.env.items()}
    told = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    lines = [line.split() for line in told.splitlines() if line.startswith("shop ")]
    return {number: pk for _word, number, pk in lines}


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.3)


@pytest.fixture(scope="module")
def agent(busy: Stack) -> Agent:
    return Agent(busy)


@pytest.fixture(scope="module")
def replies(busy: Stack, agent: Agent) -> list[Reply]:
    """All in the queue, and what each bubble said right then of how long it waits."""
    rooms: dict[str, dict[str, str]] = {}
    for number, shop in put_shops(busy).items():
        agent.post(f"/shops/{shop}/activation/")
        agent.get("/chat/", shop=shop)
        wait_until(lambda shop=shop: len(agent.rooms(shop)) == 6, 60)  # type: ignore[misc]
        rooms[number] = dict(list(agent.rooms(shop).items())[:ROOMS])
    time.sleep(3)  # the imports have ended
    Sandbox(busy.sandbox_url).post("limits", marketplace="tokopedia", endpoint="reply", rate=1, burst=1)
    queued = []
    for number in range(REPLIES):
        for shop, found in rooms.items():
            buyer, conversation = list(found.items())[number % ROOMS]
            text = f"balasan {number} untuk {buyer}"
            queued.append(Reply(shop, buyer, text, agent.reply(conversation, text)))
    for reply in queued:
        reply.told_at, reply.seconds_told = time.time(), agent.seconds_told(reply.client_id)
    wait_until(lambda: all(agent.state(reply.client_id) == "sent" for reply in queued), 90)
    return queued


@pytest.fixture(scope="module")
def arrived(busy: Stack, replies: list[Reply]) -> list[tuple[float, Reply]]:
    """The marketplace's truth: when each came, oldest first."""
    sandbox = Sandbox(busy.sandbox_url)
    by_text = {(reply.shop, reply.text): reply for reply in replies}
    found = [
        (said["at"], by_text[shop, said["text"]])
        for shop, buyer in sorted({(reply.shop, reply.buyer) for reply in replies})
        for said in sandbox.room("tokopedia", shop, buyer)
        if said["sent_by"] == "shop"
    ]
    return sorted(found, key=lambda each: each[0])


def test_all_arrive_once_and_in_order_in_each_room(
    replies: list[Reply], arrived: list[tuple[float, Reply]]
) -> None:
    assert len(arrived) == len(replies) == len(SHOPS) * REPLIES
    for place in {(reply.shop, reply.buyer) for reply in replies}:
        written = [reply.text for reply in replies if (reply.shop, reply.buyer) == place]
        assert [reply.text for _at, reply in arrived if (reply.shop, reply.buyer) == place] == written


def test_the_limit_is_used_and_never_met(busy: Stack, arrived: list[tuple[float, Reply]]) -> None:
    sandbox = Sandbox(busy.sandbox_url)
    assert sandbox.calls("tokopedia", "reply") == len(SHOPS) * REPLIES
    assert sandbox.too_many("tokopedia") == {}
    assert arrived[-1][0] - arrived[0][0] < len(arrived) * 1.25


def test_the_shops_take_turns(arrived: list[tuple[float, Reply]]) -> None:
    """While each has something to say, none goes twice before the others."""
    order = [reply.shop for _at, reply in arrived]
    longest = max(len(list(turn)) for _shop, turn in groupby(order))
    assert longest <= 2
    for start in range(3, len(order) - 3, 3):
        assert set(order[start - 1 : start + 3]) == set(SHOPS)


def test_the_waiting_time_that_was_shown_was_right(arrived: list[tuple[float, Reply]]) -> None:
    waited = [(at, reply) for at, reply in arrived if at > reply.told_at and reply.seconds_told]
    assert len(waited) > 20
    assert [round(at - reply.expected_at, 1) for at, reply in waited if abs(at - reply.expected_at) > 3] == []
