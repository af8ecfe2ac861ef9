"""What is said and what breaks, when: all of it follows from the seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from forstok_chat.chaos.markets import Market

# As the sandbox knows them (/control/faults, /control/push).
FAULTS = (
    "error_before",
    "error_after",
    "timeout_before",
    "timeout_after",
    "reset_after",
    "rate_limit",
    "refuse",
    "garbage",
    "slow",
)
PUSH_MODES = ("off", "lost", "duplicate", "reorder", "delay", "bad_signature", "odd", "normal")
# How often each is done to our own processes and servers.
BLOWS = {
    "kill_task": 9,
    "kill_worker": 4,
    "kill_worker_alone": 3,
    "kill_slow_worker": 2,
    "kill_beat": 1,
    "restart_web": 2,
    "kill_web": 1,
    "flush_redis": 3,
    "restart_redis": 1,
    "kill_redis": 1,
    "restart_postgres": 1,
    "kill_postgres": 1,
}
# While a call is held up so, whoever makes it is killed: before the marketplace has the reply, when it has it, and
# where it takes it though nobody waits for the answer any more.
HELD_UP = ("timeout_before", "timeout_after", "slow")
IN_THE_MIDDLE = ("kill_task", "kill_worker", "kill_worker_alone")
MORE_FAULTS = 20
# Longer than any call waits for its answer; the others end sooner, or the workers would do little else.
PATIENCE, SHORT = 17.0, 2.0
LONGEST_DOWN = 6.0
# So many moments at which everybody writes at once, and the share of all messages that is written then.
RUSHES, RUSH_SHARE = 6, 0.4
# Said again and again, so that equal texts have to be told apart.
COMMON = ("Ok kak", "Siap kak", "Terima kasih kak 🙏")
QUESTIONS = (
    "Ready kak?",
    "Bisa kirim hari ini?",
    "Masih ada warna lain?",
    "Berapa ongkirnya ya?",
    "Bisa COD?",
)
KINDS = ("text",) * 17 + ("item", "image", "sticker")
SELLER_CENTRE = 40
# Buyers who have never written before, in each shop; nobody answers them.
NEWCOMERS = ("61900001", "61900002")


@dataclass(frozen=True)
class Place:
    """One buyer in one shop, by the marketplace's ids."""

    market: str
    shop: str
    buyer: str


@dataclass(frozen=True)
class Words:
    """`at`: seconds after the start. `sent_by`: buyer, agent or seller_centre."""

    at: float
    place: Place
    sent_by: str
    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Blow:
    """`what` is a method of Mischief, called with `about`."""

    at: float
    what: str
    about: tuple[str | float, ...] = ()


@dataclass(frozen=True)
class Plan:
    seconds: float
    words: tuple[Words, ...]  # oldest first, as are the blows
    blows: tuple[Blow, ...]

    def said_by(self, *who: str) -> list[Words]:
        return [words for words in self.words if words.sent_by in who]


def draw_up(
    seed: int, markets: Sequence[Market], places: Sequence[Place], count: int, seconds: float
) -> Plan:
    """`count` messages of buyers and as many replies, within so many seconds."""
    rng = Random(seed)
    words = [*conversations(rng, places, count, seconds), *asides(rng, places, seconds)]
    blows = [*own_blows(rng, markets, seconds)]
    for market in markets:
        blows += [*faults(rng, market, seconds), *push_modes(rng, market, seconds)]
    return Plan(
        seconds,
        tuple(sorted(words, key=lambda each: each.at)),
        tuple(sorted(blows, key=lambda blow: blow.at)),
    )


def conversations(rng: Random, places: Sequence[Place], count: int, seconds: float) -> Iterator[Words]:
    """A question and its answer, each so often."""
    rushes = [rng.uniform(0, seconds - 10) for _ in range(RUSHES)]
    for number in range(count):
        is_rush = rng.random() < RUSH_SHARE
        place = rng.choice(places)
        at = rng.choice(rushes) + rng.uniform(0, 1) if is_rush else rng.uniform(0, seconds)
        kind = rng.choice(KINDS)
        question = rng.choice((*COMMON, *(f"{each} ({number})" for each in QUESTIONS * 4)))
        yield Words(at, place, "buyer", question if kind == "text" else "", kind)
        answer = rng.choice(COMMON) if rng.random() < 0.15 else f"Balasan {number} untuk kakak"
        answered_at = at + (2 + rng.uniform(0, 1) if is_rush else rng.uniform(0.3, 8))
        yield Words(min(answered_at, seconds), place, "agent", answer)


def asides(rng: Random, places: Sequence[Place], seconds: float) -> Iterator[Words]:
    """What is typed in the seller centres, and what newcomers say."""
    for number in range(SELLER_CENTRE):
        text = f"Dari seller centre {number}"
        yield Words(rng.uniform(0, seconds), rng.choice(places), "seller_centre", text)
    for place in newcomers(places):
        for number in range(rng.randint(1, 4)):
            yield Words(rng.uniform(0, seconds), place, "buyer", f"Halo, saya baru ({number})")


def newcomers(places: Sequence[Place]) -> list[Place]:
    shops = dict.fromkeys((place.market, place.shop) for place in places)
    return [Place(market, shop, buyer) for market, shop in shops for buyer in NEWCOMERS]


def own_blows(rng: Random, markets: Sequence[Market], seconds: float) -> Iterator[Blow]:
    """One after the other, with about the same time between them, down for a while."""
    names = [name for name, times in BLOWS.items() for _ in range(times)]
    rng.shuffle(names)
    step = seconds * 0.85 / len(names)
    for place, name in enumerate(names):
        about: tuple[str | float, ...] = (round(rng.uniform(0.2, LONGEST_DOWN), 1),)
        if name in IN_THE_MIDDLE:
            market = rng.choice(markets)
            call = rng.choice((market.send, market.send, rng.choice(market.readings)))
            about += (market.slug, call, rng.choice(HELD_UP))
        yield Blow(5 + step * (place + rng.uniform(0, 0.8)), name, about)


def faults(rng: Random, market: Market, seconds: float) -> Iterator[Blow]:
    """Every kind for replies and for readings, and some more of any."""
    wanted = [(kind, market.send) for kind in FAULTS]
    wanted += [(kind, rng.choice(market.readings)) for kind in FAULTS]
    wanted += [
        (rng.choice(FAULTS), rng.choice((market.send, *market.readings))) for _ in range(MORE_FAULTS // 2)
    ]
    is_first = {"timeout_before": True, "timeout_after": True}
    for kind, call in wanted:
        is_long = is_first.pop(kind, False)
        code = rng.choice(market.refusals.get(call, ("",))) if kind == "refuse" else ""
        count = 1 if is_long else rng.randint(1, 3)
        about = (market.slug, call, kind, count, PATIENCE if is_long else SHORT, code)
        yield Blow(rng.uniform(3, seconds * 0.9), "fault", about)


def push_modes(rng: Random, market: Market, seconds: float) -> Iterator[Blow]:
    modes = list(PUSH_MODES)
    rng.shuffle(modes)
    step = seconds * 0.95 / len(modes)
    for place, mode in enumerate(modes):
        yield Blow(step * place, "push_mode", (market.slug, mode))
