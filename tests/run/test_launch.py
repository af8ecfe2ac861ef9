"""The one command, as a person meets it: it comes up, it stops, it survives being killed, it says what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from forstok_chat.embedded import DataDir
from forstok_chat.embedded.datadir import ROOT
from forstok_chat.embedded.process import leftovers, wait_until


@pytest.fixture(scope="module")
def env(data: DataDir) -> dict[str, str]:
    ours = {
        "DATA_DIR": str(data.path / "launched"),
        "PORT": str(free_port()),
        "SANDBOX_PORT": str(free_port()),
    }
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "ENV_FILE": os.devnull, **ours}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def launched(env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The launcher, once it has said that everything runs."""
    argv = [sys.executable, "-m", "forstok_chat.launch"]
    with subprocess.Popen(argv, env=env, cwd="/", stdout=subprocess.PIPE, text=True) as launcher:
        try:
            assert launcher.stdout is not None
            said = ""
            while "Ctrl-C" not in said:
                line = launcher.stdout.readline()
                assert line, said
                said += line
            yield launcher
        finally:
            launcher.kill()


def page(env: dict[str, str]) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/", timeout=10) as response:
        return int(response.status)


def test_killed_it_leaves_nothing_and_the_next_one_runs_and_stops(data: DataDir, env: dict[str, str]) -> None:
    there = DataDir(data.path / "launched")
    with launched(env) as launcher:
        assert page(env) == 200
        launcher.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not leftovers(there.path), timeout=10)
    with launched(env) as launcher:
        assert page(env) == 200
        launcher.send_signal(signal.SIGINT)
        assert launcher.wait(20) == 0
    assert leftovers(there.path) == []


def test_a_taken_port_is_one_clear_line(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(env["PORT"]))):
        argv = [sys.executable, "-m", "forstok_chat.launch"]
        done = subprocess.run(argv, env=env, cwd="/", capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"Port {env['PORT']}" in line
    assert "PORT=" in line


def test_servers_that_are_named_but_absent_are_told(env: dict[str, str]) -> None:
    argv = [sys.executable, "-m", "forstok_chat.launch"]
    lost = env | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = subprocess.run(argv, env=lost, cwd="/", capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "connection" in done.stderr
    assert "Traceback" not in done.stderr
