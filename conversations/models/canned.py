"""Canned replies: texts that a team sends again and again, kept by their seller.

CannedReply ─┬─ CannedWording     other words for one shop
             ├─ CannedPicture     goes out beside the text, a bubble of its own
             └─ CannedUse         a reply that was written with it, counted once
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message
from forstok_chat.accounts.models import Membership, Seller, User
from forstok_chat.accounts.permissions import Permission
from marketplaces.models import Shop


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def usable_by(self, user: User) -> CannedReplyQuerySet:
        return self.allowing(user, Permission.CHAT)

    def kept_by(self, user: User) -> CannedReplyQuerySet:
        """Those that this user may change."""
        return self.allowing(user, Permission.KEEP_CANNED_REPLIES)

    def allowing(self, user: User, permission: Permission) -> CannedReplyQuerySet:
        jobs = Membership.objects.filter(user=user).allowing(permission)
        return self.filter(seller__in=jobs.values("seller"))

    def matching(self, text: str) -> CannedReplyQuerySet:
        """Every word is in the name, the title or the text."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(shortcut__icontains=word) | Q(title__icontains=word) | Q(text__icontains=word)
            )
        return found


class CannedReply(models.Model):
    """`shortcut`: by which it is called in the composer, in lower case, without the slash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="canned_replies")
    shortcut = models.CharField(_("shortcut"), max_length=30)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"))
    use_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[CannedReplyQuerySet] = CannedReplyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(fields=["seller", "shortcut"], name="a_shortcut_is_one_canned_reply")
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"

    def wording(self, shop: Shop) -> str:
        """Its text for this shop. Reads `wordings`, which lists prefetch."""
        own = (each.text for each in self.wordings.all() if each.shop_id == shop.pk)
        return next(own, self.text)

    def note_use(self, message: Message) -> None:
        """A bubble was written with it; the same bubble counts once. Within the transaction that queues it."""
        _use, is_new = CannedUse.objects.get_or_create(message=message, defaults={"reply": self})
        if is_new:
            now = timezone.now()
            CannedReply.objects.filter(pk=self.pk).update(use_count=F("use_count") + 1, last_used_at=now)


class CannedWording(models.Model):
    reply = models.ForeignKey(CannedReply, models.CASCADE, related_name="wordings")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("wording of a shop")
        verbose_name_plural = _("wordings of shops")
        constraints = [models.UniqueConstraint(fields=["reply", "shop"], name="one_wording_per_shop")]

    def __str__(self) -> str:
        return f"{self.reply_id} · {self.shop_id}"


def place_of(picture: CannedPicture, name: str) -> str:
    """The name is ours: "picture.jpg" and "small.jpg" of one picture stand in one folder."""
    return f"canned/{picture.pk.hex[:2]}/{picture.pk.hex}/{name}"


class CannedPicture(models.Model):
    """As it was uploaded, without what was hidden in it. Each shop gets a copy of its own, as its marketplace takes
    it (canned/pictures.py)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reply = models.ForeignKey(CannedReply, models.CASCADE, related_name="pictures")
    file = models.FileField(upload_to=place_of)
    small = models.FileField(upload_to=place_of)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("picture of a canned reply")
        verbose_name_plural = _("pictures of canned replies")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return str(self.pk)


class CannedUse(models.Model):
    message = models.OneToOneField(Message, models.CASCADE, related_name="canned_use")
    reply = models.ForeignKey(CannedReply, models.CASCADE, related_name="uses")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("use of a canned reply")
        verbose_name_plural = _("uses of canned replies")

    def __str__(self) -> str:
        return f"{self.reply_id} {self.message_id}"
