"""App keys of a seller's own app, or the platform's: storing, replacing, giving back.

Tokens belong to the app that they were given to. Another app cannot use them, so whoever changes an app
activates its shops again; the shops that this concerns are disconnected in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from forstok_chat.accounts.models import Membership, Seller, User
from forstok_chat.accounts.permissions import Permission
from marketplaces.connector import Connector
from marketplaces.content import PushHealth
from marketplaces.errors import Unsupported
from marketplaces.http import Http
from marketplaces.models import Activation, App, Credential, Shop
from marketplaces.models.shops import ShopQuerySet
from marketplaces.reasons import APP_CHANGED
from marketplaces.registry import CONNECTORS, connector_class

PATIENCE = 5  # seconds that the person waits for a permit at most
PUSH_TROUBLES = (PushHealth.WARNING, PushHealth.SUSPENDED)


@dataclass(frozen=True)
class Standing:
    """Which app reaches a seller's shops of one marketplace, as the settings page shows it."""

    seller: Seller
    marketplace: str
    own: App | None
    platform: App | None
    active_shops: int

    @property
    def app(self) -> App | None:
        return self.own or self.platform

    @property
    def name(self) -> str:
        return connector_class(self.marketplace).name

    @property
    def needs_consent(self) -> bool:
        return connector_class(self.marketplace).needs_consent

    @property
    def return_url(self) -> str:
        """What the marketplace wants to be told of where sellers come back to."""
        registered = connector_class(self.marketplace).registers_callback
        return settings.PUBLIC_URL + (reverse("marketplaces:registered-callback") if registered else "")

    @property
    def webhook_url(self) -> str:
        return f"{settings.PUBLIC_URL}/webhooks/{self.marketplace}/"

    @property
    def has_push_trouble(self) -> bool:
        return self.app is not None and self.app.push_health in PUSH_TROUBLES


def standing(seller: Seller, marketplace: str) -> Standing:
    apps = App.objects.filter(marketplace=marketplace)
    return Standing(
        seller=seller,
        marketplace=marketplace,
        own=apps.filter(seller=seller).first(),
        platform=apps.filter(seller=None).first(),
        active_shops=shops_reached(marketplace, seller).active().count(),
    )


def standings(seller: Seller) -> list[Standing]:
    return [standing(seller, marketplace) for marketplace in CONNECTORS]


def owned_sellers(user: User) -> QuerySet[Seller]:
    """App keys are the owner's matter."""
    jobs = Membership.objects.filter(user=user).allowing(Permission.KEEP_APP_KEYS)
    return Seller.objects.filter(memberships__in=jobs).order_by("name")


def push_troubles(user: User) -> list[Standing]:
    """Own apps of this owner that do not get their pushes."""
    apps = App.objects.filter(seller__in=owned_sellers(user), push_health__in=PUSH_TROUBLES)
    return [standing(app.seller, app.marketplace) for app in apps.select_related("seller") if app.seller]


def shops_reached(marketplace: str, seller: Seller | None) -> ShopQuerySet:
    """The shops that this app row speaks for, or would; the platform's for everybody without an own app."""
    found = ShopQuerySet(Shop).filter(marketplace=marketplace)
    if seller is not None:
        return found.filter(seller=seller)
    own = App.objects.filter(marketplace=marketplace, seller__isnull=False)
    return found.exclude(seller__in=own.values("seller"))


def identity(connector: type[Connector], keys: Mapping[str, str]) -> dict[str, str]:
    """What tells one app from another. Secrets may be exchanged while the app stays the same."""
    return {field.name: keys.get(field.name, "") for field in connector.key_fields if not field.is_secret}


def check(connector: type[Connector], keys: Mapping[str, str]) -> None:
    """Ask the marketplace whether it knows these, where it can be asked. Raises MarketplaceError."""
    try:
        connector.check_keys(keys, Http(patience=PATIENCE))
    except Unsupported:
        return


@transaction.atomic
def save(marketplace: str, seller: Seller | None, keys: Mapping[str, str]) -> App:
    """Store keys that were checked; without a seller they are the platform's."""
    connector = connector_class(marketplace)
    old = App.objects.select_for_update().filter(marketplace=marketplace, seller=seller).first()
    told: dict[str, Any] = {"keys": dict(keys), "next_check_at": timezone.now()}
    if old is None or identity(connector, old.keys) != identity(connector, keys):
        begin_again(marketplace, seller)
        told |= {"push_health": "", "checked_at": None}
    app, _created = App.objects.update_or_create(marketplace=marketplace, seller=seller, defaults=told)
    return app


@transaction.atomic
def remove(app: App) -> None:
    """Its shops are reached with the platform's app from now on, after they were activated again."""
    App.objects.select_for_update().get(pk=app.pk)
    begin_again(app.marketplace, app.seller)
    app.delete()


def begin_again(marketplace: str, seller: Seller | None) -> None:
    """The shops of this app row lose their tokens and have to be activated again."""
    shops = shops_reached(marketplace, seller)
    Credential.objects.filter(shop__in=shops).delete()
    Credential.objects.filter(app__marketplace=marketplace, app__seller=seller, shop=None).delete()
    Activation.objects.filter(shop__in=shops, grant__isnull=False).update(grant=None)
    for shop in shops.active():
        shop.disconnect(APP_CHANGED)
