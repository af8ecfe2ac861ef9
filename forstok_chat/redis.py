"""The one Redis connection pool of a process."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from redis import Redis


@cache
def redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
