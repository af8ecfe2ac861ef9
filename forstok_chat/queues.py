"""How Celery is run here: the queues and every number, each with its reason. docs/queues.md draws the picture.

A task is a nudge with the id of a row; the row decides whether there is anything to do. So a task may be lost, come
late or run twice, and nothing rests on the broker: it may be flushed at any moment.

Names are Celery's own settings. Where the broker is comes from REDIS_URL (settings.py).
"""

from __future__ import annotations

from celery.schedules import crontab
from django.conf import settings

SEND, RECEIVE, SWEEP, SLOW, ALERT = "send", "receive", "sweep", "slow", "alert"

broker_url = settings.CELERY_BROKER_URL
# A worker that starts before Redis waits for it.
broker_connection_retry_on_startup = True
timezone = "UTC"

# After so many seconds without an acknowledgement the broker hands a task to another worker. It has to be longer
# than the longest task (or that would run twice at the same time, again and again) and than the longest countdown,
# as a worker keeps a task with a countdown unacknowledged until its time. It may be long: who waits for a worker
# that died is found by the sweeps within seconds, not by this.
broker_transport_options = {"visibility_timeout": 3600}

# A nudge for later is held by a worker, so only what is due within this time gets one (tasks/nudges.py), and a
# countdown is set nowhere else. What is due later is a time in a column that a sweep looks at. In seconds.
LONGEST_COUNTDOWN = 60

# Acknowledged after the work: the task of a killed worker comes back. It may have been done by then, which is
# why each may run twice.
task_acks_late = True
task_reject_on_worker_lost = True

# Nobody reads results; what came of it stands in the row.
task_ignore_result = True

# A task that hangs is killed (seconds). Far above the longest: an import step, a round of 20 s of a feed, an upload
# of a video. Leases are shorter, so others go on with the row before that.
task_time_limit = 900

# No worker takes more than it works on, or a long task would keep the nudges behind it from an idle worker.
worker_prefetch_multiplier = 1

# Seconds for tasks under way when a worker is told to stop; what is cut off after that is found like any other.
worker_soft_shutdown_timeout = 10

# By module, the first that fits: who may wait behind whom. A queue that is worked on by processes of its own cannot
# be held up by the others (Procfile).
task_default_queue = RECEIVE
task_routes = {
    # Reading back may wait for permits: not in front of a reply.
    "conversations.tasks.sending.settle": {"queue": RECEIVE},
    "conversations.tasks.sending.*": {"queue": SEND},
    # A queue of their own, so that a flood of pushes cannot keep the sweeps from running.
    "conversations.tasks.sweeps.*": {"queue": SWEEP},
    "conversations.tasks.receiving.sweep_readings": {"queue": SWEEP},
    "conversations.tasks.shops.*": {"queue": SLOW},
    # A flood of pushes from marketplaces does not stand before a word to a person.
    "conversations.tasks.alerts.*": {"queue": ALERT},
    "conversations.tasks.bulk.*": {"queue": SLOW},
    "conversations.tasks.media.*": {"queue": SLOW},
    "conversations.tasks.pruning.*": {"queue": SLOW},
    "marketplaces.tasks.reconcile_*": {"queue": SLOW},
}


def every(task: str, seconds: float) -> dict[str, object]:
    """A tick that finds no worker ends with the next one, so ticks do not pile up while none runs."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


# Every sweep finds the rows that nobody is working on, so a lost task costs seconds, never data.
beat_schedule = {
    "sweep-outbox": every("conversations.tasks.sweeps.sweep_outbox", 3),
    "sweep-incoming": every("conversations.tasks.sweeps.sweep_incoming", 5),
    "sweep-alerts": every("conversations.tasks.sweeps.sweep_alerts", 5),
    "sweep-readings": every("conversations.tasks.receiving.sweep_readings", 5),
    "sweep-media": every("conversations.tasks.sweeps.sweep_media", 5),
    "sweep-shops": every("conversations.tasks.sweeps.sweep_shops", 5),
    "add-up-tallies": every("conversations.tasks.sweeps.add_up_tallies", 10),
    "sweep-statuses": every("conversations.tasks.sweeps.sweep_statuses", 5),
    "sweep-feeds": every("conversations.tasks.sweeps.sweep_feeds", 10),
    "refresh-credentials": every("marketplaces.tasks.refresh_credentials", 300),
    # Each run is short, so that a night's worth is never done at once.
    "prune-records": {
        "task": "conversations.tasks.pruning.prune_records",
        "schedule": crontab(minute=17),
        "options": {"expires": 3600},
    },
    # UTC: in the small hours of Indonesia.
    "reconcile-apps": {
        "task": "marketplaces.tasks.reconcile_apps",
        "schedule": crontab(hour=19, minute=30),
        "options": {"expires": 3600},
    },
}
