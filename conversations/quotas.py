"""How many calls of a day a shop has used, where its marketplace allows so many and no more."""

from __future__ import annotations

from dataclasses import dataclass

from redis import RedisError

from marketplaces import throttle
from marketplaces.errors import NotConfigured
from marketplaces.models import Shop
from marketplaces.registry import connector_for

# From this share on people are told before it is used up.
NEARLY = 0.9


@dataclass(frozen=True)
class Use:
    used: int
    most: int

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)

    @property
    def is_nearly_used(self) -> bool:
        return self.used >= self.most * NEARLY


def use_of(shop: Shop) -> Use | None:
    """Of today; None where the marketplace has no such limit, or it cannot be told now."""
    if not shop.is_active:
        return None
    try:
        quota = connector_for(shop).quota()
        return Use(throttle.counted(quota.key), quota.most) if quota is not None else None
    except (NotConfigured, RedisError):
        return None
