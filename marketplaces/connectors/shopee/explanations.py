"""What Shopee's codes mean for the agent, and what to do. Its own sentences are mostly unknown."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.connector import gettext_noop
from marketplaces.connectors.shopee.media import VIDEO_REFUSED

WHICH_SHOP = gettext_noop("Shopee did not say which shop has agreed. Activate again.")
ACTIVATE_AGAIN = gettext_noop("Shopee no longer accepts our access to this shop. Activate chat again.")
NO_CHAT = gettext_noop(
    "This Shopee app may not use chat. Ask your administrator to use an app of the type "
    "“Seller In-house System”, then activate chat again."
)
CHECK_APP = gettext_noop(
    "Shopee did not accept the app's own keys. Ask your administrator to check the partner id, "
    "the partner key and the API address."
)
SWITCHED_OFF = gettext_noop(
    "Shopee has switched this function off for the app. Ask your administrator to look into the Shopee console."
)
AT_SHOPEE = gettext_noop("Shopee had a fault of its own. Try again in a few minutes.")
BUSY = gettext_noop("Shopee is overloaded. Try again in a few minutes.")
NOT_UNDERSTOOD = gettext_noop(
    "Shopee did not accept the form of this request. Tell your administrator; the log says more."
)
SHOP_BANNED = gettext_noop("Shopee has banned this shop. Contact Shopee, then activate chat again.")

EXPLANATIONS: Mapping[str, str] = {
    "consent_denied": gettext_noop(
        "Shopee did not confirm the login. Activate again and press Confirm there."
    ),
    "invalid_code": gettext_noop("The login at Shopee took too long or was used already. Activate again."),
    "invalid_shop_id": WHICH_SHOP,
    "invalid_main_acount_id": WHICH_SHOP,
    "first_chat_without_order_info": gettext_noop(
        "The first message to this buyer must be about an order. "
        "Send the order as a card first, then your message."
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
    # Accepted first and taken away later: these are statuses of a message.
    "blocked": gettext_noop("Shopee withheld this message because of a block, so the buyer does not see it."),
    "censored_blacklist": gettext_noop(
        "Shopee's word filter took this message away, so the buyer does not see it. Reword it and send it again."
    ),
    VIDEO_REFUSED: gettext_noop(
        "Shopee could not use this video. Send an MP4 file of at most 30 MB and three minutes."
    ),
    "error_not_found": gettext_noop("Shopee does not know this any more. Look in Shopee Seller Centre."),
    "error_rate_limit": gettext_noop("Shopee received too many requests. It goes on by itself in a moment."),
    "error_limit": gettext_noop(
        "The app has used up the requests that Shopee allows in a day. "
        "It goes on by itself at midnight, Singapore time."
    ),
    **dict.fromkeys(("system_busy", "error_system_busy"), BUSY),
    **dict.fromkeys(
        ("error_network", "error_server", "error_inner", "internal_server_error", "error_data"), AT_SHOPEE
    ),
    **dict.fromkeys(("error_param", "param_error"), NOT_UNDERSTOOD),
    **dict.fromkeys(("error_api_call_restricted", "api_suspended"), SWITCHED_OFF),
    **dict.fromkeys(
        (
            "error_auth",
            "invalid_acceess_token",
            "invalid_access_token",
            "error_access_token",
            "user_is_unauthorized",
            "error_shop",
            "shop_no_linked",
            "error_shop_refresh_token",
            "refresh_token_expired",
            "merchant_access_expired",
            "merchant_no_linked",
            "error_merchant_refresh_token",
        ),
        ACTIVATE_AGAIN,
    ),
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
