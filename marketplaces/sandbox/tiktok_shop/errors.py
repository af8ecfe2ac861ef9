"""TikTok Shop's refusals (tiktok_shop.md 8), in the words of its "common errors" page where it has some.

HTTP statuses: as documented; a bad signature and a token for another shop, of which nothing is said, are 401 here.
What the customer service refuses comes inside a 200.
"""

from __future__ import annotations

import time
from secrets import token_hex

from starlette.responses import JSONResponse, Response

from marketplaces.sandbox.endpoint import Refusal

INVALID, INTERNAL, TOO_MANY, TIMEOUT = 36009004, 36009003, 36009002, 36009007
MISSING_SIGN = "Missing credentials. The request does not include a required signature in the query."
WRONG_APP = "Invalid credentials. Invalid `app_key` query parameter."
WRONG_TOKEN = "Invalid credentials. The `x-tts-access-token` header is invalid."
BAD_TIME = "Invalid timestamp. The value of the `timestamp` query parameter must not "
TOO_OLD = BAD_TIME + "be earlier than 5 minutes before the current time."
TOO_EARLY = BAD_TIME + "exceed the current time by more than 30 seconds."
NOT_A_TIME = BAD_TIME + "be lesser than 0."
NO_CIPHER_WANTED = (
    "Unexpected identifier. The `shop_cipher` query parameter is not required for this request."
)
MESSAGES = {
    101000: "Invalid query or header. The `shop_cipher` query parameter or `x-tts-access-token` header is invalid.",
    105002: "Expired credentials. The `access_token` or `x-tts-access-token` header has expired.",
    105005: "Access denied. The access scopes granted for the app or the access token do not contain the one required.",
    106001: "Invalid credentials. The `sign` query parameter is invalid.",
    106013: "Missing identifier. The `shop_cipher` query parameter is required to identify the target shop.",
    36004004: "Invalid auth code.",
    36004005: "can not find related auth record",
    TOO_MANY: "Too many requests. You've made too many requests in a short period of time.",
    INTERNAL: "Internal error. Please try again.",
    TIMEOUT: "Request timeout. The request to the endpoint timed out.",
    36009009: "Invalid path. The specified path does not match any available endpoint.",
    36009010: "Invalid method. The HTTP method used is not supported by this endpoint.",
    36009014: "Invalid API version. The `version` value is invalid or unsupported.",
    36009021: "Invalid file size. The uploaded file size exceeds the maximum limit.",
    36009022: "Invalid request format. The request body format must be `application/json` or `multipart/form-data`.",
    36009023: "Invalid request format. The value of the `content-type` header must be `multipart/form-data`.",
    36009033: "Access denied. Your IP address is not in the IP allow list configured for this app.",
    45101001: "Customer service internal error.",
    45101002: "The card cannot be created.",
    45101003: "Record not found.",
    45101004: "The daily quota of this API is reached.",
    45101006: "The message hits sensitive content.",
    45101008: "Customer service internal error.",
    45109001: "Message cannot be sent under the conversation rules.",
    45109003: "Conversation cannot be created under the conversation rules.",
    45111017: "The coupon card cannot be created.",
    12019150: "The product ID does not exist.",
}
STATUS = {
    101000: 401,
    105002: 401,
    105005: 401,
    106001: 401,
    106013: 400,
    INVALID: 400,
    TOO_MANY: 429,
    INTERNAL: 500,
    TIMEOUT: 408,
    36009009: 404,
    36009010: 405,
    36009014: 400,
    36009021: 400,
    36009022: 400,
    36009023: 400,
    36009033: 403,
}


class TikTokShopError(Refusal):
    def __init__(self, code: int, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES.get(code, "Refused on purpose.")
        self.headers = headers
        self.is_signature = code == 106001

    def response(self) -> Response:
        return envelope(self.code, self.message, {}, STATUS.get(self.code, 200), self.headers)


def invalid(what: str) -> TikTokShopError:
    """Of a parameter, in the query or in the body."""
    return TikTokShopError(INVALID, f"Invalid parameter. The value of `{what}` is missing or invalid.")


def envelope(
    code: int, message: str, data: object, status: int = 200, headers: dict[str, str] | None = None
) -> JSONResponse:
    body = {"code": code, "data": data, "message": message, "request_id": request_id()}
    return JSONResponse(body, status_code=status, headers=headers)


def request_id() -> str:
    """The time, then twenty hexadecimal digits."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime()) + token_hex(10).upper()


def server_error() -> Response:
    return TikTokShopError(INTERNAL).response()


def too_many(seconds: int) -> Response:
    return TikTokShopError(TOO_MANY, headers={"Retry-After": str(seconds)}).response()


def refuse_with(code: str) -> Response:
    """What a fault asked for; the whole platform is busy unless it said."""
    if not code.isdigit():
        return Response(status_code=503)
    return TikTokShopError(int(code)).response()
