"""How a command with a stack of its own begins and ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from forstok_chat.embedded import StartError
from forstok_chat.launch.__main__ import raise_open_files, stop_on_signals
from forstok_chat.rig.stage import Crowded, environment, fresh_directory


def on_a_stack(name: str, work: Callable[[Crowded], bool]) -> int:
    """Start everything, do the work, stop everything. Returns the exit status: 0, 1 when the work says that it is
    not as it should be, 2 when the work could not be done, 130 when somebody stopped it."""
    raise_open_files()
    stop_on_signals()
    stack: Crowded | None = None
    data = None
    try:
        data = fresh_directory(name)
        stack = Crowded(data, environment(os.environ))
        print(f"Starting ... (logs: {data.logs})", flush=True)
        stack.start()
        return 0 if work(stack) else 1
    except StartError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 130
    finally:
        if stack is not None:
            stack.stop()
        if data is not None:
            data.release()
