"""What Tokopedia's codes mean for the agent, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from marketplaces.connector import gettext_noop
from marketplaces.connectors.tokopedia import auth

# Our words; Tokopedia has no code for these.
NOT_ATTACHED = "not_attached"
PICTURE_REFUSED = "picture_refused"
NO_PUBLIC_ADDRESS = "no_public_address"

ATTACH = gettext_noop(
    "Tokopedia has not attached this shop to the app. Add the shop in the Tokopedia developer console, "
    "let the shop owner accept the e-mail from Tokopedia, then activate chat again."
)
ASK_OWNER = gettext_noop(
    "The shop owner has not given the app permission for chat. "
    "Ask the owner to accept it at Tokopedia, then activate chat again."
)
CHECK_APP = gettext_noop(
    "Tokopedia did not accept the app's own keys. Ask your administrator to check the client id and secret."
)

EXPLANATIONS: Mapping[str, str] = {
    NOT_ATTACHED: ATTACH,
    "RBAC_MDLW_001": ATTACH,
    "RBAC_USC_008": ATTACH,
    "SHP_USC_001": ATTACH,
    "ORD_USC_015": ATTACH,
    "ORD_USC_024": ATTACH,
    "PRD_USC_001": ATTACH,
    "RBAC_MDLW_002": ASK_OWNER,
    "RBAC_USC_012": ASK_OWNER,
    auth.CLIENT_REFUSED: CHECK_APP,
    "401": CHECK_APP,
    "403": gettext_noop(
        "Tokopedia does not let this server call it. Ask your administrator to add the server's address "
        "to the allowed addresses in the Tokopedia developer console."
    ),
    "404": gettext_noop(
        "Tokopedia does not know this conversation. Open it in Tokopedia's own seller centre."
    ),
    "SHP_GRPC_003": gettext_noop(
        "Tokopedia does not know this shop. Check the shop id, then activate again."
    ),
    PICTURE_REFUSED: gettext_noop("Tokopedia did not take the picture. Send its link as text instead."),
    NO_PUBLIC_ADDRESS: gettext_noop(
        "Tokopedia fetches pictures from here, but this server has no public address. "
        "Please tell your administrator."
    ),
}
