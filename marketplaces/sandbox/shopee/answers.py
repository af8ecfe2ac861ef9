"""The two shapes of a Shopee success: wrapped in `response`, or flat (shopee.md 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse

from marketplaces.sandbox import ids


@dataclass(frozen=True)
class Flat:
    body: dict[str, Any]


def answer(result: Flat | dict[str, Any]) -> JSONResponse:
    head = {"error": "", "message": "", "request_id": ids.request_id()}
    return JSONResponse(head | (result.body if isinstance(result, Flat) else {"response": result}))
