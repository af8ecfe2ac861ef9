"""Which processes there are. The Procfile lists the same for a platform that runs them itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from forstok_chat.embedded import DataDir, Process
from forstok_chat.embedded.datadir import ROOT

PYTHON = [sys.executable, "-W", "ignore::RuntimeWarning", "-m"]
CELERY = [*PYTHON, "celery", "-A", "forstok_chat"]
QUIET = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]

class Worker(Process):
    """Its pool has processes of its own, which the kernel ends only if their parent is asked, not killed."""

    orphan_signal = signal.SIGQUIT


def commands(env: Mapping[str, str], data: DataDir) -> dict[str, list[str]]:
    """name -> argv, in the order in which they start."""
    sandbox = ["--port", env["SANDBOX_PORT"], "--data", str(data.path / "sandbox")]
    web = ["--host", env.get("HOST", "127.0.0.1"), "--port", env["PORT"], "--timeout-graceful-shutdown", "5"]
    return {
        "sandbox": [sys.executable, "manage.py", "sandbox", *sandbox],
        "web": [*PYTHON, "uvicorn", "forstok_chat.asgi:application", *web, "--no-access-log"],
        "worker": [*CELERY, "worker", "-Q", "receive,send", "-c", "2", "-n", "worker@%h", *QUIET],
        "slow": [*CELERY, "worker", "-Q", "slow", "-c", "1", "-n", "slow@%h", *QUIET],
        "beat": [*CELERY, "beat", "-s", str(data.path / "beat"), "--pidfile="],
    }


def processes(env: Mapping[str, str], data: DataDir) -> dict[str, Process]:
    return {
        name: (Worker if "worker" in argv else Process)(name, argv, env, log_of(data, name), cwd=ROOT)
        for name, argv in commands(env, data).items()
    }


def log_of(data: DataDir, name: str) -> Path:
    return data.logs / f"{name}.log"
