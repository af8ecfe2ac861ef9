"""What breaks: our processes, our servers, the marketplaces' answers and pushes. Runs in the main thread, as only
that may start processes (embedded/process.py)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from redis import Redis, RedisError

from forstok_chat.chaos.plan import Blow, Plan
from forstok_chat.embedded import Process
from forstok_chat.launch.supervisor import Stack
from forstok_chat.rig.sandbox import Sandbox

PAUSE = 0.1  # seconds between two looks
HELD_UP, PATIENCE, LOOK = (
    2.0,
    4.0,
    0.02,
)  # seconds a call is held up, is waited for, and between two looks for it
ESTABLISHED = "01"
WORKERS = ("worker", "second worker", "sender", "second sender")


class Mischief:
    def __init__(self, stack: Stack, sandbox: Sandbox, rng: Random, tell: Callable[[str], None]) -> None:
        self.stack, self.sandbox, self.rng, self.tell = stack, sandbox, rng, tell
        self.due: dict[str, float] = {}  # who is down, and when it comes back
        self.done: Counter[str] = Counter()
        self.ended_alone: Counter[str] = Counter()

    def run(self, plan: Plan, began: float) -> None:
        """Every blow at its time, until the plan's end."""
        blows = list(plan.blows)
        while (now := time.monotonic() - began) < plan.seconds:
            while blows and blows[0].at <= now:
                self.strike(blows.pop(0))
            self.bring_back()
            time.sleep(PAUSE)

    def strike(self, blow: Blow) -> None:
        self.tell(f"{blow.what} {' '.join(map(str, blow.about))}")
        if blow.what not in ("fault", "push_mode"):
            self.done[blow.what] += 1
        getattr(self, blow.what)(*blow.about)

    def end(self) -> None:
        """Everybody is up again."""
        self.bring_back(at_once=True)

    def bring_back(self, at_once: bool = False) -> None:
        """Start who has been down for long enough, and, as the launcher would, who has ended by itself."""
        for process in [*self.stack.servers, *self.stack.processes.values()]:
            back_at = self.due.get(process.name)
            if back_at is not None and (at_once or back_at <= time.monotonic()):
                del self.due[process.name]
                process.kill()  # what a killed main process has left behind
                process.start()
            elif back_at is None and not process.is_running():
                self.ended_alone[process.name] += 1
                self.tell(f"{process.name} has ended by itself (exit code {process.exit_code()})")
                process.kill()
                process.start()

    # Processes

    def kill_task(self, _down: float, *call: str) -> None:
        """Those of the workers' children that are in the middle of a call; the workers themselves stay."""
        for _worker, child in self.in_the_middle_of(*call):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def kill_worker(self, down: float, *call: str) -> None:
        """With all of its children."""
        self.kill(self.worker_in_the_middle_of(*call), down)

    def kill_worker_alone(self, down: float, *call: str) -> None:
        """Its children go on with what they have in their hands."""
        process = self.worker_in_the_middle_of(*call)
        if process.pid is not None and process.is_running():
            os.kill(process.pid, signal.SIGKILL)
            self.away(process, down)

    def worker_in_the_middle_of(self, *call: str) -> Process:
        """Any, when none is."""
        busy = [worker for worker, _child in self.in_the_middle_of(*call)]
        return self.stack.processes[self.rng.choice(busy or WORKERS)]

    def in_the_middle_of(self, market: str, call: str, held_up_by: str) -> list[tuple[str, int]]:
        """Workers and those of their children that are connected to the sandbox, once such a call is held up there;
        none when nobody makes it in time."""
        self.fault(market, call, held_up_by, 1, HELD_UP, "")
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.sandbox.in_flight(market, call):
                return [
                    (name, child)
                    for name in WORKERS
                    for child in children_of(self.stack.processes[name].pid)
                    if is_connected(child, int(self.stack.env["SANDBOX_PORT"]))
                ]
            time.sleep(LOOK)
        return []

    def kill_slow_worker(self, down: float) -> None:
        self.kill(self.stack.processes["slow"], down)

    def kill_beat(self, down: float) -> None:
        self.kill(self.stack.processes["beat"], down)

    def restart_web(self, down: float) -> None:
        self.stop(self.stack.processes["web"], down)

    def kill_web(self, down: float) -> None:
        self.kill(self.stack.processes["web"], down)

    # Servers

    def flush_redis(self, _down: float) -> None:
        with contextlib.suppress(RedisError), Redis.from_url(self.stack.env["REDIS_URL"]) as redis:
            redis.flushall()

    def restart_redis(self, down: float) -> None:
        self.stop(self.server("valkey"), down)

    def kill_redis(self, down: float) -> None:
        self.kill(self.server("valkey"), down)

    def restart_postgres(self, down: float) -> None:
        self.stop(self.server("postgres"), down)

    def kill_postgres(self, down: float) -> None:
        self.kill(self.server("postgres"), down)

    def server(self, name: str) -> Process:
        return next(server for server in self.stack.servers if server.name == name)

    def kill(self, process: Process, down: float) -> None:
        process.kill()
        self.away(process, down)

    def stop(self, process: Process, down: float) -> None:
        process.stop()
        self.away(process, down)

    def away(self, process: Process, down: float) -> None:
        self.due[process.name] = time.monotonic() + down

    # Marketplaces

    def fault(self, market: str, call: str, kind: str, count: int, seconds: float, code: str) -> None:
        about = {"marketplace": market, "endpoint": call, "kind": kind, "count": count, "code": code}
        self.sandbox.post("faults", **about, seconds=seconds)
        self.done[f"answer {kind}"] += count

    def push_mode(self, market: str, mode: str) -> None:
        self.sandbox.post("push", marketplace=market, mode=mode)
        self.done[f"pushes {mode}"] += 1


def children_of(pid: int | None) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_connected(pid: int, port: int) -> bool:
    """Whether this process has a connection open to that port of this machine."""
    try:
        sockets = {os.readlink(file) for file in Path(f"/proc/{pid}/fd").iterdir()}
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return False
    remote = f":{port:04X}"
    return any(
        row[2].endswith(remote) and row[3] == ESTABLISHED and f"socket:[{row[9]}]" in sockets for row in rows
    )
