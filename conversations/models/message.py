"""One bubble, of either side."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from forstok_chat.accounts.models import User
from marketplaces.content import IncomingMessage, Kind, is_bare_attachment
from marketplaces.models import MediaFile, Order, Product

if TYPE_CHECKING:
    from conversations.evidence import Evidence
    from conversations.places import Place

# Bubbles that the marketplace has not numbered yet stand behind the others of their instant.
UNNUMBERED = 2**63 - 1


class OuterRow:
    """In the place of a message within a subquery: the row around it."""

    sent_at, sequence, pk = OuterRef("sent_at"), OuterRef("sequence"), OuterRef("pk")


class MessageQuerySet(models.QuerySet["Message"]):
    def oldest_first(self) -> MessageQuerySet:
        return self.order_by("sent_at", "sequence", "pk")

    def newest_first(self) -> MessageQuerySet:
        return self.order_by("-sent_at", "-sequence", "-pk")

    def after(self, sent_at: datetime, sequence: int) -> MessageQuerySet:
        later = Q(sent_at__gt=sent_at) | Q(sent_at=sent_at, sequence__gt=sequence)
        return self.filter(later, sent_at__gte=sent_at)

    def above(self, message: Message | OuterRow) -> MessageQuerySet:
        """Those above this one in the thread. The first condition is for the index."""
        return self.filter(
            Q(sent_at__lt=message.sent_at)
            | Q(sent_at=message.sent_at, sequence__lt=message.sequence)
            | Q(sent_at=message.sent_at, sequence=message.sequence, pk__lt=message.pk),
            sent_at__lte=message.sent_at,
        )

    def below(self, message: Message | OuterRow) -> MessageQuerySet:
        return self.filter(
            Q(sent_at__gt=message.sent_at)
            | Q(sent_at=message.sent_at, sequence__gt=message.sequence)
            | Q(sent_at=message.sent_at, sequence=message.sequence, pk__gt=message.pk),
            sent_at__gte=message.sent_at,
        )

    def shown(self) -> MessageQuerySet:
        return self.filter(is_hidden=False)

    def numbered(self) -> MessageQuerySet:
        """Those that the marketplace has numbered."""
        return self.filter(sequence__lt=UNNUMBERED)

    def from_buyer(self) -> MessageQuerySet:
        return self.shown().filter(origin=Message.Origin.BUYER)

    def naming_something(self) -> MessageQuerySet:
        """Those that tell which product or order they are about."""
        return self.filter(
            Q(kind__in=[Kind.PRODUCT, Kind.ORDER]) | Q(about__has_any_keys=["product", "order"])
        )

    def answers(self) -> MessageQuerySet:
        """What counts as the shop answering: typed by a person here or in the seller centre.

        One that never went out, or that the marketplace took away, is no answer.
        """
        people = [Message.Origin.AGENT, Message.Origin.SELLER_CENTRE]
        return (
            self.shown()
            .filter(origin__in=people)
            .exclude(Q(outgoing__state__in=["failed", "held"]) | Q(payload__has_key="refusal"))
        )

    def automatic(self) -> MessageQuerySet:
        """Replies that nobody wrote: an answer for marketplaces that count them."""
        return self.shown().filter(origin=Message.Origin.AUTOMATIC)

    def with_parts(self) -> MessageQuerySet:
        """All that a bubble shows, in one query."""
        return self.select_related("author", "outgoing__withdrawn_by")


class Message(models.Model):
    """One bubble. Its place in the thread is (sent_at, sequence): the marketplace's time, then its numbering."""

    class Origin(models.TextChoices):
        BUYER = "buyer", _("Buyer")
        AGENT = "agent", _("Agent")
        SELLER_CENTRE = "seller_centre", _("Seller centre")
        AUTOMATIC = "automatic", _("Automatic")

    class Source(models.TextChoices):
        """Where this copy came from; a reading is richer than a push and wins over it."""

        HERE = "here", _("Written here")
        PUSH = "push", _("Push")
        READING = "reading", _("Reading")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    remote_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  (NULLs are distinct)
    origin = models.CharField(max_length=14, choices=Origin.choices)
    source = models.CharField(max_length=8, choices=Source.choices)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    about = models.JSONField(default=dict, blank=True)
    raw = models.JSONField(default=dict, blank=True)
    # What only a push told of it (kind, text, payload), kept over later readings that tell less.
    told_by_push = models.JSONField(null=True, blank=True)
    is_hidden = models.BooleanField(default=False, help_text=_("The marketplace shows it to nobody."))
    sender_name = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(_("time at the marketplace"))
    sequence = models.BigIntegerField(default=UNNUMBERED)
    received_at = models.DateTimeField(default=timezone.now)
    late_by = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Seconds; empty when it came in time or is older history.")
    )
    attachment = models.ForeignKey(
        MediaFile, models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Uploaded here.")
    )

    # Not columns: what the bubble names, put here by cards.attach.
    product: Product | None = None
    order: Order | None = None
    about_product: Product | None = None
    about_order: Order | None = None
    # Nor these: where it stands in the queue while it waits there, whether an older one keeps it from going, and
    # what is known of one that a person has to judge.
    place: Place | None = None
    # Nor these: goes on with what the one above it began (groups.mark), and its picture or video, copied here.
    is_continued = False
    file: MediaFile | None = None
    waits_for_older = False
    evidence: Evidence | None = None

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["conversation", "remote_id"], name="a_message_is_stored_once")
        ]
        indexes = [
            models.Index(fields=["conversation", "-sent_at", "-sequence", "-id"], name="thread"),
            models.Index(fields=["conversation", "origin", "-sent_at", "-sequence"], name="thread_by_origin"),
            models.Index(
                KeyTextTransform("product", "payload"),
                condition=Q(kind="product"),
                name="messages_of_product",
            ),
            models.Index(
                KeyTextTransform("order", "payload"), condition=Q(kind="order"), name="messages_of_order"
            ),
            models.Index(
                KeyTextTransform("product", "about"),
                condition=Q(about__has_key="product"),
                name="messages_about_product",
            ),
            models.Index(
                KeyTextTransform("order", "about"),
                condition=Q(about__has_key="order"),
                name="messages_about_order",
            ),
            GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="messages_by_words"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.kind} {self.remote_id or self.client_id}"

    @property
    def is_from_buyer(self) -> bool:
        return self.origin == self.Origin.BUYER

    @property
    def template_name(self) -> str:
        return f"conversations/bubbles/{self.kind}.html"

    def copy_from(self, incoming: IncomingMessage) -> None:
        """Take over the marketplace's own copy; the caller saves."""
        self.kind = incoming.kind.value
        self.text = storable(incoming.text)
        self.payload = storable(dict(incoming.payload))
        self.about = storable(dict(incoming.about))
        self.raw = storable(dict(incoming.raw))
        self.sender_name = storable(incoming.sender_name)[:200]
        self.sent_at = incoming.sent_at
        self.sequence = incoming.sequence
        self.is_hidden = incoming.is_hidden
        self.add_told()

    def add_told(self) -> None:
        """What a push told of an attachment, over a copy that tells no more of it than its id."""
        if self.told_by_push and is_bare_attachment(self.kind, self.payload):
            attached = {"attachment": self.payload["attachment"]}
            self.kind, self.payload = self.told_by_push["kind"], attached | self.told_by_push["payload"]


def storable(value: Any) -> Any:
    """PostgreSQL takes no NUL in a text; a buyer's message is not lost for one."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value
