"""The outbox row of an agent's bubble: state, attempts, next try, why not.

    QUEUED ──> SENDING ──> SENT            with the marketplace's proof
      ^           │ ├────> FAILED          it said no; the text stays, the agent may try again
      │           │ └────> UNCERTAIN       it left and no proof came: read back, then one of
      └───────────┴───────────┘            SENT (it is there), QUEUED (it certainly is not), or a person decides

    QUEUED ──> HELD ──> QUEUED             out of the queue: somebody edits it, or its shop is disconnected
    QUEUED, HELD, FAILED ──> CANCELLED     a person took it back; its bubble is hidden

One row in flight per conversation, oldest first; the partial unique constraint holds it even against a bug.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from conversations.models.message import Message
from forstok_chat.accounts.models import User
from marketplaces.content import Kind


class OutgoingMessage(models.Model):
    class State(models.TextChoices):
        QUEUED = "queued", _("In queue")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        UNCERTAIN = "uncertain", _("Checking")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    IN_FLIGHT = (State.SENDING, State.UNCERTAIN)
    # Not on its way and not arrived: it may be taken back.
    AT_REST = (State.QUEUED, State.HELD, State.FAILED)

    message = models.OneToOneField(Message, models.CASCADE, related_name="outgoing")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="outgoing")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    attempted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The marketplace said yes without a message id.")
    )
    readings = models.PositiveIntegerField(default=0, help_text=_("Times it was looked for and not found."))
    looked_at = models.DateTimeField(null=True, blank=True, help_text=_("The last time of these."))
    needs_person = models.BooleanField(default=False)
    problem_code = models.CharField(max_length=100, blank=True)
    problem_text = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Out of the queue since, by whom: without a person its shop was disconnected.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        permissions = [("decide_outgoingmessage", _("Can try replies again and mark them as arrived"))]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(state__in=["sending", "uncertain"]),
                name="one_in_flight_per_conversation",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=["queued", "sending", "uncertain"]),
                name="outbox_open",
            ),
            models.Index(
                fields=["conversation"], condition=Q(state__in=["held", "failed"]), name="outbox_held"
            ),
            models.Index(fields=["conversation", "state", "id"], name="outbox_of_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.message_id}"

    @property
    def is_being_edited(self) -> bool:
        return self.state == self.State.HELD and self.withdrawn_by_id is not None

    @property
    def can_be_cancelled(self) -> bool:
        """What the marketplace has shown, even refused, stays to be seen."""
        return self.state in self.AT_REST and not self.message.remote_id

    @property
    def can_be_edited(self) -> bool:
        return self.can_be_cancelled and self.message.kind == Kind.TEXT

    @property
    def can_go_as_link(self) -> bool:
        """A picture that the marketplace was to fetch from here, and that did not go out."""
        is_picture = self.message.kind == Kind.IMAGE and self.message.attachment_id is not None
        connector = self.message.conversation.shop.connector
        return self.state == self.State.FAILED and is_picture and connector.fetches_pictures
