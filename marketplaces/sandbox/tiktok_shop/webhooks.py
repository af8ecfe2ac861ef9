"""Registering addresses for one shop and event (tiktok_shop.md 5); what is not registered goes to the app's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from marketplaces.sandbox.tiktok_shop.errors import invalid
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.pushes import registered

EVENTS = (
    "ORDER_STATUS_CHANGE", "RECIPIENT_ADDRESS_UPDATE", "PACKAGE_UPDATE", "PRODUCT_STATUS_CHANGE",
    "SELLER_DEAUTHORIZATION", "UPCOMING_AUTHORIZATION_EXPIRATION", "CANCELLATION_STATUS_CHANGE",
    "RETURN_STATUS_CHANGE", "NEW_CONVERSATION", "NEW_MESSAGE", "NEW_MESSAGE_LISTENER", "PRODUCT_CREATION",
    "PRODUCT_INFORMATION_CHANGE", "PRODUCT_CATEGORY_CHANGE", "INVOICE_STATUS_CHANGE", "PRODUCT_AUDIT_STATUS_CHANGE",
)  # fmt: skip
LONGEST_ADDRESS = 255


def list_webhooks(call: Call) -> dict[str, Any]:
    own = registered(call.sandbox, call.shop.id)
    return {
        "total_count": len(own),
        "webhooks": [{"event_type": event, **row} for event, row in sorted(own.items())],
    }


def update_webhook(call: Call) -> dict[str, Any]:
    """Any address of http or https; the real one takes https with a domain name only."""
    event, address = _event(call), call.text("address")
    if len(address) > LONGEST_ADDRESS or urlsplit(address).scheme not in ("http", "https"):
        raise invalid("address")
    own = registered(call.sandbox, call.shop.id)
    began = own.get(event, {}).get("create_time", call.now)
    own[event] = {"address": address, "create_time": began, "update_time": call.now}
    call.sandbox.state_changed()
    return {}


def delete_webhook(call: Call) -> dict[str, Any]:
    registered(call.sandbox, call.shop.id).pop(_event(call), None)
    call.sandbox.state_changed()
    return {}


def _event(call: Call) -> str:
    event = call.text("event_type")
    if event not in EVENTS:
        raise invalid("event_type")
    return event
