"""What of the inbox somebody is looking at: shop, platform, tab, what else it is narrowed to, a tag, the order,
a search. Read from a query, written into links. A new way of narrowing is one line in ONLY.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from conversations import search
from conversations.models import Conversation, Tag
from conversations.querysets import ConversationQuerySet
from conversations.sorting import SORTINGS, Narrowing, Sorting
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from marketplaces.registry import CONNECTORS, connector_class

TABS = {
    "mine": _("Mine"),
    "unserved": _("Unserved"),
    "served": _("Served"),
    "resolved": _("Resolved"),
    "all": _("All"),
}
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Only:
    """`keep_for`: narrows to what is so for the one who looks.
    `follows_clock`: what is on the list changes by waiting alone. `is_counted`: how many there are of it in the tab
    is told, and nothing is offered where there are none."""

    label: str | Promise
    keep: Narrowing = ConversationQuerySet.all
    keep_for: Callable[[ConversationQuerySet, User], ConversationQuerySet] | None = None
    follows_clock: bool = False
    is_counted: bool = False

    def narrow(self, found: ConversationQuerySet, user: User) -> ConversationQuerySet:
        return self.keep(found) if self.keep_for is None else self.keep_for(found, user)


ONLY = {
    "unread": Only(_("Unread"), ConversationQuerySet.unread),
    "due-soon": Only(_("Due soon"), ConversationQuerySet.due_soon, follows_clock=True),
    "overdue": Only(_("Overdue"), ConversationQuerySet.overdue, follows_clock=True),
    "mentions": Only(_("Mentions me"), keep_for=ConversationQuerySet.mentioning, is_counted=True),
    "snoozed": Only(_("Snoozed"), ConversationQuerySet.snoozed, is_counted=True),
}
# Where somebody looks for what is to be done now.
TABS_OF_WORK = {"mine", "unserved", "served"}


@dataclass(frozen=True)
class Filters:
    """`shop` is None for all shops; `only` names what else has to hold, all of it. Nonsense in a query is no filter;
    somebody else's shop shows nothing."""

    user: User
    shop: UUID | None = None
    tab: str = "all"
    platform: str = ""
    only: tuple[str, ...] = ()
    tag: UUID | None = None
    sort: str = "newest"
    search: str = ""

    @classmethod
    def from_query(cls, user: User, query: Mapping[str, str]) -> Filters:
        tab, platform, sort = (query.get(name, "") for name in ("tab", "platform", "sort"))
        asked = query.get("only", "").split(",")
        return cls(
            user=user,
            shop=uuid_or_none(query.get("shop", "")),
            tab=tab if tab in TABS else "all",
            platform=platform if platform in platforms() else "",
            only=tuple(name for name in ONLY if name in asked),
            tag=uuid_or_none(query.get("tag", "")),
            sort=sort if sort in SORTINGS else "newest",
            search=" ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH],
        )

    def in_scope(self) -> ConversationQuerySet:
        """Of the chosen shop (what it was before it moved, too) and platform, before all else; what the tabs count."""
        shops = self.shops_in_scope
        found = Conversation.objects.in_shops(shops)
        if not self.platform:
            return found
        silent = [shop for shop in shops if self.is_platform(shop, "")]
        return found.filter(Q(platform=self.platform) | Q(platform="", shop__in=silent))

    @cached_property
    def shops(self) -> list[Shop]:
        """All that this user may see, asked for once; their ids, written out, let an index be used to its end."""
        return list(Shop.objects.visible_to(self.user).order_by("marketplace", "name"))

    @property
    def shops_in_scope(self) -> list[Shop]:
        return [shop for shop in self.shops if self.shop in (None, shop.pk, shop.moved_to_id)]

    def is_platform(self, shop: Shop, platform: str) -> bool:
        """Whether buyers of this shop whose room names that platform, "" for none, write from the chosen one."""
        if not self.platform or platform:
            return platform == self.platform or not self.platform
        return shop.marketplace == self.platform and not shop.connector.platforms

    def conversations(self) -> ConversationQuerySet:
        found = self.sorting.keep(self.in_scope().in_tab(self.tab, self.user))
        if self.hides_snoozed:
            found = found.filter(snoozed_until=None)
        for name in self.only:
            found = ONLY[name].narrow(found, self.user)
        if self.tag is not None:
            found = found.filter(taggings__tag=self.tag)
        return search.matching(found, self.search)

    @property
    def follows_clock(self) -> bool:
        return any(ONLY[name].follows_clock for name in self.only)

    @property
    def hides_snoozed(self) -> bool:
        """What is put off is in its tab, but out of sight there until something in particular is asked or looked for:
        what is due soon is so, put off or not."""
        return self.tab in TABS_OF_WORK and not self.only and self.tag is None and not self.search

    @property
    def sorting(self) -> Sorting:
        return SORTINGS[self.sort]

    def selected_shop(self) -> Shop | None:
        return next((shop for shop in self.shops if shop.pk == self.shop), None)

    @cached_property
    def tags(self) -> list[Tag]:
        """All that this user may narrow the list to."""
        return list(Tag.objects.usable_by(self.user))

    @property
    def chosen_tag(self) -> Tag | None:
        return next((tag for tag in self.tags if tag.pk == self.tag), None)

    @property
    def search_is_short(self) -> bool:
        """Looked for in names alone."""
        return len(self.search) < search.LEAST_OF_WORDS

    def toggled(self, name: str) -> str:
        """What `only` names with this one taken in, or out if it was there."""
        return ",".join(each for each in ONLY if (each in self.only) != (each == name))

    @property
    def chosen(self) -> dict[str, str]:
        """By the names they have in a query, without what is chosen by default."""
        names = {
            "shop": str(self.shop or ""),
            "tab": self.tab if self.tab != "all" else "",
            "platform": self.platform,
            "only": ",".join(self.only),
            "tag": str(self.tag or ""),
            "sort": self.sort if self.sort != "newest" else "",
            "q": self.search,
        }
        return {name: value for name, value in names.items() if value}

    @property
    def query(self) -> str:
        """For links that keep what one is looking at; empty for the whole inbox."""
        return urlencode(self.chosen)


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
