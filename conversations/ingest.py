"""content.IncomingMessage -> rows, once each, whatever brings them. The only creator of messages from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from conversations import hints, news
from conversations.bubble_files import keep_files
from conversations.delays import note_delays
from conversations.events import record
from conversations.models import Conversation, Message
from conversations.models.message import storable
from conversations.numbering import fit_all, number
from conversations.proof import adopt, is_earlier_try, refuse
from marketplaces.content import IncomingMessage, RemoteConversation
from marketplaces.models import Shop

Source = Message.Source


@transaction.atomic
def ingest(
    shop: Shop,
    remote: RemoteConversation,
    incoming: Sequence[IncomingMessage],
    source: Message.Source,
    *,
    is_history: bool = False,
) -> Conversation:
    """Store what the marketplace tells of one conversation; repeating it changes nothing. `is_history`: by the
    first import, so nothing of it is late."""
    conversation = find_or_create(shop, remote).locked()
    conversation.shop = shop
    has_news = note_facts(conversation, remote)
    known = {
        message.remote_id: message
        for message in conversation.messages.filter(remote_id__in=[item.remote_id for item in incoming])
    }
    changed: list[Message] = []
    created: list[Message] = []
    for item in sorted({item.remote_id: item for item in incoming}.values(), key=place):
        message = known.get(item.remote_id)
        if message is not None and message.origin == Message.Origin.AGENT:
            changed += number(message, item) + refuse(conversation, message, item)
        elif message is not None:
            changed += enrich(message, item, source)
        elif is_earlier_try(conversation, item):
            continue
        elif own := adopt(conversation, item):
            changed.append(own)
        else:
            created.append(build(conversation, item, source))
    fit_all(conversation, created)
    if not is_history:
        note_delays(conversation, created)
    Message.objects.bulk_create(created)
    changed += hints.join(conversation)
    if created or changed:
        keep_files(shop, [*created, *changed])
        conversation.derive()
        apply_rules(conversation, created)
        doubt_lock(conversation, remote, created)
        if conversation.unread_count and not is_history and any(each.is_from_buyer for each in created):
            news.note(conversation)
        record(conversation, [*changed, *created])
    elif has_news:
        record(conversation)
    return conversation


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


def find_or_create(shop: Shop, remote: RemoteConversation) -> Conversation:
    """The row of this conversation."""
    conversation, _is_new = Conversation.objects.get_or_create(
        shop=shop, remote_id=remote.remote_id, defaults={"seller_id": shop.seller_id, **facts_in(remote)}
    )
    return conversation


def note_facts(conversation: Conversation, remote: RemoteConversation) -> bool:
    """Take over what is newly known of the room and its buyer; whether there was any. The caller holds the lock."""
    told = facts_in(remote)
    if conversation.buyer_id:
        told.pop("buyer_id", None)  # an id, once known, does not change: a push may name the wrong side
    news = {name: value for name, value in told.items() if getattr(conversation, name) != value}
    is_whole = bool(remote.buyer_id) and (remote.can_reply is not None or bool(remote.platform))
    if is_whole:
        conversation.looked_up_at = timezone.now()
    for name, value in news.items():
        setattr(conversation, name, value)
    if news or is_whole:
        conversation.save(update_fields=[*news, "looked_up_at"])
    return bool(news)


def facts_in(remote: RemoteConversation) -> dict[str, Any]:
    """What it tells, as columns; what it leaves out is not among them."""
    told: dict[str, Any] = {
        "buyer_id": storable(remote.buyer_id)[:64],
        "buyer_name": storable(remote.buyer_name)[:200],
        "buyer_avatar_url": storable(remote.buyer_avatar_url)[:1000],
        "platform": remote.platform[:50],
    }
    told = {name: value for name, value in told.items() if value}
    if remote.can_reply is not None:
        told |= {"can_reply": remote.can_reply, "lock_code": remote.lock_code[:100]}
    return told


def origin_of(item: IncomingMessage) -> Message.Origin:
    if item.is_automatic:
        return Message.Origin.AUTOMATIC
    return Message.Origin.BUYER if item.is_from_buyer else Message.Origin.SELLER_CENTRE


def build(conversation: Conversation, item: IncomingMessage, source: Message.Source) -> Message:
    message = Message(
        conversation=conversation, remote_id=item.remote_id, origin=origin_of(item), source=source
    )
    take_over(message, item)
    return message


def take_over(message: Message, item: IncomingMessage) -> None:
    message.copy_from(item)
    if item.refusal:  # typed in the seller centre and taken away: the buyer never saw this answer
        message.payload["refusal"] = item.refusal


def enrich(message: Message, item: IncomingMessage, source: Message.Source) -> list[Message]:
    """A reading is richer than a push, and a newer one tells what was recalled or taken away since. Returns the
    bubble when screens have to draw it again; an equal reading writes nothing."""
    if source != Source.READING:
        return []
    old, was_pushed = look_of(message), message.source == Source.PUSH
    place_before = (message.sent_at, message.sequence)
    take_over(message, item)
    if message.conversation.shop.connector.orders_by_number and message.sequence == place_before[1]:
        message.sent_at = place_before[0]
    message.origin, message.source = origin_of(item), source
    is_different = look_of(message) != old
    if is_different or was_pushed:
        message.save()
    return [message] if is_different else []


def look_of(message: Message) -> tuple:
    """All of a bubble that screens show and rules go by."""
    return (
        message.origin,
        message.kind,
        message.text,
        message.payload,
        message.about,
        message.sent_at,
        message.sequence,
        message.is_hidden,
    )


def apply_rules(conversation: Conversation, created: Iterable[Message]) -> None:
    """What new bubbles do to the status. Late ones, already answered, do nothing; `derive` came before."""
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


def doubt_lock(conversation: Conversation, remote: RemoteConversation, created: Iterable[Message]) -> None:
    """A buyer who writes may open a room that was closed for replies: it is looked up again."""
    if conversation.can_reply is False and remote.can_reply is None and any(m.is_from_buyer for m in created):
        conversation.looked_up_at = None
        conversation.save(update_fields=["looked_up_at"])


def last_word_at(conversation: Conversation) -> datetime:
    """The first bubble that the shop has not answered, else its newest answer."""
    answer = conversation.messages.answers().newest_first().first()
    return conversation.waiting_since or (
        answer.sent_at if answer is not None else conversation.last_message_at
    )
