"""Removing old records, by beat. Queue: `slow`, as nobody waits for it."""

from __future__ import annotations

from celery import shared_task

from conversations import pruning


@shared_task
def prune_records() -> None:
    pruning.prune()
