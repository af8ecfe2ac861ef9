"""The command behind `make run`."""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from forstok_chat.embedded import DataDir, StartError
from forstok_chat.embedded.datadir import default_directory
from forstok_chat.launch.supervisor import Stack

WELCOME = """
  Forstok Chat is running.

    Open            {url}
    Sign in as      owner@demo.test   password  forstok-demo
            or      agent@demo.test   password  forstok-demo
    Support admin   {url}/admin/      support@demo.test, same password
    Buyer's phone   {sandbox}
    Shopee login    nusantara.gadget or nusantara.fashion, password  sandbox
    Logs            {logs}

  Ctrl-C stops everything; your data stays in {data}
"""


def main() -> int:
    raise_open_files()
    # Explicitly both: a shell starts background jobs with Ctrl-C ignored.
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    data = DataDir(Path(os.environ["DATA_DIR"]) if os.environ.get("DATA_DIR") else default_directory())
    stack: Stack | None = None
    try:
        if not data.acquire():
            raise StartError(f"Forstok Chat is already running on {data.path}.")
        stack = Stack(data)
        print("Starting ...", flush=True)
        stack.start()
        print(
            WELCOME.format(url=stack.url, sandbox=stack.sandbox_url, logs=data.logs, data=data.path),
            flush=True,
        )
        stack.watch()
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
    finally:
        # A second Ctrl-C must not leave half of them behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if stack is not None:
            stack.stop()
    return 0


def interrupt(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def raise_open_files() -> None:
    """Every open browser holds a connection; the usual soft limit is 1,024."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
