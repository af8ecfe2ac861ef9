"""An agent's replies on their way out. The only caller of Connector.send_*.

    enqueue ──> claim ──> send (network, no transaction) ──> record the outcome
                  ^                                              │
                  └────────────── sweep / requeue <──────────────┤
                                                   settle (read back) <── UNCERTAIN

The row decides, never the task: every function may run twice or never, `sweep` finds what nobody works on.
What a crash leaves: before the claim QUEUED (the sweep nudges it), after it SENDING (the sweep calls it
UNCERTAIN once no call can still be under way, and reading back settles it).
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import public_links
from conversations.dispatch import LOOK_AGAIN, Draft, NotReady, Overtaken, dispatch
from conversations.events import disconnect, record
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.proof import take_receipt
from conversations.reading import as_remote, read
from forstok_chat.accounts.models import User
from marketplaces.connector import Connector
from marketplaces.content import Kind, Receipt
from marketplaces.errors import (
    MarketplaceError,
    NotAuthorized,
    RateLimited,
    Temporary,
    Uncertain,
    Unsupported,
)

logger = logging.getLogger(__name__)

State = OutgoingMessage.State

# No send lasts so long, a refresh of tokens and a second try included, so whoever was sending is gone.
LOST_AFTER = timedelta(seconds=120)
# A reading back that takes longer is somebody else's turn.
SETTLE_LEASE = timedelta(seconds=60)
# When the machine gives up and shows the case to a person.
PERSON_AFTER = timedelta(minutes=5)
# Seconds between two looks at most, so that a person is not kept waiting for a daily limit's end.
LONGEST_WAIT = 60.0

# Reasons of our own beside the marketplaces' codes, for the agent.
EXPLANATIONS = {
    "not_authorized": gettext_noop(
        "The shop's connection has ended. Activate its chat again, then try again."
    ),
    "not_configured": gettext_noop(
        "The app keys of this marketplace are missing. Please tell your administrator."
    ),
    "too_many_attempts": gettext_noop(
        "The marketplace could not be reached several times. It was not delivered."
    ),
    "file_gone": gettext_noop("The file is no longer here. Choose it again."),
    "video_not_ready": gettext_noop("The marketplace did not finish its work on the video. Try again."),
    "moved": gettext_noop("The shop goes on at another marketplace. Answer the buyer there."),
    "lost": gettext_noop("The connection broke while sending. Checking whether it arrived."),
}


@dataclass(frozen=True)
class RetryPolicy:
    attempts: int = 8
    first: float = 2.0  # seconds
    longest: float = 300.0

    def wait(self, attempt: int) -> float:
        """Seconds before the next try: doubling, with jitter so that shops do not march in step."""
        return min(self.longest, self.first * 2 ** (attempt - 1)) * random.uniform(0.8, 1.2)  # noqa: S311


POLICY = RetryPolicy()


# Writing


@transaction.atomic
def enqueue(conversation: Conversation, by: User, draft: Draft, client_id: UUID) -> Message:
    """Store a reply and its outbox row. A second click (same client id) finds the first. Raises Unsupported."""
    if not conversation.shop.connector.can(draft.ability):
        raise Unsupported(draft.ability)
    conversation = conversation.locked()
    twin = Message.objects.filter(client_id=client_id).first()
    if twin is not None and is_twin(twin, conversation, draft):
        return twin
    if twin is not None:  # edited after an answer that got lost, or an id of elsewhere: a reply of its own
        client_id = uuid4()
    message = Message.objects.create(
        conversation=conversation,
        client_id=client_id,
        origin=Message.Origin.AGENT,
        source=Message.Source.HERE,
        kind=draft.kind.value,
        text=draft.text,
        payload=dict(draft.payload),
        attachment=draft.attachment,
        author=by,
        sender_name=str(by),
        sent_at=timezone.now(),
    )
    OutgoingMessage.objects.create(message=message, conversation=conversation)
    conversation.derive()
    conversation.replied(by)
    record(conversation, [message])
    return message


def is_twin(message: Message, conversation: Conversation, draft: Draft) -> bool:
    same = (message.conversation_id, message.kind, message.text) == (conversation.pk, draft.kind, draft.text)
    return same and (draft.attachment is not None or message.payload == draft.payload)


# Sending


@transaction.atomic
def claim(conversation_id: UUID | str, *, is_handed_over: bool = False) -> OutgoingMessage | None:
    """The oldest waiting reply of this conversation, now ours to send; None when it is not its turn.

    `is_handed_over`: its lane gave it to us, with a permit.
    """
    conversation = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
    if conversation is None or conversation.outgoing.filter(state__in=OutgoingMessage.IN_FLIGHT).exists():
        return None
    oldest = conversation.outgoing.filter(state=State.QUEUED).order_by("pk").first()
    now = timezone.now()
    if oldest is None or (oldest.next_attempt_at > now and not is_handed_over):
        return None
    oldest.state, oldest.attempted_at, oldest.readings = State.SENDING, now, 0
    oldest.accepted_at = oldest.looked_at = None
    oldest.attempts += 1
    oldest.save()
    record(conversation, [oldest.message])
    return oldest


def send(outgoing: OutgoingMessage, connector: Connector) -> None:
    """Make the call for a claimed reply and record what came of it. Never raises a marketplace's error."""
    try:
        receipt = dispatch(outgoing, connector)
    except Overtaken:
        logger.warning("%s was taken over while its file was handed over", outgoing.pk)
    except NotReady:
        back_to_queue(outgoing, wait=LOOK_AGAIN, costs_attempt=False, code="not_ready")
    except RateLimited as error:
        wait = error.retry_after + random.uniform(0, 0.1)  # noqa: S311
        back_to_queue(outgoing, wait=wait, costs_attempt=False, code=error.code)
    except Temporary as error:
        try_again_or_fail(outgoing, error)
    except Uncertain as error:
        doubt(outgoing, code="lost", detail=str(error))
    except NotAuthorized as error:
        disconnect(outgoing.conversation.shop, error)
        explained = error.code in connector.explanations
        hold(outgoing, error.code if explained else "not_authorized", str(error))
    except MarketplaceError as error:
        if error.code in connector.lock_codes:
            outgoing.conversation.close_for_replies(error.code)
        fail(outgoing, error.code or "rejected", str(error))
    except Exception as error:
        # A fault of our own, perhaps after the request left: never repeat it blindly.
        logger.exception("sending %s broke", outgoing.pk)
        doubt(outgoing, code="lost", detail=type(error).__name__)
    else:
        accept(outgoing, receipt)


