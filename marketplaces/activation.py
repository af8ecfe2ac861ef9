"""Activating a shop's chat: through the marketplace's own login where it asks for consent, else by one click.

    begin ──> (the seller is at the marketplace) ──> finish ──> ACTIVE
      └── one click: the app already speaks for the shop ───────^
Nothing is stored before everything has been checked. No request objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forstok_chat.accounts.models import User
from marketplaces.connector import Connector
from marketplaces.content import ShopFacts
from marketplaces.credentials import FixedTokens, store
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured, Rejected, Temporary, Uncertain
from marketplaces.http import Http
from marketplaces.models import Activation, Credential, Shop
from marketplaces.registry import connector_for

# Longer than any login takes, short enough that an old tab cannot surprise anybody.
STATE_LIVES = timedelta(minutes=30)
PATIENCE = 5  # seconds that the person waits for a permit at most


class ActivationFailed(Exception):
    """Nothing was stored. The text is for the person, in their language."""


def begin(shop: Shop, by: User, callback_url_for: Callable[[Activation], str]) -> str | None:
    """Where to send the seller, or None when the shop is active now. Raises ActivationFailed."""
    try:
        keys = shop.app_in_use().keys
        if not shop.connector.needs_consent:
            activate(shop, connector_for(shop, patience=PATIENCE).facts())
            return None
        activation = Activation.objects.create(shop=shop, user=by)
        return shop.connector.consent_url(keys, callback_url_for(activation))
    except (MarketplaceError, NotConfigured) as error:
        raise ActivationFailed(reason(shop, error)) from error


def finish(activation: Activation, callback: Mapping[str, str]) -> None:
    """The seller is back with the marketplace's answer. Raises ActivationFailed."""
    if not claim(activation):
        raise ActivationFailed(_("This activation link was already used or is too old. Please start again."))
    try:
        complete(activation.shop, callback)
    except (MarketplaceError, NotConfigured) as error:
        raise ActivationFailed(note(activation, reason(activation.shop, error))) from error
    except ActivationFailed as error:
        note(activation, str(error))
        raise
    note(activation, "activated")


def claim(activation: Activation) -> bool:
    """One use, and not for ever."""
    fresh = Activation.objects.filter(
        pk=activation.pk, finished_at=None, started_at__gt=timezone.now() - STATE_LIVES
    )
    return fresh.update(finished_at=timezone.now()) == 1


def note(activation: Activation, outcome: str) -> str:
    Activation.objects.filter(pk=activation.pk).update(outcome=outcome[:200])
    return outcome


def complete(shop: Shop, callback: Mapping[str, str]) -> None:
    app = shop.app_in_use()
    http = Http(patience=PATIENCE)
    grant = shop.connector.exchange(app.keys, callback, http)
    if shop.remote_id not in grant.shops:
        raise ActivationFailed(
            _("You signed in as another shop. Please sign in as “%(shop)s”.") % {"shop": shop.name}
        )
    granted = shop.connector(keys=app.keys, shop=shop.remote_id, tokens=FixedTokens(grant.tokens), http=http)
    facts = ask_facts(granted)
    with transaction.atomic():
        store(app, shop, grant.tokens)
        activate(shop, facts)


def ask_facts(connector: Connector) -> ShopFacts:
    """The consent itself holds when this question finds no answer."""
    try:
        return connector.facts()
    except (Temporary, Uncertain):
        return ShopFacts(remote_id=connector.shop)


def activate(shop: Shop, facts: ShopFacts) -> None:
    now = timezone.now()
    Shop.objects.filter(pk=shop.pk).update(
        state=Shop.State.ACTIVE,
        problem="",
        activated_at=shop.activated_at or now,
        authorized_until=facts.authorized_until,
        next_sync_at=now,
    )
    shop.refresh_from_db()


@transaction.atomic
def deactivate(shop: Shop) -> None:
    """Stop receiving and sending. The history stays; the tokens go."""
    Credential.objects.filter(shop=shop).delete()
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.INACTIVE, problem="")


def reason(shop: Shop, error: MarketplaceError | NotConfigured) -> str:
    """Why it did not work, for the person."""
    marketplace = shop.connector.name
    if isinstance(error, NotConfigured):
        return _("The app keys for %(marketplace)s are missing. Please tell your administrator.") % {
            "marketplace": marketplace
        }
    if explanation := shop.connector.explanations.get(error.code):
        return _(explanation)
    if isinstance(error, Temporary | Uncertain):
        return _("%(marketplace)s does not answer right now. Please try again in a moment.") % {
            "marketplace": marketplace
        }
    if isinstance(error, Rejected | NotAuthorized):
        return _("%(marketplace)s refused: %(detail)s") % {"marketplace": marketplace, "detail": error}
    return str(error)
