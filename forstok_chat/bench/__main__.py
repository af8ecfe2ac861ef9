"""The command behind `make bench`."""

from __future__ import annotations

import sys

from forstok_chat.bench import figures, queue
from forstok_chat.embedded.datadir import ROOT
from forstok_chat.rig.command import on_a_stack
from forstok_chat.rig.stage import Crowded


def main() -> int:
    return on_a_stack("bench", measure)


def measure(stack: Crowded) -> bool:
    stack.start_more()
    found = [queue.measure(stack)]
    print(figures.as_text(found), flush=True)
    figures.write(found, ROOT / "build" / "bench.json")
    return all(figure.is_good for figure in found)


if __name__ == "__main__":
    sys.exit(main())
