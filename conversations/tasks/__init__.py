"""Tasks are nudges: load, call, done. The rows decide, so each may run twice, late or never.

One module per queue, so that an import cannot delay a reply (forstok_chat/queues.py).
"""

from conversations.tasks.alerts import tell_person
from conversations.tasks.bulk import run_bulk
from conversations.tasks.media import fetch_media
from conversations.tasks.nudges import later, nudge, nudge_once
from conversations.tasks.pruning import prune_records
from conversations.tasks.receiving import (
    look_up_room,
    process_push,
    process_pushes,
    read_conversation,
    read_older,
    sweep_readings,
    tell_read,
    watch_pushes,
)
from conversations.tasks.sending import deliver, send, settle
from conversations.tasks.shops import (
    fetch_named_orders,
    fetch_orders_of_buyer,
    fetch_wanted_products,
    run_feed,
    run_import,
    sync_shop,
)
from conversations.tasks.sweeps import (
    add_up_tallies,
    sweep_alerts,
    sweep_feeds,
    sweep_incoming,
    sweep_media,
    sweep_outbox,
    sweep_shops,
    sweep_statuses,
)

__all__ = [
    "add_up_tallies",
    "deliver",
    "fetch_media",
    "fetch_named_orders",
    "fetch_orders_of_buyer",
    "fetch_wanted_products",
    "later",
    "look_up_room",
    "nudge",
    "nudge_once",
    "process_push",
    "process_pushes",
    "prune_records",
    "read_conversation",
    "read_older",
    "run_bulk",
    "run_feed",
    "run_import",
    "send",
    "settle",
    "sweep_alerts",
    "sweep_feeds",
    "sweep_incoming",
    "sweep_media",
    "sweep_outbox",
    "sweep_readings",
    "sweep_shops",
    "sweep_statuses",
    "sync_shop",
    "tell_person",
    "tell_read",
    "watch_pushes",
]
