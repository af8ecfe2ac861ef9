"""The rate-limit headers of every answer (tokopedia.md A6)."""

from __future__ import annotations

from starlette.responses import Response

from marketplaces.sandbox.limits import Bucket


def with_headers(response: Response, bucket: Bucket) -> Response:
    limit = bucket.limit
    response.headers["X-Ratelimit-Limit"] = f"{limit.rate:g} req/s (burst {limit.burst})"
    response.headers["X-Ratelimit-Remaining"] = str(bucket.remaining)
    left = bucket.reset_after
    response.headers["X-Ratelimit-Reset-After"] = f"{left:.6f}" if left > 0 else "-0.000000"
    response.headers["X-Ratelimit-Full-Reset-After"] = f"{bucket.full_reset_after:.6f}"
    return response
