"""What Shopee's own cards are about, by their message_type, for those that come without words."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.connector import gettext_noop

DELIVERY = gettext_noop("Shopee told of the delivery")
PROMOTION = gettext_noop("Shopee showed a promotion")
ANSWERS = gettext_noop("Shopee's bot offered answers")

NOTICES: Mapping[str, str] = {
    "order_notification": gettext_noop("Shopee told of an order"),
    "delivery_notification": DELIVERY,
    "logistics_card": DELIVERY,
    "return_refund_card": gettext_noop("Shopee told of a return or a refund"),
    "unrated_order_reminder": gettext_noop("Shopee asked for a rating"),
    "out_of_stock_reminder_card": gettext_noop("Shopee told that a product is sold out"),
    "follow_invite": gettext_noop("Invitation to follow the shop"),
    "bundle_deal": PROMOTION,
    "bundle_message": PROMOTION,
    "add_on_deal": PROMOTION,
    "flash_sale": PROMOTION,
    "new_faq": ANSWERS,
    "general_option_pack": ANSWERS,
    "selected_general_option": gettext_noop("The buyer chose an answer of Shopee's bot"),
}
