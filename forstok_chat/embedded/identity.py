"""Whom the servers run as. PostgreSQL refuses root, so root starts them as somebody without power."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# Debian's own user for this, where it exists; PostgreSQL needs one that /etc/passwd knows.
CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Identity:
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, path: Path) -> bool:
        """May this identity pass through (a directory) or run (a program) this path? The kernel knows best."""
        test = subprocess.run(["/usr/bin/test", "-x", str(path)], cwd="/", **self.popen_arguments())
        return test.returncode == 0


@cache
def unprivileged() -> Identity | None:
    """Somebody for root to step down to; None for an ordinary user, who stays who they are."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(user.pw_uid, user.pw_gid)
    raise LookupError("no unprivileged user")


def owner_of(path: Path) -> Identity | None:
    """As root: whoever owns what is already there goes on running it, unless that is root."""
    if os.geteuid() != 0:
        return None
    found = path.stat() if path.exists() else None
    return Identity(found.st_uid, found.st_gid) if found and found.st_uid else unprivileged()
