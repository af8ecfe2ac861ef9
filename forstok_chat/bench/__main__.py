"""The command behind `make bench`."""

from __future__ import annotations

import os
import sys

from forstok_chat.bench import figures, queue
from forstok_chat.embedded import StartError
from forstok_chat.embedded.datadir import ROOT
from forstok_chat.launch.__main__ import raise_open_files, stop_on_signals
from forstok_chat.rig import stage


def main() -> int:
    raise_open_files()
    stop_on_signals()
    stack: stage.Crowded | None = None
    try:
        data = stage.fresh_directory("bench")
        stack = stage.Crowded(data, stage.environment(os.environ))
        print(f"Starting ... (logs: {data.logs})", flush=True)
        stack.start()
        stack.start_more()
        found = [queue.measure(stack)]
    except StartError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 130
    finally:
        if stack is not None:
            stack.stop()
    print(figures.as_text(found), flush=True)
    figures.write(found, ROOT / "build" / "bench.json")
    return 0 if all(figure.is_good for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
