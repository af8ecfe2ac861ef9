"""Activating a shop's chat: through the marketplace's own login where it asks for consent, else by one click.

    begin ──> (the seller is at the marketplace) ──> finish ──> ACTIVE
      │                                                └── several shops ──> (the owner picks) ──> pick ──> ACTIVE
      └── one click: the app already speaks for the shop, or an earlier consent does ──^
Nothing is stored before everything has been checked. No request objects.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from forstok_chat.accounts.models import User
from marketplaces import grants
from marketplaces.connector import Connector
from marketplaces.content import Grant, ShopFacts
from marketplaces.credentials import FixedTokens, is_stored, store
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured, Temporary, Uncertain
from marketplaces.grants import PATIENCE, STATE_LIVES, Offered
from marketplaces.http import Http
from marketplaces.models import Activation, App, Credential, Shop
from marketplaces.reasons import reason
from marketplaces.registry import connector_for


class ActivationFailed(Exception):
    """Nothing was stored. The text is for the person, in their language."""


class NothingPicked(Exception):
    """None of the shops that may be picked was; the choice is still open."""


@dataclass(frozen=True)
class Picked:
    """What became of each picked shop; `failed` holds (its name, why)."""

    activated: list[Shop] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def begin(shop: Shop, by: User, callback_url_for: Callable[[Activation], str]) -> str | None:
    """Where to send the seller, or None when the shop is active now. Raises ActivationFailed."""
    try:
        app = shop.app_in_use()
        if facts := facts_without_consent(app, shop):
            shop.refresh_from_db()
            activate(shop, replace(facts, authorized_until=facts.authorized_until or shop.authorized_until))
            return None
        activation = Activation.objects.create(shop=shop, user=by)
        return shop.connector.consent_url(app.keys, callback_url_for(activation), str(activation.pk))
    except (MarketplaceError, NotConfigured) as error:
        raise ActivationFailed(reason(shop.connector, error)) from error


def facts_without_consent(app: App, shop: Shop) -> ShopFacts | None:
    """What the marketplace says of a shop that we may speak for already; None when its owner has to agree first.
    Raises MarketplaceError."""
    connector = shop.connector
    if connector.needs_consent and not (connector.reuses_consent and is_stored(app, shop)):
        return None
    try:
        return connector_for(shop, patience=PATIENCE).facts()
    except NotAuthorized:
        if connector.needs_consent:  # the earlier consent has ended
            return None
        raise


def finish(activation: Activation, callback: Mapping[str, str]) -> bool:
    """The seller is back with the marketplace's answer. True: the shop is active now. False: the consent opened
    several shops, which wait to be picked. Raises ActivationFailed."""
    if not claim(activation):
        raise too_old()
    try:
        grant = exchange(activation.shop, callback)
        if len(grant.shops) > 1:
            grants.keep(activation, grant)
            return False
        complete(activation.shop, grant)
    except (MarketplaceError, NotConfigured) as error:
        text = note(activation, reason(activation.shop.connector, error))
        raise ActivationFailed(text) from error
    except ActivationFailed as error:
        note(activation, str(error))
        raise
    note(activation, "activated")
    return True


def claim(activation: Activation) -> bool:
    """One use, and not for ever."""
    fresh = Activation.objects.filter(
        pk=activation.pk, finished_at=None, started_at__gt=timezone.now() - STATE_LIVES
    )
    return fresh.update(finished_at=timezone.now()) == 1


def too_old() -> ActivationFailed:
    return ActivationFailed(_("This activation link was already used or is too old. Please start again."))


def note(activation: Activation, outcome: str) -> str:
    Activation.objects.filter(pk=activation.pk).update(outcome=outcome[:200])
    return outcome


def exchange(shop: Shop, callback: Mapping[str, str]) -> Grant:
    return shop.connector.exchange(shop.app_in_use().keys, callback, Http(patience=PATIENCE))


def complete(shop: Shop, grant: Grant) -> None:
    """The consent holds one shop: it must be the one that was meant."""
    if shop.remote_id not in grant.shops:
        raise ActivationFailed(
            _("You signed in as another shop. Please sign in as “%(shop)s”.") % {"shop": shop.name}
        )
    activate_granted(shop, grant)


# Several shops at once


def to_pick(activation: Activation) -> tuple[list[Offered], int]:
    """The shops that the person may pick among, and how many of the granted ones they may not. Raises
    ActivationFailed when it is too late for a choice."""
    grant = grants.kept(activation)
    if grant is None:
        raise too_old()
    offers = grants.offered(activation, grant)
    grants.ask_names(offers, grant)
    return offers, len(grant.shops) - len(offers)


def pick(activation: Activation, remote_ids: Collection[str]) -> Picked:
    """Activate these; one that fails does not stop the others. Raises NothingPicked, ActivationFailed."""
    grant = grants.kept(activation)
    if grant is None:
        raise too_old()
    offered = grants.offered(activation, grant)
    offers = [each for each in offered if each.shop.remote_id in remote_ids]
    if not offers:
        raise NothingPicked
    if grants.take(activation) is None:  # a second click was faster
        raise too_old()
    picked = Picked()
    for offer in offers:
        try:
            picked.activated.append(activate_granted(offer.shop, grant))
        except (MarketplaceError, NotConfigured) as error:
            picked.failed.append((offer.shop.name, reason(offer.shop.connector, error)))
        except IntegrityError:  # somebody else has it since the page was shown
            picked.failed.append((offer.shop.name, _("This shop cannot be activated here.")))
    if activation.shop.connector.reuses_consent:
        keep_for_later([each.shop for each in offered if each not in offers and not each.is_new], grant)
    note(activation, f"{len(picked.activated)} of {len(offers)} activated")
    return picked


def keep_for_later(shops: Collection[Shop], grant: Grant) -> None:
    """The consent speaks for these, too: activating one of them later is one click."""
    for shop in shops:
        store(shop.app_in_use(), shop, grants.tokens_for(shop, grant))


def cancel(activation: Activation) -> None:
    grants.drop(activation)
    note(activation, "cancelled")


# Activating


def activate_granted(shop: Shop, grant: Grant) -> Shop:
    """Check the shop with the granted pair, then store both. A shop that is new is created. Each shop keeps a
    pair of its own, even if several begin with the same."""
    app = shop.app_in_use()
    http = Http(patience=PATIENCE)
    tokens = grants.tokens_for(shop, grant)
    granted = shop.connector(keys=app.keys, shop=shop.remote_id, tokens=FixedTokens(tokens), http=http)
    facts = ask_facts(granted)
    facts = replace(facts, authorized_until=facts.authorized_until or tokens.authorized_until)
    with transaction.atomic():
        if shop._state.adding:
            shop.name = facts.name[:200] or shop.name
            shop.save(force_insert=True)
        store(app, shop, tokens)
        activate(shop, facts)
    return shop


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
    """Stop receiving and sending. The history stays; the tokens go, unless the consent is for more than chat."""
    if not shop.connector.reuses_consent:
        Credential.objects.filter(shop=shop).delete()
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.INACTIVE, problem="")
