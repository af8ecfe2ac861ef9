"""The table of states. Each is a function that brings a browser there and says which page is to be pictured:

    @state(USUAL)
    def buyer_panel(at: Scene) -> Page:
        return at.panel("buyer", GADGET, "Rina Permata")

Its name is the name of the picture. Which world it happens in is said by its stage (stages.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from forstok_chat.screens.scene import Scene
from forstok_chat.screens.stages import Stage

Draw = Callable[[Scene], Page]


@dataclass(frozen=True)
class State:
    name: str
    stage: Stage
    draw: Draw


STATES: list[State] = []


def state(stage: Stage) -> Callable[[Draw], Draw]:
    def add(draw: Draw) -> Draw:
        STATES.append(State(draw.__name__.replace("_", "-"), stage, draw))
        return draw

    return add
