"""Start-up checks: every registry entry imports, every app row has its keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from marketplaces.registry import CONNECTORS, connector_class


@register
def connectors_import(**kwargs: Any) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for slug in CONNECTORS:
        try:
            connector_class(slug)
        except ImportError as error:
            problems.append(
                Error(f"The connector of {slug} does not import: {error}", id="marketplaces.E001")
            )
    return problems


@register
def platform_apps_are_whole(**kwargs: Any) -> list[CheckMessage]:
    """Some keys of a platform-wide app without the others is a slip: none of them would be used."""
    problems: list[CheckMessage] = []
    for slug, keys in settings.MARKETPLACE_APPS.items():
        missing = [name for name in connector_class(slug).required_keys() if not keys.get(name)]
        if missing and any(keys.values()):
            names = ", ".join(f"{slug}_{name}".upper() for name in missing)
            problems.append(
                Warning(f"The app for {slug} is not whole; not set: {names}", id="marketplaces.W001")
            )
    return problems