# Outcomes. Each finds the row still SENDING under the conversation's lock; a sync may have ticked it meanwhile.


@transaction.atomic
def accept(outgoing: OutgoingMessage, receipt: Receipt) -> None:
    """A message id is the proof. Without one the reading back must find it, so it is read at once."""
    conversation = outgoing.conversation.locked()
    row = OutgoingMessage.objects.select_related("message").get(pk=outgoing.pk)
    if receipt.remote_id:
        if row.message.remote_id != receipt.remote_id:
            changed = take_receipt(row, receipt, receipt.remote_id)
            conversation.derive()
            record(conversation, changed)
    elif row.state in OutgoingMessage.IN_FLIGHT:
        row.state, row.accepted_at, row.next_attempt_at = State.UNCERTAIN, timezone.now(), timezone.now()
        row.save()
        record(conversation, [row.message])


def back_to_queue(
    outgoing: OutgoingMessage, *, wait: float, costs_attempt: bool = True, code: str = "", detail: str = ""
) -> None:
    """Nothing was delivered: try again in `wait` seconds."""
    change(
        outgoing,
        state=State.QUEUED,
        next_attempt_at=timezone.now() + timedelta(seconds=wait),
        attempts=outgoing.attempts - (not costs_attempt),
        problem_code=code,
        problem_text=detail,
    )


def try_again_or_fail(outgoing: OutgoingMessage, error: MarketplaceError) -> None:
    if outgoing.attempts >= POLICY.attempts:
        fail(outgoing, "too_many_attempts", str(error))
    else:
        back_to_queue(outgoing, wait=POLICY.wait(outgoing.attempts), code=error.code, detail=str(error))


def fail(outgoing: OutgoingMessage, code: str, detail: str) -> None:
    change(outgoing, state=State.FAILED, problem_code=code[:100], problem_text=detail)


def hold(outgoing: OutgoingMessage, code: str, detail: str) -> None:
    """The marketplace does not let us speak for the shop: it waits for that, with all others (held.py)."""
    change(
        outgoing,
        state=State.HELD,
        withdrawn_at=timezone.now(),
        withdrawn_by=None,
        attempts=outgoing.attempts - 1,
        problem_code=code[:100],
        problem_text=detail,
    )


def doubt(outgoing: OutgoingMessage, *, code: str, detail: str) -> None:
    change(
        outgoing,
        state=State.UNCERTAIN,
        next_attempt_at=timezone.now() + timedelta(seconds=1),
        problem_code=code,
        problem_text=detail,
    )


@transaction.atomic
def change(outgoing: OutgoingMessage, *, while_in: str | None = None, **fields: object) -> bool:
    """Move the row on, unless something else has moved it since we looked."""
    conversation = outgoing.conversation.locked()
    expected = while_in or outgoing.state
    if not OutgoingMessage.objects.filter(pk=outgoing.pk, state=expected).update(**fields):
        return False
    conversation.derive()
    record(conversation, [outgoing.message])
    return True


# Settling what is uncertain


