"""What of the inbox somebody is looking at: shop, platform, tab, search. Read from a query, written into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.querysets import ConversationQuerySet
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from marketplaces.registry import CONNECTORS, connector_class

TABS = {
    "all": _("All"),
    "mine": _("Mine"),
    "unserved": _("Unserved"),
    "served": _("Served"),
    "resolved": _("Resolved"),
}
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Filters:
    """`shop` is None for all shops. Nonsense in a query is no filter; somebody else's shop shows nothing."""

    user: User
    shop: UUID | None = None
    tab: str = "all"
    platform: str = ""
    search: str = ""

    @classmethod
    def from_query(cls, user: User, query: Mapping[str, str]) -> Filters:
        tab, platform = query.get("tab", ""), query.get("platform", "")
        return cls(
            user=user,
            shop=uuid_or_none(query.get("shop", "")),
            tab=tab if tab in TABS else "all",
            platform=platform if platform in platforms() else "",
            search=query.get("q", "").strip().replace("\x00", "")[:LONGEST_SEARCH],
        )

    def in_scope(self) -> ConversationQuerySet:
        """Of the chosen shop (what it was before it moved, too) and platform, before tab and search; what the tabs
        count."""
        found = Conversation.objects.visible_to(self.user)
        if self.shop:
            found = found.filter(Q(shop=self.shop) | Q(shop__moved_to=self.shop))
        return found.from_platform(self.platform) if self.platform else found

    def conversations(self) -> ConversationQuerySet:
        return self.in_scope().in_tab(self.tab, self.user).matching(self.search)

    def selected_shop(self) -> Shop | None:
        return Shop.objects.visible_to(self.user).filter(pk=self.shop).first() if self.shop else None

    @property
    def query(self) -> str:
        """For links that keep what one is looking at; empty for the whole inbox."""
        chosen = {
            "shop": str(self.shop) if self.shop else "",
            "tab": self.tab if self.tab != "all" else "",
            "platform": self.platform,
            "q": self.search,
        }
        return urlencode({name: value for name, value in chosen.items() if value})


def platforms() -> dict[str, str]:
    """Where buyers may write from within one shop: slug -> name."""
    return {
        platform: name for slug in CONNECTORS for platform, name in connector_class(slug).platforms.items()
    }


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
