"""Is a bubble that the marketplace shows our own, sent by an agent here? Then it is the proof of delivery.

One message is in flight per conversation, so there is at most one candidate. An equal text sent before is
told apart by its id: it is stored already, and only bubbles that are not stored yet come here.

A marketplace may take away what it accepted: then the bubble it shows proves the contrary.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from conversations import rechecks
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.numbering import fit
from marketplaces.content import IncomingMessage, Kind, Receipt, is_bare_attachment

State = OutgoingMessage.State

# Their clock may be a little behind ours, and some count whole seconds.
CLOCK_SKEW = timedelta(seconds=15)
# A file is fetched and stored there within this time; one that comes later is somebody else's.
LONGEST_SEND = timedelta(minutes=2)
# The parts of a payload that name what a bubble holds. Videos get another address when they are worked on.
NAMING = {
    Kind.PRODUCT: ("product",),
    Kind.ORDER: ("order",),
    Kind.STICKER: ("package", "sticker"),
    Kind.IMAGE: ("url",),
}


def adopt(conversation: Conversation, item: IncomingMessage) -> Message | None:
    """Our bubble that this is, ticked or refused; None when it is somebody else's. The caller holds the lock."""
    if item.is_from_buyer or item.is_automatic:
        return None
    outgoing = (
        conversation.outgoing.filter(state__in=OutgoingMessage.IN_FLIGHT).select_related("message").first()
    )
    if outgoing is None or not is_same(outgoing, item):
        return None
    prove(outgoing, item.remote_id, item.sent_at, item.sequence)
    refuse(conversation, outgoing.message, item)
    return outgoing.message


def refuse(conversation: Conversation, message: Message, item: IncomingMessage) -> list[Message]:
    """Accepted, then taken away: our reply has failed after all, and the conversation needs its agent again.
    Returns the bubbles that changed; none when it was not refused, or when it is already tried again."""
    sent = OutgoingMessage.objects.filter(message=message, state=State.SENT)
    if not item.refusal or not sent.update(
        state=State.FAILED, problem_code=item.refusal[:100], problem_text="accepted, then taken away"
    ):
        return []
    conversation.reply_was_refused()
    return [message]


def is_earlier_try(conversation: Conversation, item: IncomingMessage) -> bool:
    """A refused bubble of ours that was sent once more since, and has a newer id now."""
    if not item.refusal:
        return False
    ours = conversation.messages.filter(origin=Message.Origin.AGENT)
    return ours.filter(raw__earlier_ids__contains=[item.remote_id]).exists()


def is_same(outgoing: OutgoingMessage, item: IncomingMessage) -> bool:
    message = outgoing.message
    return (
        outgoing.attempted_at is not None
        and item.sent_at >= outgoing.attempted_at - CLOCK_SKEW
        and same_text(message.text, item.text)
        and (same_kind(message, item) or may_be_file(outgoing, item))
    )


def same_kind(message: Message, item: IncomingMessage) -> bool:
    return message.kind == item.kind.value and same_thing(item.kind, message.payload, item.payload)


def may_be_file(outgoing: OutgoingMessage, item: IncomingMessage) -> bool:
    """Where only the id of an attachment is told, our picture is the one that appears while it is sent."""
    is_file = outgoing.message.kind in (Kind.IMAGE, Kind.VIDEO)
    ends_at = (outgoing.attempted_at or outgoing.created_at) + LONGEST_SEND
    return is_file and is_bare_attachment(item.kind, item.payload) and item.sent_at <= ends_at


def same_text(ours: str, theirs: str) -> bool:
    """Marketplaces trim and fold white space."""
    return ours.split() == theirs.split()


def same_thing(kind: Kind, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Only what both sides tell can tell them apart. The same file has many addresses with one name."""
    names = NAMING.get(kind, ())
    told = [(ours[name], theirs[name]) for name in names if ours.get(name) and theirs.get(name)]
    return all(file_name(one) == file_name(other) for one, other in told)


def file_name(value: Any) -> str:
    return str(value).rsplit("/", 1)[-1]


def take_receipt(outgoing: OutgoingMessage, receipt: Receipt, remote_id: str) -> list[Message]:
    """The marketplace answered with its id: ours from now on. Returns the bubbles that changed.

    A sync may have stored this bubble meanwhile as somebody else's (then that copy goes), or a twin typed in
    the seller centre may have been taken for ours (then the next reading brings the twin as itself).
    """
    message = outgoing.message
    message.conversation.messages.filter(remote_id=remote_id).exclude(pk=message.pk).delete()
    prove(outgoing, remote_id, receipt.sent_at or timezone.now(), receipt.sequence)
    return [message]


def prove(outgoing: OutgoingMessage, remote_id: str, sent_at: datetime, sequence: int | None) -> None:
    message = outgoing.message
    if message.remote_id and message.remote_id != remote_id:
        message.raw = {**message.raw, "earlier_ids": [*message.raw.get("earlier_ids", ()), message.remote_id]}
    message.remote_id, message.sent_at, message.is_hidden = remote_id, sent_at, False
    if sequence is not None:
        message.sequence = sequence
        fit(message.conversation, message)
    message.save(update_fields=["remote_id", "sent_at", "sequence", "raw", "is_hidden"])
    outgoing.state, outgoing.sent_at = State.SENT, sent_at
    outgoing.problem_code = outgoing.problem_text = ""
    outgoing.needs_person = False
    outgoing.save()
    rechecks.begin(outgoing)
