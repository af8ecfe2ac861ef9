"""The app's token, and the signature of a push."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces.connectors.tokopedia.limits import bucket_for, obey
from marketplaces.content import Tokens
from marketplaces.errors import NotAuthorized, Temporary, Uncertain
from marketplaces.http import Http

CLIENT_REFUSED = "invalid_client"


def fetch_tokens(keys: Mapping[str, str], http: Http) -> Tokens:
    """One token for the whole app. Asking twice does no harm, so a lost answer is only Temporary."""
    bucket = bucket_for(keys, "token")
    try:
        response = http.request(
            "POST",
            keys["auth_url"].rstrip("/") + "/token",
            bucket=bucket,
            params={"grant_type": "client_credentials"},
            headers={"Authorization": basic(keys["client_id"], keys["client_secret"])},
        )
    except Uncertain as error:
        raise Temporary(f"no token: {error}") from error
    obey(http, bucket, response.status_code, response.headers)
    return tokens_in(response.status_code, response.content)


def basic(client_id: str, client_secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()


def tokens_in(status: int, body: bytes) -> Tokens:
    answer = read(body)
    if 400 <= status < 500 or "error" in answer:
        code = str(answer.get("error") or CLIENT_REFUSED)
        raise NotAuthorized(str(answer.get("error_description") or f"HTTP {status}"), code=code)
    try:
        ends = datetime.now(UTC) + timedelta(seconds=int(answer["expires_in"]))
        return Tokens(access=str(answer["access_token"]), expires_at=ends)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Temporary(f"no token in the answer (HTTP {status})") from error


def read(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Lower-case hex HMAC-SHA256 over the raw body. Without a secret nothing is proven."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(expected.encode(), signature.encode())
