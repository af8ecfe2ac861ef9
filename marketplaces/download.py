"""Fetching a marketplace's files: from its own hosts only, however often it redirects, and not without end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import requests

from marketplaces.content import FileAccess
from marketplaces.errors import Rejected, Temporary

TIMEOUT = (5, 10)  # seconds to connect, and between two pieces
LONGEST = 30.0  # seconds for a whole file
MOST_REDIRECTS = 3
PIECE = 64 * 1024


NOTHING = FileAccess()


def download(
    url: str, *, hosts: Iterable[str], own_origin: str, most_bytes: int, access: FileAccess = NOTHING
) -> bytes:
    """The file at this address. `hosts` as Connector.media_hosts, by https only; `own_origin`: the app's API
    address, as it is. `access` is shown to the first address alone: where it sends us needs none of it.
    Raises Rejected (not to be had from there, or too large) and Temporary."""
    allowed = tuple(hosts)
    for _hop in range(MOST_REDIRECTS + 1):
        if not is_allowed(url, allowed, own_origin):
            raise Rejected(f"not a host of the marketplace: {urlsplit(url).hostname}", code="foreign_host")
        found = fetched(url, most_bytes, access)
        if isinstance(found, bytes):
            return found
        url, access = urljoin(url, found), NOTHING
    raise Rejected("too many redirects", code="too_many_redirects")


def is_allowed(url: str, hosts: tuple[str, ...], own_origin: str) -> bool:
    parts, own = urlsplit(url), urlsplit(own_origin)
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc) and parts.netloc:
        return True
    host = parts.hostname or ""
    is_known = any(host == each or (each.startswith(".") and host.endswith(each)) for each in hosts)
    return parts.scheme == "https" and is_known and parts.port in (None, 443) and not parts.username


def fetched(url: str, most_bytes: int, access: FileAccess) -> bytes | str:
    """The body, or the address that it has moved to."""
    try:
        with requests.get(
            url,
            params=dict(access.query),
            headers=dict(access.headers),
            timeout=TIMEOUT,
            stream=True,
            allow_redirects=False,
        ) as response:
            if response.is_redirect:
                return response.headers["Location"]
            if response.status_code != 200:
                raise refusal(response.status_code, is_let_in=not access.headers)
            return body_of(response, most_bytes)
    except requests.RequestException as error:
        raise Temporary(type(error).__name__) from None  # its text may have a signed address


def refusal(status: int, *, is_let_in: bool) -> Rejected | Temporary:
    """Refused tokens may be newer at the next try."""
    is_passing = status >= 500 or status in (408, 425, 429) or (status in (401, 403) and not is_let_in)
    return Temporary(f"HTTP {status}") if is_passing else Rejected(f"HTTP {status}", code="gone")


def body_of(response: requests.Response, most_bytes: int) -> bytes:
    deadline, body = time.monotonic() + LONGEST, bytearray()
    for piece in response.iter_content(PIECE):
        body += piece
        if len(body) > most_bytes:
            raise Rejected(f"more than {most_bytes} bytes", code="too_large")
        if time.monotonic() > deadline:
            raise Temporary("too slow")
    return bytes(body)
