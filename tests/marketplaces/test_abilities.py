"""docs/abilities.md tells what the connectors can do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from marketplaces.connector import ABILITIES, Connector
from marketplaces.registry import CONNECTORS, connector_class

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "abilities.md"


def rows_in_the_document() -> list[list[str]]:
    lines = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [cells[0], *cells[2:]]


def rows_in_the_code() -> list[list[str]]:
    connectors = [connector_class(slug) for slug in CONNECTORS]
    return [
        ["", *(each.name for each in connectors)],
        *(
            [f"`{ability}`", *("yes" if each.can(ability) else "no" for each in connectors)]
            for ability in ABILITIES
        ),
        ["activation", *map(activation, connectors)],
        ["tokens", *(f"one per {each.token_scope}" for each in connectors)],
        ["longest text", *map(longest_text, connectors)],
        ["looked for news while watched", *(every(each.sync_policy.watched) for each in connectors)],
        ["while buyers write", *(every(each.sync_policy.active) for each in connectors)],
        ["while quiet", *(every(each.sync_policy.quiet) for each in connectors)],
    ]


def activation(connector: type[Connector]) -> str:
    return "the marketplace's own login" if connector.needs_consent else "one click"


def every(interval: timedelta) -> str:
    return f"every {interval.seconds} s"


def longest_text(connector: type[Connector]) -> str:
    return f"{connector.text_limit} characters" if connector.text_limit else "not documented"


def test_the_table_of_abilities_is_what_the_connectors_can_do() -> None:
    assert rows_in_the_document() == rows_in_the_code()
