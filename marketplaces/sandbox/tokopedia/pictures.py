"""Pictures that a shop sends: fetched from the address in file_path, as there is no upload (tokopedia.md A3)."""

from __future__ import annotations

import httpx

from marketplaces.sandbox.files import picture_kind
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import HeaderError
from marketplaces.sandbox.tokopedia.state import app_state

TIMEOUT_S = 5
MOST_BYTES = 10 * 1024 * 1024


async def take_picture(sandbox: Sandbox, address: str) -> str:
    """The path of our own copy. Refuses what is no picture or cannot be had, as one connector was told."""
    body = await _fetch(address) if app_state(sandbox).takes_pictures else b""
    ending = picture_kind(body)
    if not ending or len(body) > MOST_BYTES:
        raise HeaderError(400, "file not supported")
    return f"/tokopedia/file/{sandbox.files.keep(body, ending)}"


async def _fetch(address: str) -> bytes:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S) as client:
            answer = await client.get(address)
    except (httpx.HTTPError, httpx.InvalidURL):
        return b""
    return answer.content if answer.status_code == 200 else b""
