"""Which processes there are. The Procfile lists the same for a platform that runs them itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from forstok_chat.embedded import DataDir, Process
from forstok_chat.embedded.datadir import ROOT

PYTHON = [sys.executable, "-W", "ignore::RuntimeWarning", "-m"]
CELERY = [*PYTHON, "celery", "-A", "forstok_chat"]
QUIET = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]


def commands(env: Mapping[str, str], data: DataDir) -> dict[str, list[str]]:
    """name -> argv, in the order in which they start."""
    sandbox = ["--port", env["SANDBOX_PORT"], "--data", str(data.path / "sandbox")]
    web = ["--host", env.get("BIND", "127.0.0.1"), "--port", env["PORT"], "--timeout-graceful-shutdown", "5"]
    return {
        "sandbox": [sys.executable, "manage.py", "sandbox", *sandbox],
        "web": [*PYTHON, "uvicorn", "forstok_chat.asgi:application", *web, "--no-access-log"],
        "worker": [*CELERY, "worker", "-Q", "sweep,receive,alert", "-c", "2", "-n", "worker@%h", *QUIET],
        "sender": [*CELERY, "worker", "-Q", "send", "-c", "2", "-n", "sender@%h", *QUIET],
        "slow": [*CELERY, "worker", "-Q", "slow", "-c", "1", "-n", "slow@%h", *QUIET],
        "beat": [*CELERY, "beat", "-s", str(data.path / "beat"), "--pidfile="],
    }


def processes(env: Mapping[str, str], data: DataDir) -> dict[str, Process]:
    return {name: process(name, argv, env, data) for name, argv in commands(env, data).items()}


def preparation(env: Mapping[str, str], data: DataDir) -> Process:
    """Runs before the others, and ends."""
    return process("prepare", [*PYTHON, "forstok_chat.launch.prepare"], env, data)


def process(name: str, argv: list[str], env: Mapping[str, str], data: DataDir) -> Process:
    return Process(name, argv, env, data.logs / f"{name}.log", cwd=ROOT)
