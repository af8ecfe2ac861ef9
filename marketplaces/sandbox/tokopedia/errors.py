"""Tokopedia's two envelopes of refusal (tokopedia.md A7)."""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse, Response

from marketplaces.sandbox.endpoint import Refusal

BAD_FORMAT = "Your request format or parameters have some problem."
MALFORMED = "We could not process your request due to malformed request, please check again"


class HeaderError(Refusal):
    """Most calls. In chat calls the code is the number 0 even on failure."""

    def __init__(self, status: int, reason: str, code: str | int = 0, messages: str = BAD_FORMAT) -> None:
        super().__init__(reason)
        self.status, self.reason, self.code, self.messages = status, reason, code, messages

    def response(self) -> Response:
        header = {"process_time": 0.0016, "messages": self.messages, "reason": self.reason}
        return JSONResponse(
            {"header": header | {"error_code": self.code}, "data": None}, status_code=self.status
        )


class StatusError(Refusal):
    """shop-info and webhook registration."""

    def __init__(self, status: str, *texts: str) -> None:
        super().__init__(status)
        self.status, self.texts = status, texts

    def response(self) -> Response:
        body = {"data": None, "status": self.status, "error_message": list(self.texts)}
        return JSONResponse(body, status_code=int(self.status[:3]))


def not_attached() -> HeaderError:
    return HeaderError(403, "Shop is not attached to this application", "RBAC_MDLW_001", "Forbidden")


def not_accepted() -> HeaderError:
    return HeaderError(403, "The shop owner has not given permission", "RBAC_MDLW_002", "Forbidden")


def ended_token() -> HeaderError:
    return HeaderError(401, "Invalid or expired access token", "AUTH_MDLW_001", "Unauthorized")


def server_error() -> Response:
    return HeaderError(500, "Internal Server Error", 0, "Something went wrong").response()


def too_many() -> Response:
    """No body is documented for this one."""
    return PlainTextResponse("Too Many Requests", status_code=429)
