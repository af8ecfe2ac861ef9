"""Shallow: load, call, done."""

from __future__ import annotations

from celery import shared_task

from marketplaces import credentials


@shared_task
def refresh_credentials() -> None:
    credentials.refresh_soon_to_expire()
