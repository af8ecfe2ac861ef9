"""Telling people of what is new. Queue: `alert`, so that a slow push service holds up nothing else."""

from __future__ import annotations

from celery import shared_task

from conversations import alerts


@shared_task
def tell_person(alerts_id: int) -> None:
    alerts.tell(alerts_id)
