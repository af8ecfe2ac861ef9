"""What TikTok Shop's codes mean for the agent, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.connector import gettext_noop
from marketplaces.connectors.tiktok_shop.errors import (
    CLOSED,
    INTERNAL,
    INVALID,
    NO_CHAT_SCOPE,
    NO_CODE,
    NOT_A_SELLER,
    NOT_AMONG_SHOPS,
    QUOTA,
    RATE_LIMIT,
    TIMED_OUT,
    TOKEN_EXPIRED,
)

ACTIVATE_AGAIN = gettext_noop("TikTok Shop no longer accepts our access to this shop. Activate chat again.")
NO_CHAT = gettext_noop(
    "This TikTok Shop app lacks a permission, most likely the one for Customer Service. "
    "Ask your administrator to apply for it in Partner Center, then activate chat again."
)
CHECK_APP = gettext_noop(
    "TikTok Shop did not accept the app's own keys. Ask your administrator to check the app key, "
    "the app secret and the API address."
)
CHECK_CLOCK = gettext_noop(
    "The clock of this server is wrong, so TikTok Shop refuses its calls. Ask your administrator to set it."
)
AT_TIKTOK_SHOP = gettext_noop("TikTok Shop had a fault of its own. Try again in a few minutes.")
NOT_UNDERSTOOD = gettext_noop(
    "TikTok Shop did not accept the form of this request. Tell your administrator; the log says more."
)
NO_CARD = gettext_noop(
    "TikTok Shop cannot make a card of this. A buyer on Tokopedia only gets products that are listed on "
    "Tokopedia, and only orders that were placed there."
)
WRONG_FILE = gettext_noop(
    "TikTok Shop does not take this kind of picture. Send a JPG, PNG, GIF or WebP file."
)

EXPLANATIONS: Mapping[str, str] = {
    NO_CODE: gettext_noop("TikTok Shop did not confirm the login. Activate again and press Authorize there."),
    "36004004": gettext_noop("The login at TikTok Shop took too long or was used already. Activate again."),
    NOT_A_SELLER: gettext_noop(
        "You signed in at TikTok Shop as a creator. Sign in as the seller who owns the shop."
    ),
    NO_CHAT_SCOPE: NO_CHAT,
    "105005": NO_CHAT,
    NOT_AMONG_SHOPS: gettext_noop(
        "The login at TikTok Shop does not include this shop. Activate again as the seller who owns it."
    ),
    "101000": gettext_noop(
        "The access that we have belongs to another shop at TikTok Shop. Activate chat again."
    ),
    **dict.fromkeys((TOKEN_EXPIRED, f"{INVALID}-token", "36004001", "36004005"), ACTIVATE_AGAIN),
    **dict.fromkeys(("106001", f"{INVALID}-app"), CHECK_APP),
    f"{INVALID}-clock": CHECK_CLOCK,
    **dict.fromkeys(
        (
            "106013",
            INVALID,
            f"{INVALID}-credentials",
            f"{INVALID}-cipher",
            f"{INVALID}-version",
            "36009009",
            "36009010",
            "36009014",
        ),
        NOT_UNDERSTOOD,
    ),
    RATE_LIMIT: gettext_noop("TikTok Shop received too many requests. It goes on by itself in a moment."),
    QUOTA: gettext_noop(
        "This shop has used up the chat requests that TikTok Shop allows in a day. "
        "It goes on by itself when the next day begins there."
    ),
    **dict.fromkeys((INTERNAL, TIMED_OUT, "45101001", "45101008"), AT_TIKTOK_SHOP),
    "36009021": gettext_noop("The file is too large for TikTok Shop. Send a picture of at most 10 MB."),
    **dict.fromkeys(("36009022", "36009023"), WRONG_FILE),
    "36009033": gettext_noop(
        "TikTok Shop does not let this server call it. Ask your administrator to add the server's address "
        "to the app's IP allow list in Partner Center."
    ),
    **dict.fromkeys(("45101002", "45111017"), NO_CARD),
    "45101003": gettext_noop("TikTok Shop does not know this any more. Look in TikTok Shop Seller Center."),
    "45101006": gettext_noop("The message has words that TikTok Shop does not allow. Reword it."),
    CLOSED: gettext_noop(
        "TikTok Shop lets you write only within 30 days of the last conversation or 60 days of an order. "
        "You can answer after the buyer writes again."
    ),
    "45109003": gettext_noop(
        "TikTok Shop does not let you begin a conversation with this buyer. Wait until the buyer writes."
    ),
}
