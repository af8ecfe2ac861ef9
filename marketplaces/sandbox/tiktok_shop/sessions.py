"""A conversation goes on across sessions (tiktok_shop.md 4): one begins with a buyer's words after six quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplaces.sandbox.ids import tiktok_id
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop.gate import access_of
from marketplaces.sandbox.tiktok_shop.people import ROBOT, is_by_person, role_of
from marketplaces.sandbox.world import Message, Room

QUIET_S = 6 * 3600


@dataclass(frozen=True)
class Session:
    messages: Sequence[Message]  # beginning with the buyer's

    @property
    def id(self) -> str:
        return str(tiktok_id(f"session-{self.messages[0].id}"))

    @property
    def began_at(self) -> int:
        return self.messages[0].at_s

    @property
    def answer(self) -> Message | None:
        """The first one that is not the buyer's."""
        spoken = (said for said in self.messages if is_by_person(said) or role_of(said) == ROBOT)
        return next(spoken, None)

    @property
    def phase(self) -> str:
        if any(is_by_person(said) for said in self.messages):
            return "ASSIGNED"
        return "AUTO_REPLY" if self.answer else "QUEUED"


def sessions_of(room: Room) -> list[Session]:
    starts: list[int] = []
    last_s = 0
    for place, said in enumerate(room.messages):
        if said.is_from_buyer:
            if said.at_s - last_s > QUIET_S:
                starts.append(place)
            last_s = said.at_s
    ends = [*starts[1:], len(room.messages)]
    return [Session(room.messages[start:end]) for start, end in zip(starts, ends, strict=True)]


def current(sandbox: Sandbox, room: Room) -> Session | None:
    """The open session, if there is one."""
    found = sessions_of(room)
    if not found or access_of(sandbox).ended_sessions.get(room.id, 0) >= room.last.id:
        return None
    heard_at = max(said.at_s for said in found[-1].messages if said.is_from_buyer)
    return found[-1] if sandbox.clock.now_s() - heard_at < QUIET_S else None
