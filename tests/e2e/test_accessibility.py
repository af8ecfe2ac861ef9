"""WCAG 2.2 AA by axe-core: every state that `make screens` pictures, on a phone and at a desk, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from forstok_chat.rig.sandbox import Sandbox
from forstok_chat.screens.camera import SCHEMES
from forstok_chat.screens.scene import Scene, World
from forstok_chat.screens.stages import STAGES, Stage
from forstok_chat.screens.states import STATES
from tests.e2e.conftest import running

WIDTHS = (390, 1440)
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}

# The other colours are on the screen, not only asked for.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A stack of its own, as the stages begin with a day on which nothing is active."""
    folder: Path = tmp_path_factory.mktemp("accessible")
    with (
        running(folder, database="accessible", redis_number=7) as stack,
        psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database,
    ):
        yield World(stack, Sandbox(stack.sandbox_url), database)


@pytest.fixture(scope="module")
def scenes(browser: Browser, world: World) -> list[Scene]:
    return [Scene(browser, world, width) for width in WIDTHS]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_nothing_is_in_anybodys_way(stage: Stage, world: World, scenes: list[Scene]) -> None:
    stage.prepare(world, scenes)
    found = [
        f"{state.name} at {scene.width}, {scheme}: {violation}"
        for state in STATES
        if state.stage is stage
        for scene in scenes
        for page in [state.draw(scene)]
        for scheme in SCHEMES
        for violation in violations(page, scheme)
    ]
    assert found == [], "\n".join(found)


def violations(page: Page, scheme: str) -> list[str]:
    """Each as one line: the rule, the first elements, what would help."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate(PAINTED)
    results = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']} ({len(each['nodes'])}): {node['html'][:160]} | {node['failureSummary'][:240]}"
        for each in results
        for node in each["nodes"][:2]
    ]
