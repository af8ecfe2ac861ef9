"""The data directory: where it is, who may use it, what is in it.

.lock         held while something runs on it
secrets.env   SECRET_KEY and FIELD_KEYS, made once
postgres/     the database cluster        valkey/    the append-only file
sandbox/      the sandbox's own state     beat       the schedule
logs/         one file per process        mails/     what would be sent, one file each
programs/  copies, see postgres.py
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forstok_chat.embedded.identity import Identity, owner_of, unprivileged
from forstok_chat.embedded.process import MARK, StartError, end_leftovers

ROOT = Path(__file__).resolve().parents[2]
# A socket path has 107 bytes at most; the longest name in it is "/.s.PGSQL.5432". Odd characters would need
# quoting in URLs and in PostgreSQL's own list, so they are avoided as well.
SHORT_AND_PLAIN = re.compile(r"[A-Za-z0-9._/-]{1,90}")


class DataDir:
    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.logs = self.path / "logs"
        self.mails = self.path / "mails"
        self._lock: int | None = None

    @property
    def run_as(self) -> Identity | None:
        """Whom the servers run as: None means as ourselves."""
        return owner_of(self.postgres)

    @property
    def mark(self) -> dict[str, str]:
        """The variable that tells which processes belong here."""
        return {MARK: str(self.path)}

    def acquire(self) -> bool:
        """Lock the directory, making it if need be. False when another process works on it."""
        try:
            with passable():
                self.path.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise StartError(
                f"No permission for {error.filename}: it belongs to another user. "
                "Run as that user, or choose another place with DATA_DIR."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        end_leftovers(self.path)
        return True

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def server_directory(self, path: Path) -> Path:
        """A private directory for a server to write in."""
        path.mkdir(mode=0o700, exist_ok=True)
        if who := self.run_as:
            os.chown(path, who.uid, who.gid, follow_symlinks=False)
        return path

    def socket_directory(self) -> Path:
        """Private too: whoever reaches the sockets is in. A long path gets a short one in the temporary folder."""
        inside = self.path / "sockets"
        if SHORT_AND_PLAIN.fullmatch(str(inside)):
            return self.server_directory(inside)
        name = hashlib.sha256(str(self.path).encode()).hexdigest()[:16]
        outside = self.server_directory(Path(tempfile.gettempdir()) / f"forstok-chat-{name}")
        found = outside.lstat()
        owner = who.uid if (who := self.run_as) else os.getuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise StartError(f"{outside} is not a private directory of ours. Remove it and try again.")
        return outside

    def runnable(self, program: Path, packages: list[Path]) -> Path:
        """A path at which the servers' user may run this program of these packages.

        A virtual environment below root's home is closed to everybody else, so the packages are copied then.
        """
        who = self.run_as
        if who and not who.can_enter(self.path):
            raise StartError(
                f"{self.path} is closed to the user that the servers run as, since PostgreSQL refuses root. "
                "Choose an open place with DATA_DIR, for example DATA_DIR=/var/lib/forstok-chat."
            )
        if who is None or who.can_enter(program):
            return program
        version = hashlib.sha256(f"{program}{program.stat().st_mtime_ns}".encode()).hexdigest()[:12]
        copies = self.path / "programs" / packages[0].name / version
        if not copies.exists():
            shutil.rmtree(copies.parent, ignore_errors=True)
            unfinished = copies.with_suffix(".new")
            with passable():
                for source in packages:
                    shutil.copytree(source, unfinished / source.name, symlinks=True)
            for path in [copies.parents[1], *unfinished.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o555 if path.stat().st_mode & 0o100 else 0o444))
            unfinished.rename(copies)
        return copies / program.relative_to(packages[0].parent)


@contextmanager
def passable() -> Iterator[None]:
    """What is made here, others may pass through, whatever mask root works with."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def package(name: str) -> Path:
    """Where an installed package is, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(
            f"The package {name} is not installed. Run `make run`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])


def default_directory(name: str = ".data") -> Path:
    """In the checkout; for root in /var/lib when the checkout is closed to the user the servers run as."""
    who = unprivileged()
    if who is None or who.can_enter(ROOT):
        return ROOT / name
    return Path("/var/lib") / f"forstok-chat{name.removeprefix('.data')}"
