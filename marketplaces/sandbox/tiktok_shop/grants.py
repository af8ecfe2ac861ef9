"""What happens to a consent, for /control/: it ends, it is about to, its token is too old, it no longer covers chat."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop import pushes
from marketplaces.sandbox.tiktok_shop.access import CHAT, Grant
from marketplaces.sandbox.tiktok_shop.gate import access_of

WAYS = ("cancel", "ends_soon", "expire", "no_chat", "chat")


def change(sandbox: Sandbox, shop: Shop, way: str, is_told: bool) -> dict[str, Any]:
    """Every shop of the consent is touched. Raises ValueError."""
    access = access_of(sandbox)
    grant = access.grant_for(shop.id, sandbox.clock.now_s())
    if way not in WAYS or grant is None:
        raise ValueError(f"way must be one of {', '.join(WAYS)}, and the shop authorized")
    if way == "cancel":
        if is_told:
            pushes.announce_revocation(sandbox, grant)
        del access.grants[grant.open_id]
    elif way == "ends_soon":
        grant.ends_at = sandbox.clock.now_s() + pushes.SOON_S
        if is_told:
            pushes.announce_end(sandbox, grant)
    elif way == "expire":
        _expire(sandbox, grant)
    else:
        grant.scopes = [scope for scope in grant.scopes if scope != CHAT] + [CHAT] * (way == "chat")
    sandbox.state_changed()
    return {"shop": shop.id, "way": way, "ends_at": grant.ends_at, "scopes": grant.scopes}


def _expire(sandbox: Sandbox, grant: Grant) -> None:
    """Its access tokens have had their time; the refresh token has not."""
    for token in access_of(sandbox).access_tokens.values():
        if token.open_id == grant.open_id:
            token.ends_at = min(token.ends_at, sandbox.clock.now_s())
