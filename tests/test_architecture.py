"""Imports point one way: forstok_chat -> conversations -> marketplaces <- connectors, and the sandbox stands apart."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplaces.registry import CONNECTORS

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("forstok_chat", "marketplaces", "conversations")
GATE = tuple(f"marketplaces.{module}" for module in ("clock", "connector", "content", "errors", "http"))
PUBLIC = tuple(
    f"marketplaces.{module}"
    for module in (
        "models",
        "registry",
        "content",
        "errors",
        "connector",
        "feeds",
        "orders",
        "catalogue",
        "media",
        "pictures",
        "throttle",
        "appkeys",
        "authorizations",
        "http",
        "fields",
    )
)
# The demo: the command that starts the sandbox, and what names the shops and calls of its made-up world.
SANDBOX_COMMAND = "marketplaces/management/commands/sandbox.py"
DEMO = (
    "forstok_chat/launch/",
    "forstok_chat/chaos/markets.py",
    "forstok_chat/bench/queue.py",
    "forstok_chat/screens/",
    "marketplaces/management/commands/seed_demo.py",
)
# Commands for developers.
COMMANDS = ("forstok_chat/chaos/", "forstok_chat/bench/", "forstok_chat/rig/", "forstok_chat/screens/")
# Where a marketplace may be named.
NAMED_IN = (
    "marketplaces/connectors/",
    "marketplaces/sandbox/",
    "marketplaces/registry.py",
    "marketplaces/migrations/",  # the first rows of what is kept about each
    "forstok_chat/settings.py",
)


def modules(*folders: str, outside: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(path, source) of every Python module in these folders, but those outside."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(outside):
                yield name, path.read_text()


def imports_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide where an arrow points"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


def arrows(found: Iterator[tuple[str, str]], *packages: str) -> list[str]:
    """What these modules import from these packages, as lines to be read in a failure."""
    return [
        f"{path}: {name}" for path, source in found for name in imports_in(source) if within(name, *packages)
    ]


@pytest.mark.parametrize("slug", CONNECTORS)
def test_a_connector_leans_on_the_gate_and_the_standard_library_only(slug: str) -> None:
    may = (*GATE, f"marketplaces.connectors.{slug}", *sys.stdlib_module_names)
    found = modules(f"marketplaces/connectors/{slug}")
    assert [
        f"{path}: {name}" for path, source in found for name in imports_in(source) if not within(name, *may)
    ] == []


def test_only_the_registry_knows_the_connectors() -> None:
    found = modules(*PRODUCT, outside=("marketplaces/connectors/",))
    assert arrows(found, "marketplaces.connectors") == []


def test_marketplaces_never_imports_conversations() -> None:
    assert arrows(modules("marketplaces"), "conversations") == []


def test_conversations_knows_marketplaces_by_its_public_names_only() -> None:
    found = arrows(modules("conversations", outside=("conversations/migrations/",)), "marketplaces")
    assert [line for line in found if not within(line.split(": ")[1], *PUBLIC)] == []


def test_activation_is_used_by_the_views_of_marketplaces_only() -> None:
    found = modules(*PRODUCT, outside=("marketplaces/views/",))
    assert arrows(found, "marketplaces.activation") == []


def test_accounts_imports_neither_app() -> None:
    assert arrows(modules("forstok_chat/accounts"), "marketplaces", "conversations") == []


def test_the_team_is_wiring_that_only_the_urls_know() -> None:
    found = modules(*PRODUCT, outside=("forstok_chat/team/",))
    assert arrows(found, "forstok_chat.team") == []  # urls.py includes it by its path


def test_the_product_never_imports_the_sandbox() -> None:
    found = modules(*PRODUCT, outside=("marketplaces/sandbox/", SANDBOX_COMMAND))
    assert arrows(found, "marketplaces.sandbox") == []


def test_nothing_of_the_product_imports_the_commands_that_break_and_measure_it() -> None:
    found = modules(*PRODUCT, outside=COMMANDS)
    assert arrows(found, *(folder.strip("/").replace("/", ".") for folder in COMMANDS)) == []


def test_the_sandbox_imports_no_product_code() -> None:
    found = arrows(modules("marketplaces/sandbox"), *PRODUCT, "django")
    assert [line for line in found if not within(line.split(": ")[1], "marketplaces.sandbox")] == []


def test_no_marketplace_is_named_where_all_are_meant() -> None:
    named = re.compile("|".join(CONNECTORS), re.IGNORECASE)
    found = modules(*PRODUCT, outside=NAMED_IN + DEMO)
    assert [path for path, source in found if named.search(source)] == []
