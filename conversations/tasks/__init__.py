"""Tasks are nudges: load, call, done. The rows decide, so each may run twice, late or never.

One module per queue, so that an import cannot delay a reply (CELERY_TASK_ROUTES).
"""

from conversations.tasks.nudges import later, nudge
from conversations.tasks.receiving import process_push, read_conversation
from conversations.tasks.sending import deliver, settle
from conversations.tasks.shops import run_import, sync_shop
from conversations.tasks.sweeps import sweep_incoming, sweep_outbox, sweep_shops

__all__ = [
    "deliver",
    "later",
    "nudge",
    "process_push",
    "read_conversation",
    "run_import",
    "settle",
    "sweep_incoming",
    "sweep_outbox",
    "sweep_shops",
    "sync_shop",
]
