"""Copying pictures and videos of conversations. Queue: `slow`; who looks at one before is served by the view."""

from __future__ import annotations

from celery import shared_task

from marketplaces import media


@shared_task
def fetch_media(pk: str) -> None:
    claimed = media.claim(pk)
    if claimed is not None:
        media.fetch(claimed)
