"""The Celery app; how it is run stands in queues.py."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forstok_chat.settings")

app = Celery("forstok_chat")
app.config_from_object("forstok_chat.queues")
app.autodiscover_tasks()
