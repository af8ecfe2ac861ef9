"""Tokens: stored encrypted, refreshed under a row lock before their end and once when refused.

A refresh is the one network call made inside a transaction: a refresh token works once, so the row stays
locked until the new pair is saved, and a second worker then finds it there instead of burning the old one.
Where shops of one owner share a pair, all their rows are locked and all get the new one.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from redis import RedisError

from forstok_chat.redis import redis
from marketplaces.content import Tokens
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured, Temporary
from marketplaces.http import Http
from marketplaces.models import App, Credential, Shop

logger = logging.getLogger(__name__)

# The job looks this far ahead; each connector decides how long before the end it refreshes.
LOOK_AHEAD = timedelta(hours=1)


class StoredTokens:
    """The TokenSource of a shop (see connector.py), kept in `Credential`."""

    def __init__(self, app: App, shop: Shop, http: Http) -> None:
        self.app = app
        self.shop = shop
        self.http = http

    def current(self) -> Tokens:
        """While new ones are not to be had, the old ones do until their end."""
        row = self.rows().first()
        if row is None or row.expires_at <= timezone.now():
            return self.refreshed(unless_newer_than=row)
        if row.expires_at > timezone.now() + self.shop.connector.refresh_before or was_just_in_vain(row):
            return read(row)
        try:
            return self.refreshed(unless_newer_than=row)
        except Temporary as error:
            logger.warning("tokens of shop %s were not refreshed: %s", self.shop.pk, error)
            note_in_vain(row)
            return read(row)

    def renew(self, refused: Tokens) -> Tokens:
        row = self.rows().first()
        if row is not None and read(row).access != refused.access:
            return read(row)
        return self.refreshed(unless_newer_than=row)

    def refreshed(self, unless_newer_than: Credential | None) -> Tokens:
        """Refresh under the lock; a pair that another worker saved meanwhile is used as it is."""
        with transaction.atomic():
            if self.is_shared:  # also guards the first fetch, when there is no credential to lock yet
                self.app = self.locked_app()
            row = self.locked_row()
            if row is not None and (
                unless_newer_than is None or row.updated_at > unless_newer_than.updated_at
            ):
                return read(row)
            if row is None and not self.is_shared:
                raise NotAuthorized("this shop has no tokens")
            old = read(row) if row is not None else None
            tokens = self.shop.connector.refresh(self.app.keys, self.shop.remote_id, old, self.http)
            store(self.app, None if self.is_shared else self.shop, tokens)
            return replace(tokens, shop_key=tokens.shop_key or (old.shop_key if old is not None else ""))

    def locked_row(self) -> Credential | None:
        """With those of the same owner, always in one order, so that no two wait for each other."""
        row = self.rows().first()
        if row is not None and row.owner:
            group = owned_by(self.app, row.owner).select_for_update(no_key=True).order_by("pk")
            return next((each for each in list(group) if each.pk == row.pk), None)
        return self.rows().select_for_update(no_key=True).first()

    def locked_app(self) -> App:
        """As it is now: its keys may have been exchanged since we began."""
        app = App.objects.select_for_update(no_key=True).filter(pk=self.app.pk).first()
        if app is None:
            raise NotAuthorized("the app of this shop was removed")
        return app

    @property
    def is_shared(self) -> bool:
        return self.shop.connector.token_scope == "app"

    def rows(self) -> QuerySet[Credential]:
        return Credential.objects.filter(app=self.app, shop=None if self.is_shared else self.shop)


# Seconds in which a token host that is away is left alone.
IN_VAIN_FOR = 60


def was_just_in_vain(row: Credential) -> bool:
    try:
        return bool(redis().exists(f"refresh:{row.pk}"))
    except RedisError:
        return False


def note_in_vain(row: Credential) -> None:
    try:
        redis().set(f"refresh:{row.pk}", 1, ex=IN_VAIN_FOR)
    except RedisError:
        logger.warning("credential %s is tried again at the next call: Redis does not answer", row.pk)


class FixedTokens:
    """A TokenSource for the moment of a consent, before anything is stored."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def current(self) -> Tokens:
        return self.tokens

    def renew(self, refused: Tokens) -> Tokens:
        raise NotAuthorized("the tokens of this consent were refused")


def read(row: Credential) -> Tokens:
    return Tokens(
        access=row.tokens["access"],
        refresh=row.tokens.get("refresh", ""),
        expires_at=row.expires_at,
        owner=row.owner,
        shop_key=row.tokens.get("shop_key", ""),
    )


@transaction.atomic
def store(app: App, shop: Shop | None, tokens: Tokens) -> None:
    """Save a pair before it is used, for every shop of its owner. What it does not tell of owner and shop key
    stays as it was."""
    row = Credential.objects.filter(app=app, shop=shop).first() or Credential(app=app, shop=shop)
    row.owner = tokens.owner or row.owner
    write(row, tokens, tokens.shop_key or row.tokens.get("shop_key", ""))
    if row.owner:
        for other in owned_by(app, row.owner).exclude(pk=row.pk).order_by("pk"):
            write(other, tokens, other.tokens.get("shop_key", ""))
    if tokens.authorized_until is not None:
        shops = Shop.objects.filter(credentials__app=app, credentials__owner=row.owner)
        (shops if row.owner else shops.filter(credentials=row)).update(
            authorized_until=tokens.authorized_until
        )


def write(row: Credential, tokens: Tokens, shop_key: str) -> None:
    row.tokens = {"access": tokens.access, "refresh": tokens.refresh}
    if shop_key:
        row.tokens["shop_key"] = shop_key
    row.expires_at = tokens.expires_at
    row.save()


def owned_by(app: App, owner: str) -> QuerySet[Credential]:
    return Credential.objects.filter(app=app, owner=owner)


def is_stored(app: App, shop: Shop) -> bool:
    """Whether we have tokens that speak for this shop, its chat being activated or not."""
    return Credential.objects.filter(app=app, shop=shop).exists()


def refresh_soon_to_expire() -> int:
    """Refresh what ends within the hour, so that no call has to wait for it. Returns how many were looked at."""
    soon = timezone.now() + LOOK_AHEAD
    shops = Shop.objects.active().filter(credentials__expires_at__lt=soon)
    for shop in shops:
        try:
            StoredTokens(shop.app_in_use(), shop, Http(patience=5)).current()
        except NotAuthorized as error:
            shop.disconnect(str(error))
        except (MarketplaceError, NotConfigured) as error:
            logger.warning("could not refresh the tokens of shop %s: %s", shop.pk, error)
    return len(shops)
