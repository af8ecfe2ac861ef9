"""Nudging tasks: by a worker soon, or by the sweep later."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime

from celery import Task
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from forstok_chat.queues import LONGEST_COUNTDOWN
from forstok_chat.redis import redis

logger = logging.getLogger(__name__)

# Seconds a call may wait for its permit: on the way out none but the shortest, so nobody waits behind it.
PATIENCE_RECEIVING = 3
PATIENCE_SLOW = 10


def nudge(task: Task, *arguments: str | int, **options: float) -> None:
    """The row is stored, so without a broker nothing is lost: the sweep finds it when the broker is back."""
    try:
        task.apply_async(list(arguments), **options)
    except (OperationalError, OSError):
        logger.warning("%s waits for the sweep: the broker does not answer", task.name)


def nudge_once(task: Task) -> None:
    """For a task that does all there is to do: one that has not begun yet is enough for everybody. Should it be lost,
    the next one is nudged a second later."""
    try:
        if not redis().set(f"nudged:{task.name}", 1, nx=True, px=1000):
            return
    except RedisError:
        pass  # and the broker is most likely away as well
    nudge(task)


def begun(task: Task) -> None:
    """What is stored from here on may find it done: it has to nudge anew."""
    with suppress(RedisError):
        redis().delete(f"nudged:{task.name}")


def later(task: Task, argument: str | int, at: datetime, *more: str | int) -> None:
    """Nudge a task when its row is due, seconds before the sweep would. Far times are the sweep's alone: a
    countdown beyond the broker's visibility timeout would run again and again."""
    countdown = max(0.0, (at - timezone.now()).total_seconds())
    if countdown <= LONGEST_COUNTDOWN:
        nudge(task, argument, *more, countdown=countdown)
