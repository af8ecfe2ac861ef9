"""Why something did not work, for the person: our words for the marketplace's code, else its own."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marketplaces.connector import Connector
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured, Rejected, Temporary, Uncertain
from marketplaces.models import Shop

# Stored in English as a shop's problem, translated where it is shown.
APP_CHANGED = gettext_noop("The app that this shop was activated with was changed. Activate chat again.")


def reason(connector: type[Connector], error: MarketplaceError | NotConfigured) -> str:
    marketplace = connector.name
    if isinstance(error, NotConfigured):
        return _("The app keys for %(marketplace)s are missing. Please tell your administrator.") % {
            "marketplace": marketplace
        }
    if explanation := connector.explanations.get(error.code):
        return _(explanation)
    if isinstance(error, Temporary | Uncertain):
        return _("%(marketplace)s does not answer right now. Please try again in a moment.") % {
            "marketplace": marketplace
        }
    if isinstance(error, Rejected | NotAuthorized):
        return _("%(marketplace)s refused: %(detail)s") % {"marketplace": marketplace, "detail": error}
    return str(error)


def why_disconnected(shop: Shop) -> str:
    """The problem that was stored begins with the marketplace's code, where it told one."""
    code = shop.problem.partition(" · ")[0]
    told = shop.connector.explanations.get(code) or shop.problem
    return _(told) if told else ""
