"""What of the inbox somebody looks at often, under a name: for themselves, or for the whole team of a seller."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.models import Membership, Seller, User
from forstok_chat.accounts.permissions import Permission


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and those of one's teams, in their order."""
        found = self.filter(Q(user=user) | Q(seller__in=sellers(user, Permission.CHAT)))
        return found.select_related("seller").order_by("place", "created_at", "pk")

    def kept_by(self, user: User) -> Self:
        """Those that this person may change."""
        found = self.filter(Q(user=user) | Q(seller__in=sellers(user, Permission.SHARE_VIEWS)))
        return found.order_by("place", "created_at", "pk")


def sellers(user: User, permission: Permission) -> models.QuerySet[Membership, object]:
    return Membership.objects.filter(user=user).allowing(permission).values("seller")


class SavedView(models.Model):
    """Of a person or of a team. `query`: as Filters writes and reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="saved_views")
    seller = models.ForeignKey(Seller, models.CASCADE, null=True, blank=True, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500, blank=True)
    place = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(seller__isnull=True),
                name="a_view_is_of_a_person_or_a_team",
            )
        ]

    def __str__(self) -> str:
        return self.name
