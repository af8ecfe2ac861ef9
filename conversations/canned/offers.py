"""The canned replies that the composer offers while somebody types "/ong"."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Case, Prefetch, Value, When
from django.utils.translation import gettext_lazy as _

from conversations.canned.placeholders import fill
from conversations.canned.values import values_of
from conversations.models import CannedReply, CannedWording, Conversation

MOST = 8
LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Offer:
    """A reply as it would be inserted here."""

    reply: CannedReply
    text: str


def offers(conversation: Conversation, written: str) -> list[Offer]:
    """For what stands in the composer: none unless it begins with a slash. First those that are called so, then
    those used most."""
    if not written.startswith("/"):
        return []
    search = written[1:].strip().replace("\x00", "")[:LONGEST_SEARCH].lower()
    wordings = CannedWording.objects.filter(shop=conversation.shop_id)
    called_so = Case(When(shortcut__startswith=search, then=Value(0)), default=Value(1))
    found = CannedReply.objects.filter(seller=conversation.seller_id).matching(search)
    found = found.prefetch_related(Prefetch("wordings", wordings), "pictures")
    replies = list(found.order_by(called_so, "-use_count", "shortcut")[:MOST])
    values = values_of(conversation) if replies else {}
    return [Offer(reply, fill(reply.wording(conversation.shop), values)) for reply in replies]


def check_not_a_shortcut(conversation: Conversation, text: str) -> None:
    """Enter was faster than the list: no buyer reads "/ongkir". Raises ValidationError."""
    called = text.strip().lower()
    if not called.startswith("/") or len(called.split()) != 1 or called == "/":
        return
    if CannedReply.objects.filter(seller=conversation.seller_id, shortcut__startswith=called[1:]).exists():
        raise ValidationError(
            _("“%(shortcut)s” calls a canned reply. Choose it from the list, it was not sent."),
            params={"shortcut": text.strip()},
        )
