"""content.IncomingMessage -> rows, once each, whatever brings them. The only creator of messages from outside.

Many conversations are stored as one is, in one transaction: what each needs by itself is asked for all together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from conversations import hints, news
from conversations.bubble_files import keep_files
from conversations.copying import build, enrich
from conversations.delays import note_delays
from conversations.deriving import derive_all
from conversations.events import record_each
from conversations.models import Conversation, Message, PushHint
from conversations.numbering import fit_all, number
from conversations.proof import adopt, is_earlier_try, refuse
from conversations.rooms import lock_all, note_facts
from marketplaces.content import IncomingMessage, RemoteConversation
from marketplaces.models import Shop

Source = Message.Source


@dataclass(frozen=True)
class Told:
    """What a marketplace tells of one conversation. `is_history`: by the first import, so nothing of it is late."""

    shop: Shop
    remote: RemoteConversation
    bubbles: Sequence[IncomingMessage]
    source: Message.Source
    is_history: bool = False


@dataclass
class Stored:
    """What became of it: bubbles that are new, and those that screens have to draw again."""

    told: Told
    conversation: Conversation
    has_news: bool = False
    created: list[Message] = field(default_factory=list)
    changed: list[Message] = field(default_factory=list)

    @property
    def has_bubbles(self) -> bool:
        return bool(self.created or self.changed)

    @property
    def is_news(self) -> bool:
        """A buyer wrote, and nobody of the team has seen it."""
        is_asked = any(message.is_from_buyer for message in self.created)
        return bool(self.conversation.unread_count) and is_asked and not self.told.is_history


def ingest(
    shop: Shop,
    remote: RemoteConversation,
    incoming: Sequence[IncomingMessage],
    source: Message.Source,
    *,
    is_history: bool = False,
) -> Conversation:
    """Store what the marketplace tells of one conversation; repeating it changes nothing."""
    return ingest_all([Told(shop, remote, incoming, source, is_history)])[0]


@transaction.atomic
def ingest_all(told: Sequence[Told]) -> list[Conversation]:
    """The same of several, each conversation at most once among them."""
    conversations = lock_all([(each.shop, each.remote) for each in told])
    stored = [Stored(each, conversation) for each, conversation in zip(told, conversations, strict=True)]
    known = known_bubbles(stored)
    for each in stored:
        each.has_news = note_facts(each.conversation, each.told.remote)
        compare(each, known)
        fit_all(each.conversation, each.created)
        if not each.told.is_history:
            note_delays(each.conversation, each.created)
    Message.objects.bulk_create([message for each in stored for message in each.created])
    join_hints(stored)
    with_bubbles = [each for each in stored if each.has_bubbles]
    if with_bubbles:
        derive_all([each.conversation for each in with_bubbles])
    for each in with_bubbles:
        keep_files(each.told.shop, [*each.created, *each.changed])
        apply_rules(each.conversation, each.created)
        doubt_lock(each)
    news.note_all([each.conversation for each in with_bubbles if each.is_news])
    record_each(
        [
            (each.conversation, [*each.changed, *each.created])
            for each in stored
            if each.has_bubbles or each.has_news
        ]
    )
    return conversations


@transaction.atomic
def ingest_older(
    conversation: Conversation, older: Sequence[IncomingMessage], following: str | None
) -> list[Message]:
    """Store a page of what was said before all that is here, as read and done: nobody is told, no status moves.
    `following`: the marketplace's cursor for what is still older, None at its end."""
    shop, conversation = conversation.shop, conversation.locked()
    conversation.shop = shop
    ids = [item.remote_id for item in older]
    known = set(conversation.messages.filter(remote_id__in=ids).values_list("remote_id", flat=True))
    created = [
        build(conversation, item, Source.READING)
        for item in sorted(older, key=place)
        if item.remote_id not in known and not is_earlier_try(conversation, item)
    ]
    fit_all(conversation, created)
    Message.objects.bulk_create(created)
    keep_files(shop, created)
    if created and conversation.seen_at is None:
        conversation.seen_at, conversation.seen_sequence = created[-1].sent_at, created[-1].sequence
    conversation.older_cursor, conversation.is_whole = following or "", following is None
    conversation.save(update_fields=["seen_at", "seen_sequence", "older_cursor", "is_whole"])
    return created


def place(item: IncomingMessage) -> tuple:
    return (item.sent_at, item.sequence)


def known_bubbles(stored: Sequence[Stored]) -> dict[tuple, Message]:
    """Those of them that are here, by (conversation, the marketplace's id)."""
    rows = {each.conversation.pk: each.conversation for each in stored}
    ids = [item.remote_id for each in stored for item in each.told.bubbles]
    known = {}
    for message in Message.objects.filter(conversation__in=list(rows), remote_id__in=ids) if ids else ():
        message.conversation = rows[message.conversation_id]
        known[message.conversation_id, message.remote_id] = message
    return known


def compare(each: Stored, known: dict[tuple, Message]) -> None:
    """Each bubble is one that is known, our own, an earlier try of ours, or a new one."""
    conversation, source = each.conversation, each.told.source
    for item in sorted({item.remote_id: item for item in each.told.bubbles}.values(), key=place):
        message = known.get((conversation.pk, item.remote_id))
        if message is not None and message.origin == Message.Origin.AGENT:
            each.changed += number(message, item) + refuse(conversation, message, item)
        elif message is not None:
            each.changed += enrich(message, item, source)
        elif is_earlier_try(conversation, item):
            continue
        elif own := adopt(conversation, item):
            each.changed.append(own)
        else:
            each.created.append(build(conversation, item, source))


def join_hints(stored: Sequence[Stored]) -> None:
    rows = [each.conversation.pk for each in stored]
    waiting = PushHint.objects.filter(conversation__in=rows, message=None)
    hinted = set(waiting.values_list("conversation", flat=True))
    for each in stored:
        if each.conversation.pk in hinted:
            each.changed += hints.join(each.conversation)


def apply_rules(conversation: Conversation, created: Iterable[Message]) -> None:
    """What new bubbles do to the status. Late ones, already answered, do nothing; `derive_all` came before."""
    last_word = last_word_at(conversation)
    news = {
        message.origin
        for message in created
        if message.sent_at >= last_word and not message.is_hidden and "refusal" not in message.payload
    }
    if Message.Origin.BUYER in news and conversation.waiting_since is not None:
        conversation.buyer_wrote()
    elif Message.Origin.SELLER_CENTRE in news and conversation.waiting_since is None:
        conversation.shop_answered()


def doubt_lock(each: Stored) -> None:
    """A buyer who writes may open a room that was closed for replies: it is looked up again."""
    conversation, remote = each.conversation, each.told.remote
    is_asked = any(message.is_from_buyer for message in each.created)
    if conversation.can_reply is False and remote.can_reply is None and is_asked:
        conversation.looked_up_at = None
        conversation.save(update_fields=["looked_up_at"])


def last_word_at(conversation: Conversation) -> datetime:
    """The first bubble that the shop has not answered, else its newest answer."""
    if conversation.waiting_since is not None:
        return conversation.waiting_since
    answer = conversation.messages.answers().newest_first().first()
    return answer.sent_at if answer is not None else conversation.last_message_at
