"""What is Tokopedia's alone: which of its two faces it shows, and which shops it lets the app speak for."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.control.asking import Values, shop_in
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.state import app_state


def post_tokopedia(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """`header`: shop-info answers in the envelope with one. `pictures`: false refuses all that shops send.

    With `shop`: `attached` to the app, and `accepted` by its owner. What is left out stays.
    """
    state = app_state(sandbox)
    state.has_header = bool(values.get("header", state.has_header))
    state.takes_pictures = bool(values.get("pictures", state.takes_pictures))
    sandbox.state_changed()
    found: dict[str, Any] = {"header": state.has_header, "pictures": state.takes_pictures}
    if "shop" in values:
        shop = shop_in(sandbox, {**values, "marketplace": "tokopedia"})
        shop.is_attached = bool(values.get("attached", shop.is_attached))
        shop.is_accepted = bool(values.get("accepted", shop.is_accepted))
        sandbox.catalogue_changed()
        found |= {"shop": shop.id, "attached": shop.is_attached, "accepted": shop.is_accepted}
    return found
