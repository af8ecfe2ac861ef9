"""The world on disk: one SQLite file of pickled parts, so that a change costs only what changed.

A part is the catalogue, the state, or one room. All changed parts are written in one transaction.
"""

from __future__ import annotations

import logging
import pickle
import sqlite3
from pathlib import Path

from marketplaces.sandbox.catalogue import Catalogue
from marketplaces.sandbox.world import Room, State, World

log = logging.getLogger(__name__)
FORMAT = 3  # raise it when a remembered class changes; an older file is then put aside


class Store:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "world.sqlite3"
        self._rooms: set[tuple[str, int]] = set()
        self._catalogue = False
        self.is_dirty = False
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        # A test may build the app in one thread and serve it in another; only one ever uses it at a time.
        return sqlite3.connect(self.path, check_same_thread=False)

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS parts (name TEXT PRIMARY KEY, body BLOB NOT NULL)")

    def load(self) -> World | None:
        """The world as it was, or None when there is none that can be read."""
        try:
            self._prepare()
            return self._read()
        except Exception:
            log.exception("the sandbox cannot read %s; it is put aside and a new world begins", self.path)
            self._db.close()
            for path in self.path.parent.glob(self.path.name + "*"):
                path.replace(path.with_name("unreadable-" + path.name))
            self._db = self._open()
            self._prepare()
            return None

    def _read(self) -> World | None:
        parts = dict(self._db.execute("SELECT name, body FROM parts WHERE name NOT LIKE 'room/%'"))
        if not parts:
            return None
        if (found := pickle.loads(parts["format"])) != FORMAT:  # noqa: S301 our own file
            raise ValueError(f"format {found}, expected {FORMAT}")
        catalogue: Catalogue = pickle.loads(parts["catalogue"])  # noqa: S301 our own file
        state: State = pickle.loads(parts["state"])  # noqa: S301 our own file
        rows = self._db.execute("SELECT body FROM parts WHERE name LIKE 'room/%'")
        return World(catalogue, state, (pickle.loads(body) for (body,) in rows))  # noqa: S301 our own file

    def room_changed(self, room: Room) -> None:
        self._rooms.add((room.marketplace, room.id))
        self.is_dirty = True

    def catalogue_changed(self) -> None:
        self._catalogue = self.is_dirty = True

    def state_changed(self) -> None:
        self.is_dirty = True

    def save(self, world: World) -> None:
        if not self.is_dirty:
            return
        parts = {"format": pickle.dumps(FORMAT), "state": pickle.dumps(world.state)}
        if self._catalogue:
            parts["catalogue"] = pickle.dumps(world.catalogue)
        for key in self._rooms:
            parts["room/{}/{}".format(*key)] = pickle.dumps(world.rooms[key])
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO parts VALUES (?, ?)", parts.items())
        self._forget()

    def replace(self, world: World) -> None:
        """Write a whole new world over the old one."""
        self._db.execute("DELETE FROM parts")  # save() commits it together with the new parts
        self._forget()
        self._rooms = set(world.rooms)
        self._catalogue = self.is_dirty = True
        self.save(world)

    def close(self) -> None:
        self._db.close()

    def _forget(self) -> None:
        self._rooms = set()
        self._catalogue = self.is_dirty = False
