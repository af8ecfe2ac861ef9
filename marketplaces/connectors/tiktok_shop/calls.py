"""One call and what its answer means. Success is code 0; the HTTP status decides only where no code is told."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote, quote_plus

from marketplaces import clock
from marketplaces.connectors.tiktok_shop import auth, values
from marketplaces.connectors.tiktok_shop.endpoints import Endpoint
from marketplaces.connectors.tiktok_shop.errors import (
    QUOTA,
    RATE_LIMIT,
    ClockRefused,
    code_of_status,
    error_class,
    finer,
    recast,
)
from marketplaces.errors import RateLimited, Temporary, Uncertain
from marketplaces.http import Bucket, Http, Response

logger = logging.getLogger(__name__)

DEFAULT_PAUSE = 2.0
LONGEST_PAUSE = 3600.0
# Nothing secret that we sent may come back in a message, and no token in an answer that we cannot read.
SECRET_PARAMETERS = ("shop_cipher", "refresh_token", "auth_code")
TOKEN = re.compile(r"""((?:access_token|refresh_token|cipher)\W{1,5})[^"'\s&<]+""")
# Characters of an unreadable answer in the log.
EXCERPT = 1000


class Ask(Protocol):
    """One call for a shop: the data of its answer."""

    def __call__(
        self,
        endpoint: Endpoint,
        target: str = "",
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Call:
    """One call, before it is signed. `target`: the id in the path; `shop`: whom it counts for, "" for nobody."""

    endpoint: Endpoint
    target: str = ""
    shop: str = ""
    query: Mapping[str, Any] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    files: Mapping[str, Any] | None = field(default=None, repr=False)
    access_token: str = field(default="", repr=False)

    @property
    def path(self) -> str:
        return self.endpoint.path.replace("{id}", quote(self.target, safe=""))


@dataclass(frozen=True)
class Signed:
    """What goes over the wire. `secrets` never come back in an error or a log."""

    url: str
    query: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


def ask(http: Http, keys: Mapping[str, str], call: Call) -> dict[str, Any]:
    """The data of the answer. What a repeatable call left open is only Temporary."""
    try:
        return ask_on_time(http, keys, call)
    except Uncertain as error:
        if call.endpoint.is_repeatable:
            raise recast(error, Temporary) from None
        raise


def ask_on_time(http: Http, keys: Mapping[str, str], call: Call) -> dict[str, Any]:
    """Once more by TikTok Shop's clock when ours is wrong: nothing was done before that was refused."""
    try:
        return ask_once(http, keys, call)
    except ClockRefused as refusal:
        if not clock.learn(keys["api_url"], refusal.date):
            raise
    return ask_once(http, keys, call)


def ask_once(http: Http, keys: Mapping[str, str], call: Call) -> dict[str, Any]:
    bucket, signed = bucket_for(keys, call.shop, call.endpoint), prepared(keys, call)
    try:
        response = http.request(
            call.endpoint.method,
            signed.url,
            bucket=bucket,
            params=signed.query,
            data=signed.body,
            files=call.files,
            headers=signed.headers,
        )
    except Uncertain:
        count(http, keys, call)  # it left, so it counts there
        raise
    count(http, keys, call)
    try:
        return values.data_of(understood(http, bucket, response, signed))
    except ClockRefused as refusal:
        refusal.date = response.headers.get("Date", "")
        raise


def prepared(keys: Mapping[str, str], call: Call) -> Signed:
    """The body is what is signed, so it is written here and not by the HTTP library."""
    told = {name: str(value) for name, value in call.query.items()}
    body = None if call.body is None else json.dumps(call.body).encode()
    secrets = (keys["app_secret"], call.access_token, *(told.get(name, "") for name in SECRET_PARAMETERS))
    if not call.endpoint.is_signed:
        url, query = keys["auth_url"].rstrip("/") + call.path, auth.token_query(keys, told)
        return Signed(url, query, body, {}, secrets)
    query = auth.signed_query(keys, call.path, told, body or b"")
    headers = {auth.TOKEN_HEADER: call.access_token}
    if call.files is None:  # a multipart body names itself, and is not signed
        headers["content-type"] = "application/json"
    # The address may have a path of its own in front; the signed path never has it.
    url = keys["api_url"].rstrip("/") + call.path
    return Signed(url, query, body, headers, (*secrets, query["sign"]))


# What counts


def bucket_for(keys: Mapping[str, str], shop: str, endpoint: Endpoint) -> Bucket:
    """A quota of the day is the chat's alone, so its end stops the chat and not the orders."""
    owner = f"tiktok_shop:{keys['app_key']}" + (f":{shop}" if shop else "")
    return Bucket(
        key=f"{owner}:{endpoint.name}",
        rate=endpoint.rate,
        burst=endpoint.burst,
        within=quota_key(keys, shop) if endpoint.is_chat else owner,
        most=endpoint.most,
    )


def quota_key(keys: Mapping[str, str], shop: str) -> str:
    return f"tiktok_shop:{keys['app_key']}:{shop}:customer_service"


def count(http: Http, keys: Mapping[str, str], call: Call) -> None:
    if call.endpoint.is_chat:
        http.count(quota_key(keys, call.shop))


# What an answer means


def understood(http: Http, bucket: Bucket, response: Response, signed: Signed) -> dict[str, Any]:
    """The answer of a call that went well; else the error that it means."""
    status, answer = response.status_code, values.object_in(response.content)
    if tells_nothing(answer, status):
        excerpt = TOKEN.sub(r"\1…", without_secrets(values.plain(response.text[:EXCERPT]), signed))
        logger.warning("%s answered no code (HTTP %s): %s", bucket.key, status, excerpt)
        raise Uncertain(f"no code in the answer (HTTP {status})")
    answer = answer or {}
    message, request_id = values.plain(answer.get("message")), values.plain(answer.get("request_id"))
    code = finer(stated_code(answer) or code_of_status(status), message)
    if not code:
        http.went_well(bucket)
        logger.info("%s answered, request %s", bucket.key, request_id)
        return answer
    detail = without_secrets(message or f"HTTP {status}", signed)
    logger.warning("%s refused: %s (%s), request %s", bucket.key, code, detail, request_id)
    if code in (QUOTA, RATE_LIMIT) or status == 429:
        wait = pause(http, bucket, code, response)
        raise RateLimited(detail, retry_after=wait, code=code, request_id=request_id)
    http.went_well(bucket)
    raise error_class(code, status)(detail, code=code, request_id=request_id)


def tells_nothing(answer: Mapping[str, Any] | None, status: int) -> bool:
    """No JSON, or a success without its code. Who is too busy may answer without a word."""
    if answer is None:
        return code_of_status(status) != RATE_LIMIT
    return stated_code(answer) is None and not code_of_status(status)


def stated_code(answer: Mapping[str, Any]) -> str | None:
    """As a text: "" for a success, None where no code is told."""
    told = answer.get("code")
    if isinstance(told, bool) or not isinstance(told, int | str) or not str(told).strip():
        return None
    return values.identifier(told)


def pause(http: Http, bucket: Bucket, code: str, response: Response) -> float:
    """For how many seconds. The quota of the day stops every call that counts against it."""
    if code == QUOTA:
        bucket, wait = Bucket(bucket.within, bucket.rate, bucket.burst), until_quota()
    else:
        wait = told_pause(response.headers)
    http.pause(bucket, wait)
    return wait


def told_pause(headers: Mapping[str, str]) -> float:
    try:
        told = float(headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_PAUSE
    return min(told, LONGEST_PAUSE) if math.isfinite(told) and told > 0 else DEFAULT_PAUSE


def until_quota() -> float:
    """Seconds to the next midnight (UTC). Nobody says when the day begins there, so it is asked every hour."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min((midnight - now).total_seconds(), LONGEST_PAUSE)


def without_secrets(text: str, signed: Signed) -> str:
    """As they are, and as they are written in an address."""
    for secret in filter(None, signed.secrets):
        for written in (secret, quote(secret, safe=""), quote_plus(secret)):
            text = text.replace(written, "…")
    return text
