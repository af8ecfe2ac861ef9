"""What happened, as rows: raw pushes, the first import, and the events that screens follow."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from conversations.models.message import Message
from conversations.models.notes import ConversationNote
from forstok_chat.accounts.models import Seller
from marketplaces.models import App, Shop


class Push(models.Model):
    """A push as it came, verified before it is stored, kept until it is processed and for a while after
    (pruning.py).

    `was_lost`: it found us away and was fetched later by a call of ours, so it had no signature.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    app = models.ForeignKey(App, models.CASCADE, related_name="+")
    shop = models.ForeignKey(
        Shop,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Known once it is processed."),
    )
    kind = models.CharField(max_length=12, blank=True)  # content.PushKind
    mentions = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text=_("The marketplace's ids that it names: shop, conversation, buyer, message, order."),
    )
    body = models.BinaryField()
    was_lost = models.BooleanField(default=False)
    notification = models.CharField(
        max_length=100, blank=True, help_text=_("The marketplace's id of it, the same when it comes again.")
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    problem = models.TextField(blank=True)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("push")
        verbose_name_plural = _("pushes")
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="received"), name="push_open"),
            models.Index(fields=["received_at"], name="push_by_time"),
            GinIndex(fields=["mentions"], name="push_by_mention"),
        ]
        permissions = [("replay_push", _("Can process pushes again"))]
        constraints = [
            models.UniqueConstraint(
                fields=["app", "notification"],
                condition=~models.Q(notification=""),
                name="a_push_is_stored_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.app.marketplace} {self.received_at:%Y-%m-%d %H:%M:%S}"


class PushHint(models.Model):
    """What a push told of a bubble that has no id yet there; joined to the bubble that a reading brings."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="hints")
    kind = models.CharField(max_length=12)  # content.Kind
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    is_from_buyer = models.BooleanField(default=True)
    message = models.OneToOneField(
        Message, models.SET_NULL, null=True, blank=True, related_name="hint", help_text=_("Its bubble.")
    )
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("push hint")
        verbose_name_plural = _("push hints")
        indexes = [
            models.Index(
                fields=["conversation", "received_at"],
                condition=models.Q(message__isnull=True),
                name="hints_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.received_at:%Y-%m-%d %H:%M:%S}"


class Import(models.Model):
    """The first import of a shop: once, resumable. `plan` holds the conversations still to be read."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    shop = models.OneToOneField(Shop, models.CASCADE, related_name="first_import")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    plan = models.JSONField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(default=timezone.now)
    problem = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("first import")
        verbose_name_plural = _("first imports")

    def __str__(self) -> str:
        return f"{self.shop} {self.done}/{self.total}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class Event(models.Model):
    """Something that open screens show has changed. Ids grow in commit order within a seller (see events.py)."""

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="+")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="+")
    note = models.ForeignKey(ConversationNote, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["seller", "id"], name="events_of_seller")]

    def __str__(self) -> str:
        return f"{self.pk}"


class PrunedEvents(models.Model):
    """Up to `through` a seller's events are gone (pruning.py): whoever has seen less cannot catch up by them."""

    seller = models.OneToOneField(Seller, models.CASCADE, primary_key=True, related_name="+")
    through = models.BigIntegerField(help_text=_("The id of the newest event that was removed."))

    class Meta:
        verbose_name = _("pruned events")
        verbose_name_plural = _("pruned events")

    def __str__(self) -> str:
        return f"{self.seller_id} {self.through}"