def claim_settling(outgoing_id: int) -> OutgoingMessage | None:
    """Take the turn to read back; None when it is settled or somebody else is at it."""
    now = timezone.now()
    due = OutgoingMessage.objects.filter(pk=outgoing_id, state=State.UNCERTAIN, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + SETTLE_LEASE):
        return None
    return OutgoingMessage.objects.select_related("message", "conversation__shop").get(pk=outgoing_id)


def settle(outgoing: OutgoingMessage, connector: Connector) -> None:
    """Read the conversation back. Found: ingest has ticked it. Twice not found, the second time past the
    marketplace's settling time: it certainly did not arrive, so back to the queue. Else look again later."""
    looked_at = timezone.now()
    try:
        read(outgoing.conversation.shop, connector, as_remote(outgoing.conversation))
    except MarketplaceError as error:
        if isinstance(error, NotAuthorized):
            disconnect(outgoing.conversation.shop, error)
        wait = min(error.retry_after, LONGEST_WAIT) if isinstance(error, RateLimited) else POLICY.wait(3)
        look_again(outgoing, looked_at, timezone.now() + timedelta(seconds=wait))
        return
    row = OutgoingMessage.objects.get(pk=outgoing.pk)
    if row.state != State.UNCERTAIN:
        return
    settled_at = attempted_at(row) + connector.settling_time
    readings = row.readings + 1
    OutgoingMessage.objects.filter(pk=row.pk).update(readings=readings, looked_at=looked_at)
    if readings < 2:  # the marketplace may have taken it as late as we gave up waiting for its answer
        look_again(outgoing, looked_at, max(settled_at, looked_at + connector.settling_time))
    elif looked_at < settled_at:
        look_again(outgoing, looked_at, settled_at)
    elif row.accepted_at is not None:
        # It said yes, so "not there" is no proof of the contrary: slower, and after a while a person looks.
        look_again(outgoing, looked_at, looked_at + connector.settling_time)
    else:
        try_again_or_fail(row, Temporary("read back twice, not there"))


def look_again(outgoing: OutgoingMessage, looked_at: datetime, at: datetime) -> None:
    change(
        outgoing,
        while_in=State.UNCERTAIN,
        next_attempt_at=at,
        needs_person=looked_at > attempted_at(outgoing) + PERSON_AFTER,
    )


def attempted_at(outgoing: OutgoingMessage) -> datetime:
    return outgoing.attempted_at or outgoing.created_at


# What a person decides


def try_again(outgoing: OutgoingMessage) -> bool:
    """Send a failed or held one once more, or one that the machine could not settle. False when it moved
    meanwhile."""
    if outgoing.state not in (State.FAILED, State.HELD) and not outgoing.needs_person:
        return False
    return change(outgoing, while_in=outgoing.state, **afresh())


def afresh() -> dict[str, Any]:
    """The fields of a reply that goes into the queue as if it had never been tried."""
    return {
        "state": State.QUEUED,
        "attempts": 0,
        "next_attempt_at": timezone.now(),
        "needs_person": False,
        "problem_code": "",
        "problem_text": "",
        "withdrawn_at": None,
        "withdrawn_by": None,
    }


@transaction.atomic
def send_link(outgoing: OutgoingMessage) -> bool:
    """Send a picture that the marketplace did not take as a text with its address. False when it moved meanwhile
    or is no such picture."""
    outgoing.conversation.locked()
    row = OutgoingMessage.objects.select_related("message__attachment").get(pk=outgoing.pk)
    message, file = row.message, row.message.attachment
    if file is None or not row.can_go_as_link:
        return False
    address = public_links.link_to(file, public_links.FOR_A_BUYER)
    message.kind, message.payload = Kind.TEXT, {}
    message.text = "\n".join(filter(None, [message.text, address]))
    message.save(update_fields=["kind", "text", "payload"])
    return try_again(row)


def confirm(outgoing: OutgoingMessage) -> bool:
    """A person has seen it in the seller centre: it arrived. False when it moved meanwhile."""
    if not outgoing.needs_person:
        return False
    return change(outgoing, state=State.SENT, needs_person=False, sent_at=attempted_at(outgoing))


# Sweeping


def lost_to_uncertain() -> int:
    """Rows whose worker died: it may have left. Returns how many."""
    stale = OutgoingMessage.objects.filter(
        state=State.SENDING, attempted_at__lt=timezone.now() - LOST_AFTER
    ).select_related("message", "conversation")
    for outgoing in stale:
        doubt(outgoing, code="lost", detail="the worker is gone")
    return len(stale)


def due_to_settle() -> list[int]:
    due = OutgoingMessage.objects.filter(state=State.UNCERTAIN, next_attempt_at__lte=timezone.now())
    return list(due.values_list("pk", flat=True)[:500])
