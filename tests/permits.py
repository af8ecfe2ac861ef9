"""A rate limit that is never met, where a test is about something else."""

from __future__ import annotations

import pytest

from marketplaces import throttle


def free_permits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call may go at once, and nothing is learned."""
    monkeypatch.setattr(throttle, "take", lambda *buckets: 0.0)
    monkeypatch.setattr(throttle, "leave", lambda *buckets: 0.0)
    monkeypatch.setattr(throttle, "learn", lambda *call: None)
