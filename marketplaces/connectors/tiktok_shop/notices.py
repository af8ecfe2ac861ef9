"""What TikTok Shop's own cards are about, by their type, for those that come without words."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.connector import gettext_noop

NOTICES: Mapping[str, str] = {
    "COUPON_CARD": gettext_noop("Sent a voucher"),
    "BUYER_ENTER_FROM_TRANSFER": gettext_noop("The buyer was passed on to the shop"),
    "ALLOCATED_SERVICE": gettext_noop("The chat was given to somebody of the shop"),
}
