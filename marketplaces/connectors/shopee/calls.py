"""One call and what its answer means: the code in the body decides, the HTTP status only where there is none.

Shopee documents no status for its errors; some integrators saw refusals inside a 200, others in a 4xx.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from marketplaces import clock
from marketplaces.connectors.shopee import auth, values
from marketplaces.connectors.shopee.errors import (
    DAILY_LIMIT,
    NOT_FOUND,
    RATE_LIMIT,
    ClockRefused,
    code_of_status,
    error_class,
    recast,
)
from marketplaces.errors import RateLimited, Rejected, Temporary, Uncertain
from marketplaces.http import Bucket, Http, Response

logger = logging.getLogger(__name__)

# Calls per second are not published. Shopee counts per app and per shop.
RATE, BURST = 10, 5
DEFAULT_PAUSE = 2.0
LONGEST_PAUSE = 3600.0
# The daily limit of an app starts again at midnight here.
SHOPEE_TIME = timezone(timedelta(hours=8))

# Nothing secret that we sent may come back in a message, and no token in an answer that we cannot read.
SECRETS = ("access_token", "sign", "refresh_token", "code")
TOKEN = re.compile(r"""((?:access|refresh)_token\W{1,5})[^"'\s&<]+""")
# Characters of an unreadable answer in the log.
EXCERPT = 1000

Get = Callable[[str, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Call:
    """One call, before it is signed. `owner`: the shop or main account that it is for; without an access
    token it is signed for the app alone. `is_repeatable`: a second time does no harm."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    access_token: str = field(default="", repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    files: Mapping[str, Any] | None = field(default=None, repr=False)
    is_repeatable: bool = False


def ask(http: Http, keys: Mapping[str, str], call: Call) -> dict[str, Any]:
    """The whole answer. What a repeatable call left open is only Temporary."""
    try:
        return ask_on_time(http, keys, call)
    except Uncertain as error:
        if call.is_repeatable:
            raise recast(error, Temporary) from None
        raise


def ask_on_time(http: Http, keys: Mapping[str, str], call: Call) -> dict[str, Any]:
    """Once more by Shopee's clock when ours is wrong: nothing was done before that was refused."""
    try:
        return ask_once(http, keys, call)
    except ClockRefused as refusal:
        if not clock.learn(keys["api_url"], refusal.date):
            raise
    return ask_once(http, keys, call)


def ask_once(http: Http, keys: Mapping[str, str], call: Call) -> dict[str, Any]:
    bucket = bucket_for(keys, call.owner, call.path)
    query = {**auth.query_of(keys, call.path, call.access_token, call.owner), **call.query}
    url = auth.url_of(keys, call.path)
    response = http.request(call.method, url, bucket=bucket, params=query, json=call.json, files=call.files)
    try:
        return understood(http, bucket, response, sent={**query, **(call.json or {})})
    except ClockRefused as refusal:
        refusal.date = response.headers.get("Date", "")
        raise


def bucket_for(keys: Mapping[str, str], owner: str, path: str) -> Bucket:
    """`owner`: the shop, or whoever else the call speaks for."""
    endpoint = path.removeprefix("/api/v2/")
    app = f"shopee:{keys['partner_id']}"
    return Bucket(key=f"{app}:{owner}:{endpoint}", rate=RATE, burst=BURST, within=app)


def understood(http: Http, bucket: Bucket, response: Response, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a call that went well; else the error that it means."""
    status, answer = response.status_code, values.object_in(response.content)
    if answer is None and status != 429:
        excerpt = TOKEN.sub(r"\1…", without_secrets(values.plain(response.text[:EXCERPT]), sent))
        logger.warning("%s answered no JSON (HTTP %s): %s", bucket.key, status, excerpt)
        raise Uncertain(f"no JSON in the answer (HTTP {status})")
    answer = answer or {}
    stated, request_id = values.stated_code(answer), values.plain(answer.get("request_id"))
    code = stated.rpartition(".")[2] or stated or code_of_status(status)
    if not code:
        logger.info("%s answered, request %s", bucket.key, request_id)
        return answer
    detail = without_secrets(values.plain(answer.get("message")) or f"HTTP {status}", sent)
    logger.warning("%s refused: %s (%s), request %s", bucket.key, stated or code, detail, request_id)
    if code in (RATE_LIMIT, DAILY_LIMIT) or status == 429:
        wait = pause(http, bucket, code, response)
        raise RateLimited(detail, retry_after=wait, code=code, request_id=request_id)
    raise error_class(code, detail, status)(detail, code=code, request_id=request_id)


def pause(http: Http, bucket: Bucket, code: str, response: Response) -> float:
    """For how many seconds. The daily limit stops every call of the app, as each would count for nothing."""
    if code == DAILY_LIMIT:
        bucket, wait = Bucket(bucket.within, RATE, BURST), until_tomorrow()
    else:
        wait = told_pause(response.headers)
    http.pause(bucket, wait)
    return wait


def known_ones(
    ask_for: Callable[[Sequence[str]], list[dict[str, Any]]], ids: Sequence[str]
) -> list[dict[str, Any]]:
    """One unknown id fails a whole call, so then ask for each half, down to one by one."""
    try:
        return ask_for(ids) if ids else []
    except Rejected as refusal:
        if refusal.code != NOT_FOUND:
            raise
    half = len(ids) // 2
    return [] if not half else known_ones(ask_for, ids[:half]) + known_ones(ask_for, ids[half:])


def without_secrets(text: str, sent: Mapping[str, Any]) -> str:
    for name in SECRETS:
        if secret := str(sent.get(name) or ""):
            text = text.replace(secret, "…")
    return text


def told_pause(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_PAUSE
    return min(seconds, LONGEST_PAUSE) if math.isfinite(seconds) and seconds > 0 else DEFAULT_PAUSE


def until_tomorrow() -> float:
    """Seconds to the next midnight in Shopee's time."""
    now = datetime.now(UTC).astimezone(SHOPEE_TIME)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()
