"""Shopee's refusals, in its own spelling (shopee.md 3.3 and 4.5).

The HTTP statuses are not documented (3.2). Here: parameters 400, credentials 403, limits 429, a server's
trouble 500; what the business rules refuse comes inside a 200.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from marketplaces.sandbox import ids
from marketplaces.sandbox.endpoint import Refusal

TOO_MANY = "Too many requests. You have reached the rate limit. Please try again later."
MESSAGES = {
    "system_busy": "System is busy, please decrease qps.",
    "error_permission": "This app type has no permission to this API.",
    "error_limit": "The daily call limit of the app is reached. It resets at 00:00 UTC+8.",
    "invalid_acceess_token": "Invalid access_token.",
}
STATUS = {
    "error_param": 400,
    "param_error": 400,
    "error_sign": 403,
    "error_auth": 403,
    "invalid_acceess_token": 403,
    "invalid_partner_id": 403,
    "user_is_unauthorized": 403,
    "refresh_token_expired": 403,
    "shop_access_expired": 403,
    "shop_no_linked": 403,
    "error_permission": 403,
    "error_rate_limit": 429,
    "error_server": 500,
}


class ShopeeError(Refusal):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.is_signature = code == "error_sign"

    def response(self) -> Response:
        return refuse(self.code, self.message)


def refuse(code: str, message: str) -> JSONResponse:
    body = {"error": code, "message": message, "request_id": ids.request_id()}
    headers = {"Retry-After": "1"} if code == "error_rate_limit" else None
    return JSONResponse(body, status_code=STATUS.get(code, 200), headers=headers)


def refuse_with(code: str) -> Response:
    """What a fault asked for; an overload unless it said."""
    return refuse(code or "system_busy", MESSAGES.get(code or "system_busy", "Refused on purpose."))


def server_error() -> Response:
    return refuse("error_server", "Something wrong. Please try later.")


def too_many() -> Response:
    return refuse("error_rate_limit", TOO_MANY)
