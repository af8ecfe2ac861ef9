"""Child processes that die with us, and the sweep for what a killed launcher left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from forstok_chat.embedded.identity import Identity

# Every child carries this variable, naming the data directory it works for.
MARK = "FORSTOK_CHAT_DATA"
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


class StartError(Exception):
    """Something cannot start; the message is one clear line (or a few) for a person."""


class Process:
    """A child in a session of its own, writing to a log file, ended by the kernel when we die."""

    stop_signal = signal.SIGTERM
    # What the kernel sends when we are killed. Programs lose nothing by a sudden end; servers override it.
    orphan_signal = signal.SIGKILL

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        env: Mapping[str, str],
        log: Path,
        run_as: Identity | None = None,
        cwd: Path | str | None = None,
    ) -> None:
        self.name = name
        self.argv = argv
        self.env = env
        self.log = log
        self.run_as = run_as
        self.cwd = cwd
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the child. Only from the main thread: the kernel ties its end to the thread that made it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.argv,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(self.orphan_signal),
                **(self.run_as.popen_arguments() if self.run_as else {}),
            )

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child else None

    def exit_code(self) -> int | None:
        """None while running, and before the first start."""
        return self.child.poll() if self.child else None

    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def ask_to_stop(self) -> None:
        if self.child and self.is_running():
            self.child.send_signal(self.stop_signal)

    def kill(self) -> None:
        """End the whole session at once: the child and whatever it started."""
        if self.child:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def stop(self, grace: float = 10) -> None:
        """Ask, wait, then insist."""
        if self.child:
            self.ask_to_stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(grace)
            self.kill()

    def wait(self) -> int:
        """The exit code of a child that ends by itself; it is ended with us should we be interrupted."""
        if self.child is None:
            raise RuntimeError(f"{self.name} is not started")
        try:
            return self.child.wait()
        finally:
            self.kill()

    def last_lines(self, count: int = 12) -> str:
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-count:])


def end_with_parent(sent: signal.Signals) -> None:
    """Have the kernel send this process the signal when the one that started it dies (Linux)."""
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, int(sent))


def die_with_parent(sent: signal.Signals) -> Callable[[], None]:
    """The same for a child, as a `preexec_fn`."""
    parent = os.getpid()

    def prepare() -> None:
        end_with_parent(sent)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return prepare


def wait_until(ready: Callable[[], bool], timeout: float, pause: float = 0.02) -> bool:
    deadline = time.monotonic() + timeout
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def leftovers(data: Path) -> list[int]:
    """Living processes that were started for this data directory, ourselves excluded."""
    mark = f"{MARK}={data}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0") and int(entry.name) != os.getpid():
                found.append(int(entry.name))
    return found


def end_leftovers(data: Path, timeout: float = 5) -> None:
    """Kill what an earlier launcher left behind. The caller holds the lock, so none of it is in use."""

    def none_left() -> bool:
        pids = leftovers(data)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        return not pids

    if not wait_until(none_left, timeout):
        raise StartError(
            f"Processes of an earlier run will not end: {leftovers(data)}. Kill them and try again."
        )
