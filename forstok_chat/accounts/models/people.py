"""Who uses the product: sellers (the tenants) and people. What a person is at a seller: membership.py."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.permissions import Permission

if TYPE_CHECKING:
    from forstok_chat.accounts.models.membership import MembershipQuerySet

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
    enter_sends = models.BooleanField(_("Enter sends"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, editable=False)
    away_since = models.DateTimeField(_("on a break since"), null=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def jobs(self) -> MembershipQuerySet:
        """The memberships that have not ended."""
        from forstok_chat.accounts.models.membership import Membership

        return Membership.objects.filter(user=self).active()

    @cached_property
    def leads_a_team(self) -> bool:
        """Whether menus show the way to the team."""
        return self.jobs.allowing(Permission.LEAD_AGENTS).exists()

    @cached_property
    def keeps_app_keys(self) -> bool:
        return self.jobs.allowing(Permission.KEEP_APP_KEYS).exists()

    @cached_property
    def keeps_tags(self) -> bool:
        return self.jobs.allowing(Permission.KEEP_TAGS).exists()

    @cached_property
    def keeps_canned_replies(self) -> bool:
        return self.jobs.allowing(Permission.KEEP_CANNED_REPLIES).exists()

    @property
    def is_expected(self) -> bool:
        """Whether signing in leads anywhere: to a seller, to an invitation that waits, or to the admin."""
        from forstok_chat.accounts.models.invitation import Invitation

        waiting = Invitation.objects.usable().filter(email__iexact=self.email)
        return self.is_staff or self.jobs.exists() or waiting.exists()

    @property
    def is_online(self) -> bool:
        return self.seen_at is not None and self.seen_at > timezone.now() - ONLINE_FOR

    @property
    def is_here(self) -> bool:
        """Online and not on a break: chats may be given to this person."""
        return self.is_online and self.away_since is None

    @property
    def gone_since(self) -> datetime | None:
        """Since when this person is not here; None while they are."""
        if self.is_here:
            return None
        left = [at for at in (self.away_since, None if self.is_online else self.seen_at) if at is not None]
        return min(left, default=self.joined_at)

    def take_a_break(self, *, is_away: bool) -> None:
        """Or be back from it. Beginning it twice is one break."""
        if is_away != (self.away_since is not None):
            self.away_since = timezone.now() if is_away else None
            self.save(update_fields=["away_since"])

    def touch(self) -> None:
        """Remember that this person is here; at most one write in half the time that counts as online."""
        now = timezone.now()
        stale = models.Q(seen_at=None) | models.Q(seen_at__lt=now - ONLINE_FOR / 2)
        User.objects.filter(stale, pk=self.pk).update(seen_at=now)
