"""The project package: wiring only, no domain logic."""

from __future__ import annotations

from forstok_chat.celery import app as celery_app

__all__ = ["celery_app"]
