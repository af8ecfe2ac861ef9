"""What a person is at a seller: the role, the shops, and the verbs that change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts import permissions
from forstok_chat.accounts.models.people import ONLINE_FOR, Seller, User
from forstok_chat.accounts.permissions import PERMISSIONS, Permission, roles_with, to_lead

if TYPE_CHECKING:
    from forstok_chat.accounts.models.invitation import Invitation


class LastOwner(Exception):
    """A seller must keep an owner who sees all of its shops."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> MembershipQuerySet:
        return self.filter(left_at=None)

    def allowing(self, permission: Permission) -> MembershipQuerySet:
        """Those that hold now and whose role has this permission."""
        return self.active().filter(role__in=roles_with(permission))

    def online(self) -> MembershipQuerySet:
        """Of people who are here now."""
        return self.active().filter(user__seen_at__gt=timezone.now() - ONLINE_FOR)


class Membership(models.Model):
    """What a user is at a seller. Sees all of its shops, or only the chosen ones; nothing once it has ended."""

    Role = permissions.Role

    uuid = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    sees_all_shops = models.BooleanField(_("sees all shops"), default=True)
    shops = models.ManyToManyField("marketplaces.Shop", blank=True, related_name="+")
    left_at = models.DateTimeField(_("access ended"), null=True, blank=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "seller"], name="one_membership_per_seller")]

    def __str__(self) -> str:
        return f"{self.user} · {self.seller} · {self.get_role_display()}"

    @property
    def is_active(self) -> bool:
        return self.left_at is None

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in PERMISSIONS[permissions.Role(self.role)]

    def may_give(self, role: permissions.Role) -> bool:
        return self.may(to_lead(role))

    def leads(self, other: Membership | Invitation) -> bool:
        """Whether this person looks after that one: of a role that they may give, with no shop that they do not
        see themselves."""
        return (
            self.seller_id == other.seller_id
            and self.may_give(permissions.Role(other.role))
            and self.sees(other)
        )

    def sees(self, other: Membership | Invitation) -> bool:
        """Whether all shops of that one are among the shops of this one."""
        if self.sees_all_shops or other.sees_all_shops:
            return self.sees_all_shops
        return {shop.pk for shop in other.shops.all()} <= {shop.pk for shop in self.shops.all()}

    # Verbs

    @transaction.atomic
    def change(self, role: permissions.Role, *, sees_all_shops: bool, shops: Iterable[models.Model]) -> None:
        """Another role, other shops. Raises LastOwner."""
        with keeping_an_owner(self.seller):
            self.role, self.sees_all_shops = role, sees_all_shops
            self.save(update_fields=["role", "sees_all_shops"])
            self.shops.set([] if sees_all_shops else shops)  # type: ignore[arg-type]  # shops, named by text
        self.withdraw_invitations()

    @transaction.atomic
    def end(self) -> None:
        """This person works here no longer. What they wrote stays. Raises LastOwner."""
        with keeping_an_owner(self.seller):
            self.left_at = timezone.now()
            self.save(update_fields=["left_at"])
        # Nobody who has gone counts as here, not even for a minute.
        User.objects.filter(pk=self.user_id).update(seen_at=None)
        self.withdraw_invitations()

    def resume(self) -> None:
        """Back again, with the role and the shops of then."""
        self.left_at = None
        self.save(update_fields=["left_at"])

    def withdraw_invitations(self) -> None:
        """What this person offered others holds no longer than they could offer it."""
        offered = self.seller.invitations.open().filter(invited_by=self.user)
        offered.filter(pk__in=[each.pk for each in offered if not self.leads(each)]).delete()


@contextmanager
def keeping_an_owner(seller: Seller) -> Iterator[None]:
    """Undo what is done within, by LastOwner, if it takes the last owner, or the last one who sees all shops."""
    with transaction.atomic():
        # In turn: else two owners could demote each other at the same time.
        Seller.objects.select_for_update(no_key=True).get(pk=seller.pk)
        before = owners(seller)
        yield
        if owners(seller) < before:
            raise LastOwner


def owners(seller: Seller) -> tuple[bool, bool]:
    """Whether there is an owner, and whether there is one who sees all shops."""
    found = Membership.objects.active().filter(seller=seller, role=permissions.Role.OWNER)
    return found.exists(), found.filter(sees_all_shops=True).exists()
