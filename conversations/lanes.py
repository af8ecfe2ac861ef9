"""Which waiting reply goes next: shops take turns, and within a shop its rooms, as fast as the marketplace allows.

A lane is the rate limit that sends share: of one shop or of all shops of an app, as the marketplace counts.

    run ──> the next reply? ──> a permit? ──> handed to a worker ──> the next reply? ...
                 └─ none: done      └─ not yet: look again when there is one

The permit is taken here, before a worker is, so nobody wakes up in vain and no worker waits. Nothing rests on
it: handing over holds for seconds, then the sweep finds the reply still in the queue.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from redis import RedisError

from conversations.models import Conversation, OutgoingMessage
from forstok_chat.redis import redis
from marketplaces import throttle
from marketplaces.errors import NotConfigured
from marketplaces.http import Bucket
from marketplaces.models import Shop
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)

State = OutgoingMessage.State

# A worker has begun with it by then; else it is handed to another.
HANDED_OVER_FOR = timedelta(seconds=5)
# So many at once: the rest follows in the next run.
MOST_AT_ONCE = 100
# Without Redis there are no permits; so long until the next look, in seconds.
WITHOUT_REDIS = 2.0


@dataclass(frozen=True)
class Lane:
    bucket: Bucket
    shops: tuple[UUID, ...]


def lane_of(shop: Shop) -> Lane:
    """The lane of this shop's sends, with all shops that wait in it. Raises NotConfigured."""
    bucket = bucket_of(shop)
    others = Shop.objects.active().filter(
        marketplace=shop.marketplace, pk__in=queued().values("conversation__shop")
    )
    return Lane(bucket, tuple(other.pk for other in others if is_in(other, bucket)))


def bucket_of(shop: Shop) -> Bucket:
    return connector_for(shop).send_bucket()


def is_in(shop: Shop, bucket: Bucket) -> bool:
    try:
        return bucket_of(shop).key == bucket.key
    except NotConfigured:
        return False


def queued() -> QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(state=State.QUEUED)


def may_go() -> QuerySet[OutgoingMessage]:
    """The oldest waiting reply of each conversation that has none in flight, once its time has come."""
    same_room = OutgoingMessage.objects.filter(conversation=OuterRef("conversation"))
    in_flight = same_room.filter(state__in=OutgoingMessage.IN_FLIGHT)
    older = same_room.filter(state=State.QUEUED, pk__lt=OuterRef("pk"))
    return queued().filter(~Exists(in_flight), ~Exists(older), next_attempt_at__lte=timezone.now())


def run(lane: Lane) -> tuple[list[UUID], float | None]:
    """Hand over what may go now: the conversations, and the seconds to the next permit (None: nobody waits)."""
    handed_over: list[UUID] = []
    while len(handed_over) < MOST_AT_ONCE:
        outgoing = next_in(lane)
        if outgoing is None:
            return handed_over, None
        if wait := seconds_to_permit(lane.bucket):
            return handed_over, wait
        if hand_over(outgoing):
            handed_over.append(outgoing.conversation_id)
    return handed_over, 0.0


def next_in(lane: Lane) -> OutgoingMessage | None:
    """Of the shop that has waited longest for its turn, the room that has; a new reply waits from when it was
    written."""
    had_turn_at = Coalesce(F("conversation__last_sent_at"), F("created_at"))
    shops_in_turn = F("conversation__shop__last_sent_at").asc(nulls_first=True)
    found = may_go().filter(conversation__shop__in=lane.shops).select_related("conversation")
    return found.order_by(shops_in_turn, Greatest(F("created_at"), had_turn_at), "pk").first()


def hand_over(outgoing: OutgoingMessage) -> bool:
    """False when another run did. The turns of its shop and room are over with it."""
    now = timezone.now()
    mine = queued().filter(pk=outgoing.pk, next_attempt_at=outgoing.next_attempt_at)
    if not mine.update(next_attempt_at=now + HANDED_OVER_FOR):
        return False
    Shop.objects.filter(pk=outgoing.conversation.shop_id).update(last_sent_at=now)
    Conversation.objects.filter(pk=outgoing.conversation_id).update(last_sent_at=now)
    return True


def seconds_to_permit(bucket: Bucket) -> float:
    """0.0 when a permit was taken."""
    try:
        return throttle.take(bucket)
    except RedisError:
        return WITHOUT_REDIS


def is_first_to_wait(lane: Lane, seconds: float) -> bool:
    """Whether nobody else will look again when the next permit is free: one wake-up is enough for all."""
    try:
        return bool(redis().set(f"lane:{lane.bucket.key}", 1, nx=True, px=max(1, int(seconds * 1000))))
    except RedisError:
        return False


def woken(lane: Lane) -> None:
    """The wake-up has come: the next one may be set."""
    try:
        redis().delete(f"lane:{lane.bucket.key}")
    except RedisError:
        logger.warning("the lane %s runs without Redis", lane.bucket.key)


def due() -> list[UUID]:
    """A conversation of each shop in which something may go: enough to run every lane."""
    first = may_go().order_by("conversation__shop_id", "pk").distinct("conversation__shop_id")
    return list(first.values_list("conversation", flat=True))
