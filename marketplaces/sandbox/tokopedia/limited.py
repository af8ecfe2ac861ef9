"""The rate-limit headers of every answer (tokopedia.md A6)."""

from __future__ import annotations

from starlette.responses import Response

from marketplaces.sandbox.limits import Bucket
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import too_many


def with_headers(response: Response, bucket: Bucket) -> Response:
    limit = bucket.limit
    response.headers["X-Ratelimit-Limit"] = f"{limit.rate:g} req/s (burst {limit.burst})"
    response.headers["X-Ratelimit-Remaining"] = str(bucket.remaining)
    left = bucket.reset_after
    response.headers["X-Ratelimit-Reset-After"] = f"{left:.6f}" if left > 0 else "-0.000000"
    response.headers["X-Ratelimit-Full-Reset-After"] = f"{bucket.full_reset_after:.6f}"
    return response


def bucket_of(sandbox: Sandbox, endpoint: str) -> Bucket:
    """One for each endpoint of the app; all shops share it."""
    return sandbox.limits.bucket(sandbox.limit("tokopedia", endpoint), "tokopedia", endpoint)


def refuse_for_rate(sandbox: Sandbox, endpoint: str) -> Response:
    """A 429 out of turn empties the bucket, so that its headers tell the truth."""
    bucket = bucket_of(sandbox, endpoint)
    bucket.tokens = 0
    return with_headers(too_many(), bucket)
