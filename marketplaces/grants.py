"""A consent that opened several shops at once: kept, encrypted, while the owner picks among them.

It is taken out before it is used, so no second click stores a pair whose refresh token is spent by then.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forstok_chat.accounts.models import Membership
from forstok_chat.accounts.permissions import Permission
from marketplaces.content import Grant, Tokens
from marketplaces.credentials import FixedTokens
from marketplaces.errors import MarketplaceError
from marketplaces.http import Http
from marketplaces.models import Activation, Shop

logger = logging.getLogger(__name__)

# Longer than any login or choice takes, short enough that an old tab cannot surprise anybody.
STATE_LIVES = timedelta(minutes=30)
PATIENCE = 5  # seconds that the person waits for a permit at most
# Shops whose names are asked for; a main account may have hundreds, and the person is waiting.
MOST_NAMES = 20


@dataclass(frozen=True)
class Offered:
    """A granted shop that may be picked. `shop` is not saved when we have not had it before."""

    shop: Shop
    is_new: bool
    is_preselected: bool


def keep(activation: Activation, grant: Grant) -> None:
    tokens = grant.tokens
    kept = {
        "access": tokens.access,
        "refresh": tokens.refresh,
        "expires_at": tokens.expires_at.isoformat(),
        "owner": tokens.owner,
        "authorized_until": tokens.authorized_until.isoformat() if tokens.authorized_until else "",
        "shops": " ".join(grant.shops),
        "shop_keys": json.dumps(dict(grant.shop_keys)),
    }
    Activation.objects.filter(pk=activation.pk).update(grant=kept)


def kept(activation: Activation) -> Grant | None:
    """The grant that waits for a choice; None when it is used, cancelled or too old."""
    fresh = Activation.objects.filter(pk=activation.pk, finished_at__gt=timezone.now() - STATE_LIVES)
    found = fresh.values_list("grant", flat=True).first()
    if found is None:
        return None
    until = found.get("authorized_until")
    tokens = Tokens(
        access=found["access"],
        refresh=found["refresh"],
        expires_at=datetime.fromisoformat(found["expires_at"]),
        owner=found.get("owner", ""),
        authorized_until=datetime.fromisoformat(until) if until else None,
    )
    return Grant(tokens, tuple(found["shops"].split()), json.loads(found.get("shop_keys", "{}")))


def tokens_for(shop: Shop, grant: Grant) -> Tokens:
    """The granted pair with what this shop needs beside it."""
    return replace(grant.tokens, shop_key=grant.shop_keys.get(shop.remote_id, ""))


@transaction.atomic
def take(activation: Activation) -> Grant | None:
    """As `kept`, and only once."""
    Activation.objects.select_for_update().get(pk=activation.pk)
    grant = kept(activation)
    drop(activation)
    return grant


def drop(activation: Activation) -> None:
    Activation.objects.filter(pk=activation.pk).update(grant=None)


def drop_old() -> int:
    """Grants that nobody came back for. Returns how many there were."""
    old = Activation.objects.filter(grant__isnull=False, finished_at__lte=timezone.now() - STATE_LIVES)
    return old.update(grant=None)


def offered(activation: Activation, grant: Grant) -> list[Offered]:
    """The granted shops that this person may activate, those that we know first. A shop of another seller, or
    one that the person may not manage, is not among them."""
    chosen = activation.shop
    theirs = Shop.objects.filter(marketplace=chosen.marketplace, remote_id__in=grant.shops)
    known = set(theirs.values_list("remote_id", flat=True))
    mine = Shop.objects.manageable_by(activation.user).filter(pk__in=theirs, seller=chosen.seller_id)
    rows = [Offered(shop, is_new=False, is_preselected=shop == chosen or not shop.is_active) for shop in mine]
    unknown = [remote_id for remote_id in grant.shops if remote_id not in known]
    if not may_add_shops(activation):
        return rows
    return rows + [Offered(new_shop(chosen, remote_id), True, False) for remote_id in unknown]


def may_add_shops(activation: Activation) -> bool:
    """Whoever is limited to chosen shops would not see a new one."""
    jobs = Membership.objects.filter(user=activation.user, seller=activation.shop.seller_id)
    return jobs.allowing(Permission.ACTIVATE_SHOPS).filter(sees_all_shops=True).exists()


def new_shop(beside: Shop, remote_id: str) -> Shop:
    name = _("Shop %(number)s") % {"number": remote_id}
    return Shop(seller=beside.seller, marketplace=beside.marketplace, remote_id=remote_id, name=name[:200])


def ask_names(offers: list[Offered], grant: Grant) -> None:
    """Give the new ones their names. Without an answer they keep their number: a choice is still possible."""
    http = Http(patience=PATIENCE)
    for shop in [offer.shop for offer in offers if offer.is_new][:MOST_NAMES]:
        tokens = FixedTokens(tokens_for(shop, grant))
        connector = shop.connector(keys=shop.app_in_use().keys, shop=shop.remote_id, tokens=tokens, http=http)
        try:
            shop.name = connector.facts().name[:200] or shop.name
        except MarketplaceError as error:
            logger.warning("no name for a granted shop of %s: %s", shop.marketplace, error)
            return
