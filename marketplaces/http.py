"""The only sockets to marketplaces: permits, timeouts, transport errors as ours, log lines without secrets."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from redis import RedisError
from requests import Response
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError, ProxyError

from marketplaces import throttle
from marketplaces.errors import RateLimited, Temporary, Uncertain, Unreachable
from marketplaces.throttle import Bucket

logger = logging.getLogger(__name__)

__all__ = ["Bucket", "Http", "Response"]

# Seconds to connect and to read. Apart, because only the first proves that nothing was delivered.
TIMEOUT = (5, 15)
# Seconds that a call with a permit waits behind one that left late; beyond it goes back to the queue.
AT_THE_DOOR = 0.5
NEVER_LEFT = (NewConnectionError, ConnectTimeoutError, NameResolutionError, ProxyError)


class Http:
    """Makes calls. `patience` is how many seconds one call may wait for its permit: none for sends, which
    go back to the queue instead; some for readings, which run where nobody waits behind them."""

    def __init__(self, patience: float = 0, permit: str = "") -> None:
        self.patience = patience
        self.permit = permit
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "ForstokChat/0.1"

    def request(
        self,
        method: str,
        url: str,
        *,
        bucket: Bucket,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One call, whatever its status. Raises RateLimited (our own bucket), Unreachable, Temporary, Uncertain."""
        self.wait_for_permit(bucket)
        started = time.monotonic()
        try:
            response = self.session.request(
                method,
                url,
                params=params,
                json=json,
                data=data,
                files=files,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            logger.warning("%s %s failed: %s", method, urlsplit(url).path, type(error).__name__)
            raise our_error(error) from None  # its text has the whole URL, with tokens
        elapsed = (time.monotonic() - started) * 1000
        logger.info("%s %s %s in %.0f ms", method, urlsplit(url).path, response.status_code, elapsed)
        return response

    def wait_for_permit(self, bucket: Bucket) -> None:
        is_planned = self.permit == bucket.key
        deadline = time.monotonic() + max(self.patience, AT_THE_DOOR if is_planned else 0)
        while wait := self.take_permit(bucket):
            if time.monotonic() + wait > deadline:
                raise RateLimited("our own limit", retry_after=wait, was_ours=True)
            time.sleep(wait)

    def take_permit(self, bucket: Bucket) -> float:
        try:
            if self.permit != bucket.key:
                return throttle.take(bucket)
            wait = throttle.leave(bucket)
            if not wait:
                self.permit = ""
            return wait
        except RedisError as error:
            raise Temporary("no permit: Redis does not answer") from error

    def learn(self, bucket: Bucket, rate: float, burst: int) -> None:
        """What the marketplace's headers say about its limit (calls per second, burst)."""
        try:
            throttle.learn(bucket, rate, burst)
        except RedisError:
            logger.warning("could not remember the limit of %s", bucket.key)

    def went_well(self, bucket: Bucket) -> None:
        """It answered: where it tells no limit, the next call may come a little sooner."""
        try:
            throttle.speed_up(bucket)
        except RedisError:
            logger.warning("could not speed up %s", bucket.key)

    def count(self, key: str) -> None:
        """One more call that counts against a day's quota."""
        try:
            throttle.count(key)
        except RedisError:
            logger.warning("could not count a call of %s", key)

    def pause(self, bucket: Bucket, seconds: float) -> None:
        """The marketplace refused for too many calls: nobody calls it for so many seconds, then more slowly."""
        logger.error("rate limited by the marketplace: %s pauses for %.1f s", bucket.key, seconds)
        try:
            throttle.pause(bucket, seconds)
            throttle.slow_down(bucket)
        except RedisError:
            logger.warning("could not pause %s", bucket.key)


def our_error(error: requests.RequestException) -> Unreachable | Uncertain:
    """Did the request leave? Only what certainly did not is Unreachable."""
    if isinstance(error, requests.ConnectTimeout) or is_bad_certificate(error):
        return Unreachable(type(error).__name__)
    if isinstance(error, requests.ConnectionError):
        cause: object = error.args[0] if error.args else None
        reason = getattr(cause, "reason", cause)
        if isinstance(reason, NEVER_LEFT):
            return Unreachable(type(reason).__name__)
    return Uncertain(type(error).__name__)


def is_bad_certificate(error: requests.RequestException) -> bool:
    """Refused before anything was sent. Other TLS faults may come after the request left."""
    return isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
