"""What a run has found, for a person and for a machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forstok_chat.chaos.comparison import Fault, Finding
from forstok_chat.chaos.markets import Market

TOO_MANY = "429s of our own making"
MOST_SHOWN = 20


@dataclass
class Report:
    """`counts`: by market, what went on. `too_many`: by market and call. `left`: what did not settle."""

    seed: int
    seconds: float
    markets: Sequence[Market]
    shops: int
    counts: Mapping[str, Mapping[str, int]]
    findings: Sequence[Finding]
    too_many: Mapping[str, Mapping[str, int]]
    left: Mapping[str, int]
    broken: Mapping[str, int]
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        bad = [finding for finding in self.findings if not finding.needs_person]
        return not (bad or self.left or any(self.too_many.values()))

    def rows(self) -> list[tuple[str, dict[str, int]]]:
        """The table's lines: a name, and a number for each market."""
        names = list(next(iter(self.counts.values())))
        told = [(name, {slug: self.counts[slug][name] for slug in self.counts}) for name in names]
        faults = [
            (fault.value, {market.slug: self.number(fault, market) for market in self.markets})
            for fault in Fault
        ]
        too_many = {market.slug: sum(self.too_many[market.slug].values()) for market in self.markets}
        return [*told, *faults, (TOO_MANY, too_many)]

    def number(self, fault: Fault, market: Market) -> int:
        return sum((found.fault, found.place.market) == (fault, market.slug) for found in self.findings)

    def as_text(self) -> str:
        minutes, seconds = divmod(round(self.seconds), 60)
        lines = [
            "",
            f"  seed {self.seed}: {self.shops} shops on {len(self.markets)} marketplaces, "
            f"{minutes}:{seconds:02} minutes",
            "",
            "  " + " " * 26 + "".join(f"{market.name:>12}" for market in self.markets) + f"{'all':>12}",
        ]
        for name, numbers in self.rows():
            cells = "".join(f"{numbers[market.slug]:>12,}" for market in self.markets)
            lines.append(f"  {name:<26}{cells}{sum(numbers.values()):>12,}")
        lines += ["", "  What broke: " + listed(self.broken)]
        lines += [f"  {what}: {listed(told)}" for what, told in self.notes.items() if told]
        lines += [f"  Never settled: {listed(self.left)}"] if self.left else []
        lines += explained(self.findings)
        lines += ["", "  All is as it should be." if self.is_good else "  NOT as it should be.", ""]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "is_good": self.is_good,
            "table": dict(self.rows()),
            "findings": [finding.as_dict() for finding in self.findings],
            "too_many": self.too_many,
            "never_settled": self.left,
            "broken": self.broken,
            **self.notes,
        }


def write(reports: Sequence[Report], path: Path) -> None:
    """Of all seeds of one call, in their order."""
    whole = {
        "is_good": bool(reports) and all(report.is_good for report in reports),
        "runs": [report.as_dict() for report in reports],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def listed(numbers: Any) -> str:
    if not isinstance(numbers, Mapping):
        return str(numbers)
    return ", ".join(f"{count} × {name}" for name, count in sorted(numbers.items()))


def explained(findings: Iterable[Finding]) -> list[str]:
    """One line each, so that it can be looked for in the logs."""
    found = list(findings)
    lines = [
        f"  - {each.fault}{' (a person decides)' if each.needs_person else ''}, {each.place.market} shop "
        f"{each.place.shop} buyer {each.place.buyer}: {each.what}{f': {each.why}' if each.why else ''}"
        for each in found[:MOST_SHOWN]
    ]
    return ["", *lines, *([f"  ... {len(found)} in all"] if len(found) > MOST_SHOWN else [])] if found else []
