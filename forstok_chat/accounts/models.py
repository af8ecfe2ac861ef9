"""Who uses the product: sellers (the tenants), their people, and what each of them may see."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# An open inbox asks for changes at least this often, so a longer silence means that nobody is there.
ONLINE_FOR = timedelta(seconds=75)


class Seller(models.Model):
    """The tenant: one company, its shops and its people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        """E-mail addresses are told apart without regard to case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail; works for the sellers of their memberships."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("support staff"), default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_online(self) -> bool:
        return self.seen_at is not None and self.seen_at > timezone.now() - ONLINE_FOR

    def touch(self) -> None:
        """Remember that this person is here; at most one write in half the time that counts as online."""
        now = timezone.now()
        stale = models.Q(seen_at=None) | models.Q(seen_at__lt=now - ONLINE_FOR / 2)
        User.objects.filter(stale, pk=self.pk).update(seen_at=now)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def online(self) -> MembershipQuerySet:
        """Of people who are here now."""
        return self.filter(user__seen_at__gt=timezone.now() - ONLINE_FOR)


class Membership(models.Model):
    """What a user is at a seller. Sees all of its shops, or only the chosen ones."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        SUPERVISOR = "supervisor", _("Supervisor")
        AGENT = "agent", _("Agent")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.AGENT)
    sees_all_shops = models.BooleanField(_("sees all shops"), default=True)
    shops = models.ManyToManyField("marketplaces.Shop", blank=True, related_name="+")

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "seller"], name="one_membership_per_seller")]

    def __str__(self) -> str:
        return f"{self.user} · {self.seller} · {self.get_role_display()}"

    @property
    def may_manage_shops(self) -> bool:
        """Activating and deactivating shops is for owners and supervisors."""
        return self.role in {self.Role.OWNER, self.Role.SUPERVISOR}
