"""The stack of a run: a data directory of its own below build/, embedded servers, free ports, a second worker."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Mapping
from pathlib import Path

from forstok_chat.embedded import DataDir, StartError
from forstok_chat.embedded.datadir import ROOT, default_directory
from forstok_chat.launch import processes
from forstok_chat.launch.environment import MARKETPLACES
from forstok_chat.launch.supervisor import Stack

# What a developer has set for `make run` is not for this.
FOREIGN = (
    *MARKETPLACES,
    "DATABASE_URL",
    "REDIS_URL",
    "PUBLIC_URL",
    "STATIC_ROOT",
    "MEDIA_ROOT",
    "ALLOWED_HOSTS",
    "TIME_ZONE",
)


class Crowded(Stack):
    """The launcher's processes, with a second worker and sender as production has."""

    def start_more(self) -> None:
        for name in ("worker", "sender"):
            words = processes.commands(self.env, self.data)[name]
            argv = [word.replace(f"{name}@%h", f"second-{name}@%h") for word in words]
            second = processes.process(f"second {name}", argv, self.env, self.data)
            second.start()
            self.processes[second.name] = second


def fresh_directory(name: str) -> DataDir:
    """Locked and empty. Raises StartError while another run of that name is at it."""
    data = DataDir(place(name))
    if not data.acquire():
        raise StartError(f"Another run is under way in {data.path}.")
    for entry in data.path.iterdir():
        if entry.name != ".lock":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return data


def place(name: str) -> Path:
    """Below build/, unless the servers' user cannot go there."""
    usual = default_directory(f".data-{name}")
    return ROOT / "build" / name if usual.is_relative_to(ROOT) else usual


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """As in production, but for the addresses."""
    kept = {name: value for name, value in environ.items() if not name.startswith(FOREIGN)}
    ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    return kept | ports | {"DEBUG": "false", "ENV_FILE": os.devnull, "LANGUAGE_CODE": "id"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
