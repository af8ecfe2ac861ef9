"""Who may call for which shop: grants, one-use codes, access and refresh tokens (shopee.md 2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from marketplaces.sandbox import ids

ACCESS_S = 4 * 3600
REFRESH_S = 30 * 86400
CODE_S = 600
DAY_S = 86400


@dataclass(slots=True)
class Grant:
    """A seller's consent: this app may act for this shop until it ends."""

    partner_id: int
    shop_id: int
    began_at: int  # seconds, like every time here
    ends_at: int
    is_end_announced: bool = False
    is_ended: bool = False  # and the app was told so


@dataclass(slots=True)
class Code:
    partner_id: int
    shop_ids: list[int]
    main_account_id: int  # 0 after a shop login
    ends_at: int
    is_used: bool = False


@dataclass(slots=True)
class Token:
    """Access and refresh tokens alike; a refresh token is spent once for each of its shops."""

    partner_id: int
    shop_ids: list[int]
    ends_at: int
    spent_for: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Visit:
    """A seller on the login and consent pages."""

    partner_id: int
    redirect: str
    purpose: str  # authorize or cancel
    state: str
    began_at: int
    username: str = ""


@dataclass(slots=True)
class Video:
    """An upload that Shopee works on for a while."""

    name: str
    done_at: int
    is_usable: bool


@dataclass(slots=True)
class Access:
    grants: dict[tuple[int, int], Grant] = field(default_factory=dict)  # (partner id, shop id)
    codes: dict[str, Code] = field(default_factory=dict)
    access_tokens: dict[str, Token] = field(default_factory=dict)
    refresh_tokens: dict[str, Token] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    videos: dict[str, Video] = field(default_factory=dict)  # by vid

    def grant(self, partner_id: int, shop_ids: list[int], days: int, now: int) -> None:
        for shop_id in shop_ids:
            self.grants[partner_id, shop_id] = Grant(partner_id, shop_id, now, now + days * DAY_S)

    def revoke(self, partner_id: int, shop_ids: list[int]) -> None:
        for shop_id in shop_ids:
            self.grants.pop((partner_id, shop_id), None)

    def live_grant(self, partner_id: int, shop_id: int, now: int) -> Grant | None:
        grant = self.grants.get((partner_id, shop_id))
        return grant if grant and grant.ends_at > now else None

    def new_code(self, partner_id: int, shop_ids: list[int], main_account_id: int, now: int) -> str:
        code = ids.token()
        self.codes[code] = Code(partner_id, shop_ids, main_account_id, now + CODE_S)
        return code

    def new_pair(self, partner_id: int, shop_ids: list[int], now: int) -> tuple[str, str]:
        """An access token and a refresh token for these shops."""
        access, refresh = ids.token(), ids.token()
        self._forget_ended(now)
        self.access_tokens[access] = Token(partner_id, shop_ids, now + ACCESS_S)
        self.refresh_tokens[refresh] = Token(partner_id, shop_ids, now + REFRESH_S)
        return access, refresh

    def _forget_ended(self, now: int) -> None:
        """Keep ended tokens for a day, so that their refusal has a reason."""
        for tokens in (self.access_tokens, self.refresh_tokens):
            for name in [name for name, token in tokens.items() if token.ends_at < now - DAY_S]:
                del tokens[name]
