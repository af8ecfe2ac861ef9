"""The board: how all shops that somebody sees stand with their marketplaces, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversations.deadlines.rates import Rate, rates
from forstok_chat.accounts.models import User
from marketplaces.models import Shop


@dataclass(frozen=True)
class Standing:
    shop: Shop
    rate: Rate

    @property
    def urgency(self) -> tuple[int, int, float, int, str]:
        """Sorts the shop that needs somebody first to the top: overdue, due soon, the worst rate to come."""
        rate = self.rate
        coming = 1.0 if rate.if_unanswered is None else rate.if_unanswered
        return (-rate.overdue, -rate.due_soon, coming, -rate.waiting, self.shop.name.lower())


@dataclass(frozen=True)
class Totals:
    """Conversations of all these shops."""

    waiting: int
    due_soon: int
    overdue: int


def board(user: User, now: datetime) -> list[Standing]:
    shops = list(Shop.objects.visible_to(user).filter(moved_to=None))
    found = rates([shop.pk for shop in shops], now)
    return sorted((Standing(shop, found[shop.pk]) for shop in shops), key=lambda each: each.urgency)


def totals(standings: list[Standing]) -> Totals:
    all_rates = [standing.rate for standing in standings]
    return Totals(
        waiting=sum(rate.waiting for rate in all_rates),
        due_soon=sum(rate.due_soon for rate in all_rates),
        overdue=sum(rate.overdue for rate in all_rates),
    )
