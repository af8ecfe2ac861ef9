"""Nothing rests on Celery: what every task of ours has, which queue it is in, and that the numbers fit."""

from __future__ import annotations

import ast
import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from celery.schedules import crontab
from django.utils import timezone

from conversations.tasks import deliver, later
from forstok_chat import queues
from forstok_chat.celery import app
from forstok_chat.embedded import DataDir
from forstok_chat.launch.processes import commands

ROOT = Path(__file__).resolve().parent.parent
app.loader.import_default_modules()
OURS: dict[str, Task] = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
every_task = pytest.mark.parametrize("name", sorted(OURS))

QUEUES = {
    "send": {"deliver", "send"},
    "receive": {
        "look_up_room", "process_push", "process_pushes", "read_conversation", "read_older", "refresh_credentials",
        "settle", "tell_read", "watch_pushes",
    },
    "sweep": {
        "add_up_tallies", "sweep_alerts", "sweep_feeds", "sweep_incoming", "sweep_media", "sweep_outbox",
        "sweep_readings", "sweep_shops", "sweep_statuses",
    },
    "alert": {"tell_person"},
    "slow": {
        "run_bulk",
        "fetch_media", "fetch_named_orders", "fetch_orders_of_buyer", "fetch_wanted_products", "prune_records",
        "reconcile_app", "reconcile_apps", "run_feed", "run_import", "sync_shop",
    },
}  # fmt: skip


def queue_of(task: Task) -> str:
    return app.amqp.router.route({}, task.name)["queue"].name


# Tasks


@every_task
def test_a_killed_workers_task_comes_back(name: str) -> None:
    task = OURS[name]
    assert task.acks_late
    assert task.reject_on_worker_lost
    assert task.ignore_result
    assert not getattr(task, "autoretry_for", ()), "the row says when to try again"


@every_task
def test_a_task_carries_ids_only(name: str) -> None:
    """And for a lane the name of its bucket, and whether it is its wake-up."""
    for parameter in inspect.signature(OURS[name].run, eval_str=True).parameters.values():
        assert parameter.annotation in (str, int, bool), parameter
        assert parameter.name.endswith("_id") or parameter.name in {"pk", "permit", "is_wake_up"}, parameter


# Queues


def test_every_task_is_in_the_queue_where_nobody_who_waits_stands_behind_it() -> None:
    found: dict[str, set[str]] = {}
    for task in OURS.values():
        found.setdefault(queue_of(task), set()).add(task.name.rsplit(".", 1)[-1])
    assert found == QUEUES


def consumed(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(",")) if "-Q" in command else set()


def workers_of_the_procfile() -> list[set[str]]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return [consumed(line.split()) for line in lines if " worker " in line]


def workers_of_the_launcher(tmp_path: Path) -> list[set[str]]:
    env = {"SANDBOX_PORT": "1", "PORT": "2"}
    return [queues for command in commands(env, DataDir(tmp_path)).values() if (queues := consumed(command))]


def test_neither_an_import_nor_a_reading_can_delay_a_reply(tmp_path: Path) -> None:
    """Replies and slow work have processes that do nothing else; and no queue is forgotten."""
    for workers in (workers_of_the_procfile(), workers_of_the_launcher(tmp_path)):
        assert {"send"} in workers
        assert {"slow"} in workers
        assert sorted(name for worker in workers for name in worker) == sorted(QUEUES)


# Numbers


def test_nothing_is_given_to_a_second_worker_while_the_first_may_still_be_at_it() -> None:
    visible_again = app.conf.broker_transport_options["visibility_timeout"]
    assert app.conf.task_time_limit < visible_again / 2
    assert queues.LONGEST_COUNTDOWN + app.conf.task_time_limit < visible_again / 2
    assert app.conf.worker_prefetch_multiplier == 1


def test_a_countdown_is_set_in_one_place_only() -> None:
    places = [
        f"{path.relative_to(ROOT)}:{node.value.lineno}"
        for folder in ("conversations", "marketplaces", "forstok_chat")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg in {"countdown", "eta", "retry_backoff"}
    ]
    assert [place.rsplit(":", 1)[0] for place in places] == ["conversations/tasks/nudges.py"]


@pytest.mark.parametrize(
    ("seconds", "is_nudged"), [(-5, True), (0, True), (59, True), (61, False), (86400, False)]
)
def test_what_is_due_later_than_a_countdown_may_be_is_left_to_the_sweep(
    monkeypatch: pytest.MonkeyPatch, seconds: int, is_nudged: bool
) -> None:
    countdowns: list[float] = []
    monkeypatch.setattr(
        Task, "apply_async", lambda self, args, **options: countdowns.append(options["countdown"])
    )
    later(deliver, "1", timezone.now() + timedelta(seconds=seconds))
    assert bool(countdowns) is is_nudged
    assert all(0 <= each <= queues.LONGEST_COUNTDOWN for each in countdowns)


# Beat


@pytest.mark.parametrize("entry", queues.beat_schedule.values(), ids=queues.beat_schedule)
def test_a_tick_names_a_task_and_does_not_pile_up(entry: dict[str, Any]) -> None:
    assert entry["task"] in OURS
    schedule = entry["schedule"]
    assert isinstance(schedule, crontab) or entry["options"]["expires"] <= schedule
    assert entry["options"]["expires"] <= 3600


def test_every_sweep_ticks() -> None:
    ticking = {entry["task"] for entry in queues.beat_schedule.values()}
    assert {name for name in OURS if ".sweeps." in name} <= ticking
