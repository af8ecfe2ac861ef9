"""Every call that we make, with the version that its path carries and the rate it begins with.

No limit is published. The rates are those that TikTok Shop's own guidance names for its kinds of calls; they are
felt for between them (Bucket.most). Counted per app, shop and endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass

CHAT = "/customer_service/202309"


@dataclass(frozen=True)
class Endpoint:
    """`path` with {id} where an id belongs. `rate` and `most` in calls per second.

    `is_of_shop`: wants the shop's cipher, which is refused elsewhere. `is_signed`: not so at the token host, where
    the app's secret is sent instead. `is_repeatable`: a second time does no harm.
    """

    name: str
    method: str
    path: str
    rate: float
    most: float
    burst: int = 1
    is_of_shop: bool = True
    is_signed: bool = True
    is_repeatable: bool = True

    @property
    def is_chat(self) -> bool:
        return self.path.startswith("/customer_service/")


def reading(name: str, path: str, method: str = "GET", *, is_of_shop: bool = True) -> Endpoint:
    return Endpoint(name, method, path, rate=3, most=10, burst=3, is_of_shop=is_of_shop)


def writing(name: str, path: str, *, is_repeatable: bool = True) -> Endpoint:
    return Endpoint(name, "POST", path, rate=1, most=3, is_repeatable=is_repeatable)


def fetching_tokens(name: str, path: str, *, is_repeatable: bool) -> Endpoint:
    return Endpoint(
        name,
        "GET",
        path,
        rate=1,
        most=3,
        burst=3,
        is_of_shop=False,
        is_signed=False,
        is_repeatable=is_repeatable,
    )


# A code works once. What a refresh token does whose answer was lost, see consent.refreshed.
GET_TOKEN = fetching_tokens("token", "/api/v2/token/get", is_repeatable=False)
REFRESH_TOKEN = fetching_tokens("token_refresh", "/api/v2/token/refresh", is_repeatable=True)

SHOPS = reading("shops", "/authorization/202309/shops", is_of_shop=False)

CONVERSATIONS = reading("conversations", f"{CHAT}/conversations")
CONVERSATION = reading("conversation", "/customer_service/202601/conversations/{id}")
MESSAGES = reading("messages", f"{CHAT}/conversations/{{id}}/messages")
SEND = writing("send", f"{CHAT}/conversations/{{id}}/messages", is_repeatable=False)
READ = writing("read", f"{CHAT}/conversations/{{id}}/messages/read")
UPLOAD_IMAGE = writing("upload_image", f"{CHAT}/images/upload")

SEARCH_ORDERS = reading("search_orders", "/order/202309/orders/search", "POST")
ORDERS = reading("orders", "/order/202507/orders")
SEARCH_PRODUCTS = reading("search_products", "/product/202502/products/search", "POST")
PRODUCT = reading("product", "/product/202309/products/{id}")
