"""What Shopee's codes mean for the agent, and what to do. Its own sentences are mostly unknown."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.connector import gettext_noop

ACTIVATE_AGAIN = gettext_noop("Shopee no longer accepts our access to this shop. Activate chat again.")
NO_CHAT = gettext_noop(
    "This Shopee app may not use chat. Ask your administrator to use an app of the type "
    "“Seller In-house System”, then activate chat again."
)
CHECK_APP = gettext_noop(
    "Shopee did not accept the app's own keys. Ask your administrator to check the partner id, "
    "the partner key and the API address."
)
SHOP_BANNED = gettext_noop("Shopee has banned this shop. Contact Shopee, then activate chat again.")

EXPLANATIONS: Mapping[str, str] = {
    "consent_denied": gettext_noop(
        "Shopee did not confirm the login. Activate again and press Confirm there."
    ),
    "invalid_code": gettext_noop("The login at Shopee took too long or was used already. Activate again."),
    "invalid_shop_id": gettext_noop("Shopee did not say which shop has agreed. Activate again."),
    "first_chat_without_order_info": gettext_noop(
        "The first message to this buyer must be about an order. "
        "Start the chat from the order in Shopee Seller Centre, then answer here."
    ),
    "user_is_forbidden": gettext_noop(
        "The buyer has not written in the last 7 days. "
        "Shopee only lets you answer after the buyer writes again."
    ),
    "reach_5_message_limit": gettext_noop(
        "You have sent five messages without an answer. Wait until the buyer writes again."
    ),
    "message_too_long": gettext_noop("Shopee takes at most 600 characters. Shorten the message."),
    "message_is_censored": gettext_noop("The message has words that Shopee does not allow. Reword it."),
    "error_business": gettext_noop(
        "Shopee does not take the same message twice within 24 hours. "
        "Look whether it is in the conversation already, else reword it."
    ),
    "exceed_send_limitaion": gettext_noop(
        "Too many messages in a short time. Wait a few minutes, then send again."
    ),
    "block_by_internal_safety_strategies": gettext_noop(
        "Shopee's safety system stopped this message. Do not send it again; contact Shopee if you need to."
    ),
    "error_blocked": gettext_noop("The buyer has blocked your shop, so no message can reach them."),
    "error_sender_block_receiver": gettext_noop(
        "Your shop has blocked this buyer. Unblock them in Shopee Seller Centre, then send again."
    ),
    "assigned_to_subaccount": gettext_noop(
        "This chat is assigned to a sub-account in Shopee Seller Centre. Answer it there."
    ),
    "shop_bound_subaccount": gettext_noop(
        "Chat Distribution is on for this shop. "
        "Switch it off in Shopee's sub-account platform, then send again."
    ),
    "system_busy": gettext_noop("Shopee is overloaded. Try again in a few minutes."),
    "error_auth": ACTIVATE_AGAIN,
    "invalid_acceess_token": ACTIVATE_AGAIN,
    "user_is_unauthorized": ACTIVATE_AGAIN,
    "shop_no_linked": ACTIVATE_AGAIN,
    "shop_access_expired": gettext_noop("The permission for this shop has ended. Activate chat again."),
    "shop_banned": SHOP_BANNED,
    "error_permission": NO_CHAT,
    "error_api_permission": NO_CHAT,
    "error_sign": CHECK_APP,
    "invalid_partner_id": CHECK_APP,
    "error_partner_key_expired": CHECK_APP,
    "source_ip_undeclared": gettext_noop(
        "Shopee does not let this server call it. Ask your administrator to add the server's address "
        "to the app's IP list in the Shopee console."
    ),
}
