"""An invitation to a seller's team, by a link that works once."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.models.membership import Membership
from forstok_chat.accounts.models.people import Seller, User
from forstok_chat.accounts.permissions import Role

VALID_FOR = timedelta(days=7)


class InvitationUsed(Exception):
    """It was accepted or withdrawn, or its time is over."""


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> InvitationQuerySet:
        """Not accepted; perhaps out of date, then it can be sent again."""
        return self.filter(accepted_at=None)

    def usable(self) -> InvitationQuerySet:
        return self.open().filter(expires_at__gt=timezone.now())

    def of_token(self, token: str) -> InvitationQuerySet:
        return self.usable().filter(token_hash=hashed(token))


class Invitation(models.Model):
    """Who is asked to join, as what. The link's token is only in the mail; a hash of it is here.

    One that is withdrawn is deleted. `accepted_at` ends it for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    sees_all_shops = models.BooleanField(_("sees all shops"), default=True)
    shops = models.ManyToManyField("marketplaces.Shop", blank=True, related_name="+")
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "email"],
                condition=models.Q(accepted_at=None),
                name="one_open_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.seller}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def renew(self) -> str:
        """A new link for seven days; the one before it works no longer. Returns the token."""
        token = secrets.token_urlsafe(32)
        self.token_hash, self.expires_at = hashed(token), timezone.now() + VALID_FOR
        self.save()
        return token

    @transaction.atomic
    def accept(self, user: User) -> Membership:
        """This user is in. An earlier membership stays as it is. Raises InvitationUsed, also on a second click."""
        asked = (
            Invitation.objects.usable()
            .select_for_update()
            .filter(pk=self.pk, token_hash=self.token_hash)
            .first()
        )
        if asked is None or user.email.lower() != asked.email.lower():
            raise InvitationUsed
        Invitation.objects.filter(pk=asked.pk).update(accepted_at=timezone.now())
        offered = {"role": asked.role, "sees_all_shops": asked.sees_all_shops}
        membership, is_new = Membership.objects.get_or_create(
            user=user, seller=asked.seller, defaults=offered
        )
        if is_new:
            membership.shops.set(asked.shops.all())
        return membership


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
