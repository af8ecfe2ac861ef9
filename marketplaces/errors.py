"""What can go wrong between us and a marketplace.

MarketplaceError            code for the agent's explanation, detail and response for the log
├─ Unsupported              no such thing here; raised before any network call
├─ Rejected                 the marketplace said no; this message will never go
├─ NotAuthorized            refresh once; failing that, the shop needs activation again
├─ Temporary                nothing was delivered; try again
│  ├─ RateLimited           with retry_after in seconds; was_ours tells a permit of our own bucket from a 429
│  └─ Unreachable           refused, DNS, connect timeout
├─ Uncertain                it left and no answer came (read timeout, most 5xx on a send): never repeated blindly
└─ BadWebhook               wrong signature or shape: a 4xx to the caller

Missing configuration is not in this family (`NotConfigured` below), so it is never swallowed.
"""

from __future__ import annotations


class MarketplaceError(Exception):
    """`code` is the marketplace's own word for it, `detail` its sentence; both may be empty."""

    def __init__(self, detail: str = "", *, code: str = "", request_id: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.request_id = request_id

    def __str__(self) -> str:
        parts = [self.code, self.detail, f"request {self.request_id}" if self.request_id else ""]
        return " · ".join(part for part in parts if part) or type(self).__name__


class Unsupported(MarketplaceError):
    """This marketplace has no such thing. Raised before any network call."""


class Rejected(MarketplaceError):
    """The marketplace said no; this will never go."""


class NotAuthorized(MarketplaceError):
    """The token or the permission is gone. Refresh once; failing that, the shop needs activation again."""


class Temporary(MarketplaceError):
    """Nothing was delivered; try again later."""


class RateLimited(Temporary):
    """Too many calls. `retry_after` in seconds. Costs no attempt."""

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float,
        was_ours: bool = False,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(detail, code=code, request_id=request_id)
        self.retry_after = retry_after
        self.was_ours = was_ours


class Unreachable(Temporary):
    """Refused, DNS, TLS or connect timeout: the request never left."""


class Uncertain(MarketplaceError):
    """The request left and no usable answer came. A send that ends so is read back, never repeated blindly."""


class BadWebhook(MarketplaceError):
    """Wrong signature or shape."""


class NotConfigured(Exception):
    """No app keys for this marketplace. Not a MarketplaceError: an operator has to act."""
