"""Who may call for which shop: sellers' consents, one-use codes, access and refresh tokens (tiktok_shop.md 1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from secrets import token_urlsafe

DAY_S = 86400
CODE_S, ACCESS_S, GRANT_S = 1800, 7 * DAY_S, 365 * DAY_S
CHAT = "seller.customer_service"
INFO, ORDERS, PRODUCTS = "seller.authorization.info", "seller.order.info", "seller.product.basic"
SCOPES = (CHAT, INFO, ORDERS, PRODUCTS)
DAILY_QUOTA = 10_000


@dataclass(slots=True)
class Grant:
    """A seller's consent: the app may act for all of their shops until it ends."""

    open_id: str
    seller_name: str
    shop_ids: list[int]
    ends_at: int  # seconds, like every time here
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    end_told_on: int = 0  # the day, counted from 1970, on which the last notice of its end was sent


@dataclass(slots=True)
class Token:
    """Codes, access and refresh tokens alike."""

    open_id: str
    ends_at: int
    is_spent: bool = False


@dataclass(slots=True)
class Visit:
    """A seller on the login and consent pages."""

    state: str
    began_at: int
    username: str = ""


@dataclass(slots=True)
class Access:
    grants: dict[str, Grant] = field(default_factory=dict)  # by open id
    codes: dict[str, Token] = field(default_factory=dict)
    access_tokens: dict[str, Token] = field(default_factory=dict)
    refresh_tokens: dict[str, Token] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    redirect: str = ""  # as set in Partner Center; "" means the default address
    uploads: dict[str, int] = field(default_factory=dict)  # file name -> shop
    ended_sessions: dict[int, int] = field(default_factory=dict)  # room -> last message of the session
    refuses_chats: set[int] = field(default_factory=set)  # shops that let nobody assign a chat to them
    daily_quota: int = DAILY_QUOTA  # of customer service calls, for each shop
    calls_today: dict[int, tuple[int, int]] = field(default_factory=dict)  # shop -> day, calls

    def live_grant(self, open_id: str, now: int) -> Grant | None:
        grant = self.grants.get(open_id)
        return grant if grant and grant.ends_at > now else None

    def grant_for(self, shop_id: int, now: int) -> Grant | None:
        """The consent that holds for a shop."""
        live = (grant for grant in self.grants.values() if grant.ends_at > now)
        return next((grant for grant in live if shop_id in grant.shop_ids), None)

    def new_code(self, grant: Grant, now: int) -> str:
        self.grants[grant.open_id] = grant
        code = "ROW_" + token_urlsafe(42)
        self.codes[code] = Token(grant.open_id, now + CODE_S)
        return code

    def new_pair(self, grant: Grant, now: int) -> tuple[str, str]:
        """An access token and a refresh token; the latter lives as long as the consent."""
        access, refresh = "ROW_" + token_urlsafe(72), token_urlsafe(46)
        self._forget_ended(now)
        self.access_tokens[access] = Token(grant.open_id, min(now + ACCESS_S, grant.ends_at))
        self.refresh_tokens[refresh] = Token(grant.open_id, grant.ends_at)
        return access, refresh

    def count_call(self, shop_id: int, now: int) -> bool:
        """One more customer service call of today; False when the shop has none left."""
        today = now // DAY_S
        day, calls = self.calls_today.get(shop_id, (today, 0))
        calls = calls if day == today else 0
        self.calls_today[shop_id] = (today, min(calls + 1, self.daily_quota))
        return calls < self.daily_quota

    def _forget_ended(self, now: int) -> None:
        """Keep ended tokens for a day, so that their refusal has a reason."""
        for tokens in (self.codes, self.access_tokens, self.refresh_tokens):
            for name in [name for name, token in tokens.items() if token.ends_at < now - DAY_S]:
                del tokens[name]


def cipher_of(shop_id: int) -> str:
    """What names a shop in a query: the same for ever, and not to be guessed from its id."""
    digest = hashlib.sha256(f"cipher-{shop_id}".encode()).digest()
    return "ROW_" + base64.urlsafe_b64encode(digest[:18]).decode()
