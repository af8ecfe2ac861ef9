"""Shops, the app keys they are reached with, and their credentials. No HTTP, no marketplace named."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.models import Membership, Seller, User
from forstok_chat.accounts.permissions import Permission
from marketplaces.connector import Connector
from marketplaces.errors import NotConfigured
from marketplaces.fields import EncryptedJSONField
from marketplaces.registry import connector_class


class App(models.Model):
    """App keys at a marketplace. Without a seller it is the platform-wide default."""

    marketplace = models.SlugField(_("marketplace"))
    seller = models.ForeignKey(
        Seller, models.CASCADE, null=True, blank=True, related_name="apps", verbose_name=_("seller")
    )
    keys = EncryptedJSONField(_("keys"), default=dict)
    push_health = models.CharField(_("pushes"), max_length=10, blank=True)  # content.PushHealth
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the marketplace was last asked how its pushes do.")
    )
    next_check_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("marketplace app")
        verbose_name_plural = _("marketplace apps")
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "seller"], name="one_app_per_seller", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.marketplace} · {self.seller or _('platform-wide')}"


class ShopQuerySet(models.QuerySet["Shop"]):
    def visible_to(self, user: User) -> ShopQuerySet:
        return self.allowing(user, Permission.CHAT)

    def manageable_by(self, user: User) -> ShopQuerySet:
        return self.allowing(user, Permission.ACTIVATE_SHOPS)

    def allowing(self, user: User, permission: Permission) -> ShopQuerySet:
        """Where this user may do that: shops of memberships with this permission; one may be limited to chosen
        shops, and to what these were before they moved."""
        jobs = Membership.objects.filter(user=user).allowing(permission)
        unlimited = jobs.filter(sees_all_shops=True)
        chosen = Membership.shops.through.objects.filter(
            membership__in=jobs, membership__seller=F("shop__seller")
        )
        named = chosen.values("shop")
        return self.filter(Q(seller__in=unlimited.values("seller")) | Q(pk__in=named) | Q(moved_to__in=named))

    def active(self) -> ShopQuerySet:
        return self.filter(state=Shop.State.ACTIVE)


class Shop(models.Model):
    """One seller's store on one marketplace. Integrated shops exist before their chat is activated."""

    class State(models.TextChoices):
        INACTIVE = "inactive", _("Chat not activated")
        ACTIVE = "active", _("Active")
        DISCONNECTED = "disconnected", _("Needs activation again")

    class Zone(models.TextChoices):
        WIB = "Asia/Jakarta", _("Western Indonesia (WIB)")
        WITA = "Asia/Makassar", _("Central Indonesia (WITA)")
        WIT = "Asia/Jayapura", _("Eastern Indonesia (WIT)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="shops", verbose_name=_("seller"))
    marketplace = models.SlugField(_("marketplace"))
    remote_id = models.CharField(_("shop id at the marketplace"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        choices=Zone.choices,
        blank=True,
        help_text=_("In which its chats tell times; empty: that of the whole installation."),
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.INACTIVE)
    problem = models.TextField(blank=True, help_text=_("Why it is disconnected, in the marketplace's words."))
    activated_at = models.DateTimeField(null=True, blank=True)
    authorized_until = models.DateTimeField(null=True, blank=True)
    synced_through_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Everything said up to here has been read.")
    )
    next_sync_at = models.DateTimeField(null=True, blank=True)
    last_push_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Its last turn in the queue of replies.")
    )
    moved_to = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="earlier",
        verbose_name=_("moved to"),
        help_text=_("The shop that goes on for it at another marketplace. Its own chats can only be read."),
    )

    objects: ClassVar[models.Manager[Shop]] = models.Manager.from_queryset(ShopQuerySet)()

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        ordering = ["marketplace", "name"]
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "remote_id"], name="a_shop_has_one_seller")
        ]
        indexes = [
            models.Index(fields=["next_sync_at"], condition=Q(state="active"), name="shop_due_for_sync")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def connector(self) -> type[Connector]:
        return connector_class(self.marketplace)

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE

    @property
    def zone(self) -> ZoneInfo:
        """In which its chats tell times."""
        return ZoneInfo(self.time_zone or settings.TIME_ZONE)

    @property
    def authorization_days_left(self) -> int | None:
        """Calendar days until the seller's consent ends, 0 on its last day; None where no end is known."""
        if self.authorized_until is None:
            return None
        return (timezone.localdate(self.authorized_until) - timezone.localdate()).days

    def app_in_use(self) -> App:
        """The seller's own app before the platform-wide one. Raises NotConfigured."""
        own_first = F("seller").asc(nulls_last=True)
        candidates = App.objects.filter(
            Q(seller=self.seller_id) | Q(seller=None), marketplace=self.marketplace
        )
        app = candidates.order_by(own_first).first()
        if app is None:
            raise NotConfigured(f"There are no app keys for {self.connector.name}")
        return app

    def disconnect(self, problem: str) -> None:
        """The marketplace no longer lets us speak for this shop; the owner has to activate it again."""
        Shop.objects.filter(pk=self.pk, state=self.State.ACTIVE).update(
            state=self.State.DISCONNECTED, problem=problem[:1000]
        )
        self.refresh_from_db(fields=["state", "problem"])

    def go_on_as(self, successor: Shop | None) -> None:
        """Its chats come in there from now on; None: it has not moved after all, and may be activated again."""
        Credential.objects.filter(shop=self).delete()
        Shop.objects.filter(pk=self.pk).update(state=self.State.INACTIVE, problem="", moved_to=successor)
        self.refresh_from_db()

    def schedule_sync(self, at: datetime | None = None) -> None:
        """Look for news at this time, or now."""
        Shop.objects.filter(pk=self.pk).update(next_sync_at=at or timezone.now())


class Credential(models.Model):
    """The tokens for one shop, or for a whole app where the marketplace counts it so. Encrypted.

    `owner`: who consented, as the marketplace names them; shops of one owner have the same pair.
    """

    app = models.ForeignKey(App, models.CASCADE, related_name="credentials")
    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True, related_name="credentials")
    owner = models.CharField(max_length=100, blank=True)
    tokens = EncryptedJSONField(default=dict)
    expires_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            models.UniqueConstraint(
                fields=["app", "shop"], name="one_credential_per_shop", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["app", "owner"], condition=~Q(owner=""), name="credentials_of_owner")]

    def __str__(self) -> str:
        return f"{self.app} · {self.shop or _('all shops')}"


class Activation(models.Model):
    """One try to activate a shop through the marketplace's own login. Its id is the state that must come back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="activations")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=200, blank=True)
    # What the consent gave, kept while the owner picks among its shops: access, refresh, expires_at, shops.
    grant = EncryptedJSONField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")

    def __str__(self) -> str:
        return f"{self.shop} {self.started_at:%Y-%m-%d %H:%M}"
