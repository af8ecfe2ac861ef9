"""What only pushes tell of attachments, joined to the bubbles that readings bring.

A push has neither the id nor the time of its bubble; a reading has both, and of an attachment no more than its id.
So a hint waits for a bubble of the same side with the same words, said shortly before the push came.

    take ──> open ──> joined        by the next reading, or at once where that came first
                └───> forgotten     after a day without a bubble
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations import cards
from conversations.bubble_files import keep_files
from conversations.events import record
from conversations.models import Conversation, Message, PushHint
from conversations.models.message import storable
from marketplaces.content import Hint, Kind

Pair = tuple[PushHint, Message]

# The same once more within this time is the same push; later it was said again.
AGAIN_WITHIN = timedelta(seconds=10)
# A bubble is said at most so long before its push comes, and so much after it by a clock that is ahead of ours.
LATEST = timedelta(minutes=10)
AHEAD = timedelta(seconds=15)
# What fits at first sight, and is so close, is joined at once; else other pushes and readings are waited for.
CLOSE = timedelta(seconds=15)
PATIENCE = timedelta(seconds=10)
FORGOTTEN_AFTER = timedelta(days=1)
# Attachments of the same words in a row that are told apart; older ones have had their time.
MOST_TOLD_APART = 8


@transaction.atomic
def take(conversation: Conversation, hint: Hint, received_at: datetime) -> None:
    """A push has told this."""
    conversation = conversation.locked()
    if keep(conversation, hint, received_at) and (joined := join(conversation)):
        keep_files(conversation.shop, joined)
        record(conversation, joined)


def keep(conversation: Conversation, hint: Hint, received_at: datetime) -> bool:
    """False when it is here already. The caller holds the lock."""
    conversation.hints.filter(message=None, received_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
    told = {
        "kind": hint.kind.value,
        "text": storable(hint.text),
        "payload": storable(dict(hint.payload)),
        "is_from_buyer": hint.is_from_buyer,
    }
    around = (received_at - AGAIN_WITHIN, received_at + AGAIN_WITHIN)
    if conversation.hints.filter(received_at__range=around, **told).exists():
        return False
    conversation.hints.create(received_at=received_at, **told)
    return True


def join(conversation: Conversation) -> list[Message]:
    """Tell bubbles what open hints know of them; returns those that changed, for the caller, who holds the lock,
    to record. Asks for another reading where some hints had better wait."""
    waiting = list(conversation.hints.filter(message=None).order_by("received_at", "pk"))
    if not waiting:
        return []
    now = timezone.now()
    pairs = [
        pair
        for hints, bubbles in groups(waiting, free_bubbles(conversation, waiting))
        for pair in matched(hints, bubbles, now)
    ]
    joined = [tell(hint, bubble) for hint, bubble in pairs]
    young = [hint.received_at for hint in waiting if hint.message_id is None and is_young(hint, now)]
    if young:
        read_by(conversation, min(young) + PATIENCE)
    if joined:
        transaction.on_commit(lambda: cards.want_missing(conversation.shop, joined))
    return joined


# Which bubble it is


def free_bubbles(conversation: Conversation, waiting: Sequence[PushHint]) -> list[Message]:
    """Those that carry an attachment of which nothing is known, oldest first."""
    around = (waiting[0].received_at - LATEST, waiting[-1].received_at + AHEAD)
    bare = conversation.messages.filter(
        kind__in=[Kind.TEXT, Kind.UNKNOWN], payload__has_key="attachment", told_by_push__isnull=True
    )
    outside = [Message.Origin.BUYER, Message.Origin.SELLER_CENTRE]
    return list(bare.filter(origin__in=outside, sent_at__range=around).oldest_first())


def groups(
    waiting: Iterable[PushHint], bubbles: Iterable[Message]
) -> Iterator[tuple[list[PushHint], list[Message]]]:
    """Hints and bubbles of one side with the same words, of which each has another that it may belong to."""
    alike: dict[tuple, tuple[list[PushHint], list[Message]]] = defaultdict(lambda: ([], []))
    for bubble in bubbles:
        alike[bubble.is_from_buyer, *bubble.text.split()][1].append(bubble)
    for hint in waiting:
        key = (hint.is_from_buyer, *hint.text.split())
        if hint.kind == Kind.STICKER and key not in alike:
            key = (hint.is_from_buyer,)  # its name may stand in the push alone
        alike[key][0].append(hint)
    for hints, found in alike.values():
        near = [hint for hint in hints if any(may_be(hint, bubble) for bubble in found)]
        yield near, [bubble for bubble in found if any(may_be(hint, bubble) for hint in near)]


def matched(hints: Sequence[PushHint], bubbles: Sequence[Message], now: datetime) -> list[Pair]:
    """A young hint is only joined where nothing else can be meant: a reading may yet bring a closer bubble."""
    pairs = in_order(hints[-MOST_TOLD_APART:], bubbles[-MOST_TOLD_APART:])
    is_clear = len(hints) == len(bubbles) == len(pairs)
    return [
        (hint, bubble)
        for hint, bubble in pairs
        if not is_young(hint, now) or (is_clear and abs(hint.received_at - bubble.sent_at) <= CLOSE)
    ]


def in_order(hints: Sequence[PushHint], bubbles: Sequence[Message]) -> list[Pair]:
    """As many pairs as there can be, in the order of time on both sides, as close together as possible."""
    for size in range(min(len(hints), len(bubbles)), 0, -1):
        ways = (
            list(zip(some, others, strict=True))
            for some in combinations(hints, size)
            for others in combinations(bubbles, size)
        )
        possible = [way for way in ways if all(may_be(*pair) for pair in way)]
        if possible:
            return min(possible, key=lambda way: sum((distance(*pair) for pair in way), timedelta()))
    return []


def may_be(hint: PushHint, bubble: Message) -> bool:
    return -AHEAD <= hint.received_at - bubble.sent_at <= LATEST


def distance(hint: PushHint, bubble: Message) -> timedelta:
    """A bubble from after its push is possible, one from before it more likely."""
    since = hint.received_at - bubble.sent_at
    return since if since >= timedelta() else AHEAD - since


def is_young(hint: PushHint, now: datetime) -> bool:
    return now < hint.received_at + PATIENCE


# What comes of it


def tell(hint: PushHint, bubble: Message) -> Message:
    bubble.told_by_push = {"kind": hint.kind, "text": hint.text, "payload": hint.payload}
    bubble.add_told()
    bubble.save(update_fields=["told_by_push", "kind", "payload"])
    hint.message = bubble
    hint.save(update_fields=["message"])
    return bubble


def read_by(conversation: Conversation, at: datetime) -> None:
    """Have the conversation read at this time at the latest; an earlier reading stays."""
    later = Q(reading_due_at=None) | Q(reading_due_at__gt=at)
    Conversation.objects.filter(later, pk=conversation.pk).update(reading_due_at=at)
