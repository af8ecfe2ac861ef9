"""Starts the processes in order, starts one again that ends, stops all.

One that ends by itself is started again, as an operator's supervisor would: the product is made so that
this loses nothing. One that ends again and again stops everything, with its last words.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from forstok_chat.embedded import DataDir, Process, StartError, missing_servers
from forstok_chat.embedded.datadir import ROOT
from forstok_chat.embedded.process import wait_until
from forstok_chat.launch import environment
from forstok_chat.launch.processes import processes

PORTS = {"PORT": "the web pages", "SANDBOX_PORT": "the sandbox marketplace"}
HEALTHY_AFTER = 30  # seconds; who ends sooner, MOST_ENDS times in a row, is broken
MOST_ENDS = 5


class Stack:
    """Everything, on one data directory whose lock the caller holds."""

    def __init__(self, data: DataDir, given: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.env = environment.build(data, given)
        self.servers: list[Process] = []
        self.processes: dict[str, Process] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['PORT']}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.env['SANDBOX_PORT']}"

    def start(self) -> None:
        """Raises StartError with a message for a person."""
        self.check_ports()
        for server in missing_servers(self.env, self.data):
            self.servers.append(server)
            server.start()
            self.env[server.variable] = server.url
        self.prepare()
        self.processes = processes(self.env, self.data)
        for process in self.processes.values():
            process.log.unlink(missing_ok=True)
            process.start()
        for name, url in (("sandbox", f"{self.sandbox_url}/control/clock"), ("web", f"{self.url}/healthz")):
            if not wait_until(lambda url=url, name=name: answers(url) or self.has_ended(name), 60):  # type: ignore[misc]
                raise StartError(f"{name} does not answer at {url}; see {self.processes[name].log}")
            self.check_alive(name)

    def check_ports(self) -> None:
        for variable, what in PORTS.items():
            if is_taken(int(self.env[variable])):
                port = self.env[variable]
                raise StartError(
                    f"Port {port} for {what} is taken by another program. "
                    f"Stop it, or choose another port: {variable}=8080 make run"
                )

    def prepare(self) -> None:
        argv = [sys.executable, "-m", "forstok_chat.launch.prepare"]
        done = subprocess.run(argv, env=self.env, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise StartError(f"The database could not be prepared:\n{(done.stderr or done.stdout)[-3000:]}")

    def has_ended(self, name: str) -> bool:
        return not self.processes[name].is_running()

    def check_alive(self, name: str) -> None:
        if self.has_ended(name):
            raise StartError(f"{name} ended. The end of its log:\n{self.processes[name].last_lines()}")

    def watch(self) -> None:
        """Start again whoever ends; returns only by raising: StartError when somebody is broken."""
        ends: dict[str, int] = dict.fromkeys(self.processes, 0)
        started: dict[str, float] = dict.fromkeys(self.processes, time.monotonic())
        while True:
            time.sleep(0.5)
            for server in self.servers:
                if not server.is_running():
                    raise StartError(f"{server.name} ended. The end of its log:\n{server.last_lines()}")
            for name, process in self.processes.items():
                if process.is_running():
                    continue
                ends[name] = 1 if time.monotonic() - started[name] > HEALTHY_AFTER else ends[name] + 1
                if ends[name] >= MOST_ENDS:
                    self.check_alive(name)
                print(
                    f"{name} ended (exit code {process.exit_code()}) and is started again; see {process.log}"
                )
                process.kill()
                time.sleep(ends[name])
                process.start()
                started[name] = time.monotonic()

    def stop(self) -> None:
        """Ask all, then wait for each, servers last."""
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop(grace=12)
        for server in reversed(self.servers):
            server.stop()


def is_taken(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  (our own address)
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
