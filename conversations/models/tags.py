"""Coloured words by which a team sorts its chats, kept by their seller.

Tag ─── Tagging     on one conversation
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from forstok_chat.accounts.models import Membership, Seller, User
from forstok_chat.accounts.permissions import Permission


class TagQuerySet(models.QuerySet["Tag"]):
    def usable_by(self, user: User) -> TagQuerySet:
        return self.allowing(user, Permission.CHAT)

    def kept_by(self, user: User) -> TagQuerySet:
        """Those that this user may change."""
        return self.allowing(user, Permission.KEEP_TAGS)

    def allowing(self, user: User, permission: Permission) -> TagQuerySet:
        jobs = Membership.objects.filter(user=user).allowing(permission)
        return self.filter(seller__in=jobs.values("seller"))

    def counted(self) -> TagQuerySet:
        """With `number`, how many chats have it."""
        return self.annotate(number=models.Count("taggings"))


class Tag(models.Model):
    class Colour(models.TextChoices):
        """static/css/tags.css has each in light and dark."""

        GREY = "grey", _("Grey")
        RED = "red", _("Red")
        ORANGE = "orange", _("Orange")
        YELLOW = "yellow", _("Yellow")
        GREEN = "green", _("Green")
        TEAL = "teal", _("Teal")
        BLUE = "blue", _("Blue")
        PURPLE = "purple", _("Purple")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="tags")
    name = models.CharField(_("name"), max_length=30)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour.choices, default=Colour.GREY)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TagQuerySet] = TagQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), "seller", name="a_name_is_one_tag"),
        ]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("tagging")
        verbose_name_plural = _("taggings")
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="tagged_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.tag_id}"
