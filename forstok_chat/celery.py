"""The Celery app and the beat schedule; no tasks."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forstok_chat.settings")

app = Celery("forstok_chat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Every sweep finds the rows that nobody is working on, so a lost task costs seconds, never data.
# `expires` keeps ticks from piling up while no worker runs.
app.conf.beat_schedule = {
    "sweep-outbox": {
        "task": "conversations.tasks.sweeps.sweep_outbox",
        "schedule": 3,
        "options": {"expires": 3},
    },
    "sweep-incoming": {
        "task": "conversations.tasks.sweeps.sweep_incoming",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "sweep-media": {
        "task": "conversations.tasks.sweeps.sweep_media",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "sweep-shops": {
        "task": "conversations.tasks.sweeps.sweep_shops",
        "schedule": 5,
        "options": {"expires": 5},
    },
    "sweep-feeds": {
        "task": "conversations.tasks.sweeps.sweep_feeds",
        "schedule": 10,
        "options": {"expires": 10},
    },
    # Each run is short, so that a night's worth is never done at once.
    "prune-records": {
        "task": "conversations.tasks.pruning.prune_records",
        "schedule": crontab(minute=17),
        "options": {"expires": 3600},
    },
    "refresh-credentials": {
        "task": "marketplaces.tasks.refresh_credentials",
        "schedule": 300,
        "options": {"expires": 300},
    },
    # UTC: in the small hours of Indonesia.
    "reconcile-apps": {
        "task": "marketplaces.tasks.reconcile_apps",
        "schedule": crontab(hour=19, minute=30),
        "options": {"expires": 3600},
    },
}
