"""What of the inbox somebody is looking at: the shop, the tab, the search. Read from a query, written into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.querysets import ConversationQuerySet
from forstok_chat.accounts.models import User
from marketplaces.models import Shop

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
    search: str = ""

    @classmethod
    def from_query(cls, user: User, query: Mapping[str, str]) -> Filters:
        tab = query.get("tab", "")
        return cls(
            user=user,
            shop=uuid_or_none(query.get("shop", "")),
            tab=tab if tab in TABS else "all",
            search=query.get("q", "").strip().replace("\x00", "")[:LONGEST_SEARCH],
        )

    def in_scope(self) -> ConversationQuerySet:
        """Of the chosen shop, before tab and search; what the tabs count."""
        visible = Conversation.objects.visible_to(self.user)
        return visible.filter(shop=self.shop) if self.shop else visible

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
            "q": self.search,
        }
        return urlencode({name: value for name, value in chosen.items() if value})


def uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
