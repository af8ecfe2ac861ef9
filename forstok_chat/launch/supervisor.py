"""Starts the processes in order, starts one again that ends, stops all.

One that ends by itself is started again, as an operator's supervisor would: the product is made so that
this loses nothing. One that ends again and again stops everything, with its last words. So does a server.
"""

from __future__ import annotations

import contextlib
import socket
import time
import urllib.request
from collections.abc import Mapping

from forstok_chat.embedded import DataDir, Process, StartError, missing_servers
from forstok_chat.embedded.process import wait_until
from forstok_chat.launch import environment
from forstok_chat.launch.processes import preparation, processes

HEALTHY_AFTER = 30  # seconds; who ends sooner, MOST_ENDS times in a row, is broken
MOST_ENDS = 5
GRACE = 8  # seconds for all together to stop by themselves


class Stack:
    """Everything, on one data directory whose lock the caller holds. `given` stands for the real environment."""

    def __init__(self, data: DataDir, given: Mapping[str, str]) -> None:
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
        self.processes = processes(self.env, self.data)
        for process in self.processes.values():
            process.log.unlink(missing_ok=True)
        self.processes["sandbox"].start()  # needs no database, so it starts meanwhile
        self.prepare()
        self.processes["web"].start()
        self.wait_for("sandbox", f"{self.sandbox_url}/control/clock")
        self.wait_for("web", f"{self.url}/healthz")
        for name in ("worker", "sender", "slow", "beat"):
            self.processes[name].start()

    def check_ports(self) -> None:
        for variable, what in {"PORT": "the web pages", "SANDBOX_PORT": "the sandbox"}.items():
            port = int(self.env[variable])
            try:
                probe(self.env["BIND"], port)
            except PermissionError:
                raise StartError(
                    f"Port {port} is not allowed here. Choose one above 1023 with {variable}."
                ) from None
            except OSError as error:
                raise StartError(
                    f"Port {port} for {what} is taken by another program ({error.strerror}). "
                    f"Stop that, or choose another port: {variable}={another_port(self.env['BIND'], port)} make run"
                ) from None

    def prepare(self) -> None:
        prepare = preparation(self.env, self.data)
        prepare.log.unlink(missing_ok=True)
        prepare.start()
        if prepare.wait():
            reason = prepare.last_lines(1)
            raise StartError(f"The database or Redis cannot be prepared: {reason}\nMore in {prepare.log}")

    def wait_for(self, name: str, url: str) -> None:
        process = self.processes[name]
        wait_until(lambda: answers(url) or not process.is_running(), timeout=60)
        if not process.is_running():
            raise StartError(f"{name} ended. The end of its log:\n{process.last_lines()}")
        if not answers(url):
            raise StartError(f"{name} does not answer at {url}. Its log: {process.log}")

    def watch(self) -> None:
        """Start again whoever ends; returns only by raising: StartError when somebody is broken."""
        ends = dict.fromkeys(self.processes, 0)
        started = dict.fromkeys(self.processes, time.monotonic())
        while True:
            time.sleep(0.5)
            for server in self.servers:
                if not server.is_running():
                    raise StartError(f"{server.name} ended. The end of its log:\n{server.last_lines()}")
            for name, process in self.processes.items():
                if process.is_running():
                    continue
                ends[name] = 1 if time.monotonic() - started[name] > HEALTHY_AFTER else ends[name] + 1
                what = f"{name} ended (exit code {process.exit_code()})"
                if ends[name] >= MOST_ENDS:
                    raise StartError(f"{what} again and again. The end of its log:\n{process.last_lines()}")
                print(f"  {what} and is started again. Its log: {process.log}", flush=True)
                process.kill()
                time.sleep(ends[name])
                process.start()
                started[name] = time.monotonic()

    def stop(self) -> None:
        """Ask all, then wait for each, servers last."""
        deadline = time.monotonic() + GRACE
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop(grace=max(deadline - time.monotonic(), 0))
        for server in reversed(self.servers):
            server.stop()


def probe(host: str, port: int) -> None:
    """Raises OSError when nobody could listen there now."""
    with contextlib.closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))


def another_port(host: str, port: int) -> int:
    """One to propose: free, and easy to remember."""
    for candidate in range(port + 10, 65536, 10):
        with contextlib.suppress(OSError):
            probe(host, candidate)
            return candidate
    return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  (our own address)
            return bool(response.status == 200)
    except OSError:
        return False
