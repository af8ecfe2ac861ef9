from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forstok_chat.embedded import DataDir, Process, StartError, missing_servers
from forstok_chat.embedded.process import wait_until
from forstok_chat.launch.processes import commands
from forstok_chat.launch.supervisor import Stack


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataDir]:
    data = DataDir(tmp_path / "data")
    assert data.acquire()
    yield data
    data.release()


def test_a_taken_port_is_one_clear_sentence(data: DataDir) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} for the web pages is taken"):
            Stack(data, dict(os.environ) | {"PORT": str(port)}).start()


def test_the_procfile_lists_the_same_processes(data: DataDir) -> None:
    started = set(commands({"PORT": "1", "SANDBOX_PORT": "2"}, data)) - {"sandbox"}
    lines = (Path(__file__).parents[2] / "Procfile").read_text().splitlines()
    assert {line.partition(":")[0] for line in lines} == started | {"release"}


def test_given_servers_are_used_and_missing_ones_started(data: DataDir) -> None:
    assert missing_servers({"DATABASE_URL": "postgres://x", "REDIS_URL": "redis://x"}, data) == []
    assert [server.name for server in missing_servers({"REDIS_URL": "redis://x"}, data)] == ["postgres"]


def test_a_missing_secret_stops_the_start_with_one_clear_line() -> None:
    env = {name: value for name, value in os.environ.items() if name != "FIELD_KEYS"}
    done = subprocess.run([sys.executable, "manage.py", "check"], env=env, capture_output=True, text=True)
    assert done.returncode != 0
    assert "FIELD_KEYS is not set" in done.stderr.strip().splitlines()[-1]


@pytest.mark.skipif(shutil.which("sleep") is None, reason="needs sleep")
def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    """A launcher that is killed with -9 leaves nothing behind."""
    script = (
        "import sys, time; from pathlib import Path; from forstok_chat.embedded import Process\n"
        f"child = Process('nap', ['sleep', '60'], {{}}, Path({str(tmp_path)!r}) / 'nap.log'); child.start()\n"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: is_gone(child), 5)


def test_stopping_ends_a_child_that_will_not_listen(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    process = Process("deaf", [sys.executable, "-c", deaf], os.environ, tmp_path / "deaf.log")
    process.start()
    assert wait_until(lambda: "on" in process.last_lines(), 10)
    process.stop(grace=0.2)
    assert not process.is_running()


def is_gone(pid: int) -> bool:
    """Ended, or a zombie that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
