"""Who a buyer is."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.control.asking import Bad, Values, marketplace_in
from marketplaces.sandbox.sandbox import Sandbox


def post_buyer(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """The `platform` that a buyer is from, where a marketplace has several; "" for one that is never told."""
    slug = marketplace_in(sandbox, values)
    platform, known = str(values["platform"]), sandbox.marketplaces[slug].platforms
    if not known or platform not in ("", *known):
        raise Bad(f"platform must be one of {', '.join(known)}" if known else "it has no platforms")
    buyer = sandbox.welcome_buyer(slug, values["buyer"])
    buyer.platform = platform
    sandbox.catalogue_changed()
    return {"buyer": {"id": buyer.id, "name": buyer.name, "platform": buyer.platform}}
