"""Make the pictures. STATES=thread,queue takes only those whose name has one of these words, and leaves the rest."""

from __future__ import annotations

import os
import sys

import psycopg

from forstok_chat.rig.command import on_a_stack
from forstok_chat.rig.sandbox import Sandbox
from forstok_chat.rig.stage import Crowded
from forstok_chat.screens.camera import FOLDER, SIZES, chromium, index, shoot
from forstok_chat.screens.scene import Scene, World
from forstok_chat.screens.stages import STAGES
from forstok_chat.screens.states import STATES, State


def take(stack: Crowded) -> bool:
    words = [word for word in os.environ.get("STATES", "").split(",") if word]
    wanted = [each for each in STATES if not words or any(word in each.name for word in words)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not words:
        clear()
    failed: list[str] = []
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database, chromium() as browser:
        world = World(stack, Sandbox(stack.sandbox_url), database)
        scenes = [Scene(browser, world, width) for width in SIZES]
        last = max((STAGES.index(each.stage) for each in wanted), default=-1)
        for stage in STAGES[: last + 1]:
            print(f"{stage.name} ...", flush=True)
            stage.prepare(world, scenes)
            for each in wanted:
                if each.stage is stage:
                    failed += picture(each, scenes)
    if not words:
        index([each.name for each in STATES])
    print(
        f"{len(wanted)} states in {FOLDER}. "
        + (f"Not taken: {', '.join(failed)}" if failed else "All there.")
    )
    return not failed


def clear() -> None:
    for old in FOLDER.glob("*.webp"):
        old.unlink()


def picture(state: State, scenes: list[Scene]) -> list[str]:
    """One state at every width; returns what could not be taken."""
    size, failed = 0, []
    for scene in scenes:
        try:
            size += shoot(state.draw(scene), state.name, scene.width)
        except Exception as error:  # the other states are still worth their pictures
            print(f"  {state.name} at {scene.width}: {error}", file=sys.stderr)
            failed.append(f"{state.name} at {scene.width}")
    print(f"  {state.name}: {size // 1024} kB", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(on_a_stack("screens", take))
