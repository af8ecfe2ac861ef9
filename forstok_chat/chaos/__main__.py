"""The command behind `make chaos`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from threading import Event

from forstok_chat.chaos import world
from forstok_chat.chaos.comparison import Finding, by_place, compare
from forstok_chat.chaos.markets import MARKETS
from forstok_chat.chaos.mischief import Mischief
from forstok_chat.chaos.ours import Ours
from forstok_chat.chaos.people import Agent, Buyers, Helper, Logins, Notes, Person
from forstok_chat.chaos.plan import Place, Plan, draw_up, newcomers
from forstok_chat.chaos.report import Report, write
from forstok_chat.chaos.settling import settle
from forstok_chat.embedded import StartError
from forstok_chat.embedded.datadir import ROOT
from forstok_chat.embedded.process import wait_until
from forstok_chat.rig.browser import Browser
from forstok_chat.rig.command import on_a_stack
from forstok_chat.rig.sandbox import Sandbox
from forstok_chat.rig.stage import Crowded

SHOPS, ROOMS, BUBBLES, AGENTS = 2, 12, 10, 4  # shops of each marketplace, rooms of each shop


def main() -> int:
    asked = arguments()
    reports: list[Report] = []

    def work(stack: Crowded, seed: int) -> bool:
        report = Run(stack, seed, asked.messages, asked.seconds).report()
        print(report.as_text(), flush=True)
        reports.append(report)
        return report.is_good

    worst = 0
    for seed in asked.seeds:
        print(f"Seed {seed}.", flush=True)
        status = on_a_stack("chaos", lambda stack, seed=seed: work(stack, seed))  # type: ignore[misc]
        worst = max(worst, status)
        if status > 1:
            break
    write(reports, ROOT / "build" / "chaos.json")
    return worst


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m forstok_chat.chaos", description=__doc__)
    given = [int(seed) for seed in os.environ.get("SEED", "").replace(",", " ").split()]
    parser.add_argument("--seeds", type=int, nargs="+", default=given or [int(time.time()) % 100_000])
    parser.add_argument("--messages", type=int, default=1000, help="of buyers, and as many replies")
    parser.add_argument("--seconds", type=float, default=200, help="in which all is said and broken")
    return parser.parse_args()


class Run:
    def __init__(self, stack: Crowded, seed: int, messages: int, seconds: float) -> None:
        self.stack, self.seed, self.messages, self.seconds = stack, seed, messages, seconds
        self.sandbox = Sandbox(stack.sandbox_url)
        self.ours = Ours(stack.env["DATABASE_URL"])
        self.rng = Random(seed)
        self.notes = Notes()
        self.stop = Event()
        self.began = time.monotonic()

    def report(self) -> Report:
        world.begin(self.sandbox, MARKETS, SHOPS, ROOMS, BUBBLES)
        self.stack.start_more()
        logins = self.logins()
        browsers = [Browser(self.stack.url) for _ in range(AGENTS + 1)]
        self.activate(browsers[0], logins)
        places = self.places()
        plan = draw_up(self.seed, MARKETS, places, self.messages, self.seconds)
        self.began = time.monotonic()
        people = self.people(plan, places, browsers, logins)
        mischief = Mischief(self.stack, self.sandbox, self.rng, self.tell)
        mischief.run(plan, self.began)
        world.make_well(self.sandbox, MARKETS)
        mischief.end()
        self.wait_for(people)
        left = settle(self.ours, self.tell)
        self.stop.set()
        return self.compared([*places, *newcomers(places)], plan, mischief, left)

    def tell(self, what: str) -> None:
        print(f"  {time.monotonic() - self.began:6.1f}  {what}", flush=True)

    # Before

    def logins(self) -> Logins:
        """The shop's own login at its marketplace, else the account that it belongs to."""
        found = self.sandbox.get("world")
        accounts = found["main_accounts"]
        return {
            (shop["marketplace"], str(shop["id"])): [
                (shop["username"], shop["password"]),
                *(
                    (each["username"], each["password"])
                    for each in accounts
                    if shop["id"] in each["shop_ids"]
                ),
            ]
            for shop in found["shops"]
        }

    def activate(self, browser: Browser, logins: Logins) -> None:
        """All shops, and their first imports."""
        slugs = [market.slug for market in MARKETS]
        for shop in self.ours.shops():
            if shop.market in slugs and shop.state == "inactive":
                browser.activate(shop.id, logins[shop.market, shop.remote_id])
        if not wait_until(lambda: not self.ours.imports_running(), 120, pause=1):
            raise StartError("The first imports do not end.")

    def places(self) -> list[Place]:
        return [
            Place(market.slug, shop.remote_id, buyer)
            for market in MARKETS
            for shop in sorted(self.ours.shops(), key=lambda shop: shop.remote_id)
            if shop.market == market.slug
            for buyer in self.sandbox.rooms(market.slug, shop.remote_id)
        ]

    # Meanwhile

    def people(
        self, plan: Plan, places: Sequence[Place], browsers: Sequence[Browser], logins: Logins
    ) -> list[Person]:
        """Started. Each agent has rooms of their own, so each room has one who answers in turn."""
        rooms = self.ours.conversations()
        order = {place: number for number, place in enumerate(places)}
        people: list[Person] = [
            Buyers(
                self.began,
                self.stop,
                self.stack.sandbox_url,
                plan.said_by("buyer", "seller_centre"),
                self.notes,
            )
        ]
        for number, browser in enumerate(browsers[1:]):
            mine = [words for words in plan.said_by("agent") if order[words.place] % AGENTS == number]
            rng = Random(self.rng.getrandbits(64))
            people.append(Agent(number + 1, self.began, self.stop, browser, rooms, mine, self.notes, rng))
        helper = Helper(self.began, self.stop, browsers[0], self.ours, logins, self.notes)
        for person in [*people, helper]:
            person.start()
        return people

    def wait_for(self, people: Sequence[Person]) -> None:
        for person in people:
            person.join(180)
            if person.is_alive() or person.problem is not None:
                raise StartError(f"{person.name} could not do their part: {person.problem or 'no end'}")

    # After

    def compared(
        self, places: Sequence[Place], plan: Plan, mischief: Mischief, left: dict[str, int]
    ) -> Report:
        written = by_place(self.notes.replies)
        findings: list[Finding] = []
        for place in places:
            truth, ours = self.sandbox.talk(place.market, place.shop, place.buyer), self.ours.bubbles(place)
            findings += compare(place, truth, ours, written.get(place, []), self.notes.tried_again)
        if given_up := self.ours.pushes_given_up():
            left = left | {"pushes given up": given_up}
        return Report(
            seed=self.seed,
            seconds=time.monotonic() - self.began,
            markets=MARKETS,
            shops=len({(place.market, place.shop) for place in places}),
            counts=self.counts(plan),
            findings=findings,
            too_many={market.slug: self.sandbox.too_many(market.slug) for market in MARKETS},
            left=left,
            broken=mischief.done,
            notes=self.told(mischief),
        )

    def counts(self, plan: Plan) -> dict[str, dict[str, int]]:
        """Of each market: all that was planned has happened, or a person could not do their part."""
        said = Counter(words.place.market for words in plan.said_by("buyer"))
        typed = Counter(words.place.market for words in plan.said_by("seller_centre"))
        written = Counter(reply.words.place.market for reply in self.notes.replies)
        return {
            market.slug: {
                "messages of buyers": said[market.slug],
                "typed in the seller centre": typed[market.slug],
                "replies": written[market.slug],
                "calls to send them": self.sandbox.calls(market.slug, market.send),
            }
            for market in MARKETS
        }

    def told(self, mischief: Mischief) -> dict[str, object]:
        notes = self.notes
        return {
            "Told as not sent, and tried again by a person": dict(notes.reasons),
            "Activated again by a person": dict(notes.reconnected),
            "Clicks repeated for want of an answer": notes.clicks_again,
            "Ended by themselves": dict(mischief.ended_alone),
        }


if __name__ == "__main__":
    sys.exit(main())
