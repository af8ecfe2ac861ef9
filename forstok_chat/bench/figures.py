"""A figure beside its floor, the table for a person, the file for a machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`measured` and `floor` in the same `unit`; `share` is one by the other. `least`: what the share must reach.
    `spoiled`: what must not have happened and did, e.g. refusals."""

    name: str
    unit: str
    measured: float
    floor: float
    least: float
    spoiled: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, float] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return self.measured / self.floor

    @property
    def is_good(self) -> bool:
        return self.share >= self.least and not any(self.spoiled.values())

    def as_line(self) -> str:
        verdict = "ok" if self.is_good else "NOT REACHED"
        extras = {**self.spoiled, **{name: f"{value:,.2f}" for name, value in self.notes.items()}}
        told = ", ".join(f"{name} {value}" for name, value in extras.items())
        numbers = f"{self.measured:>10,.1f} {self.floor:>10,.1f} {self.share:>8.3f} {self.least:>8.2f}"
        return f"  {self.name:<34}{numbers}  {verdict}  ({self.unit}{'; ' if told else ''}{told})"


def as_text(figures: Sequence[Figure]) -> str:
    head = f"  {'':<34}{'measured':>10} {'floor':>10} {'share':>8} {'least':>8}"
    return "\n".join(["", head, *(figure.as_line() for figure in figures), ""])


def write(figures: Sequence[Figure], path: Path) -> None:
    told = [
        {**asdict(figure), "share": round(figure.share, 4), "is_good": figure.is_good} for figure in figures
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2) + "\n")
