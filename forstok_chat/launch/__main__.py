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
from forstok_chat.embedded.process import end_with_parent
from forstok_chat.launch.environment import said_by_user
from forstok_chat.launch.supervisor import Stack

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WELCOME = """
  Forstok Chat is running.

    Open            {url}
    Sign in as      owner@demo.test   password  forstok-demo
            or      agent@demo.test, agent2@demo.test, supervisor@demo.test, same password
    Support admin   {url}/admin/      support@demo.test, same password
    Buyer's phone   {sandbox}
    Shopee login    nusantara.gadget or nusantara.fashion, password  sandbox
    TikTok Shop     nusantara.seller (both of its shops), password  sandbox
    Mails           {mails}, a file each
    Logs            {logs}

  Ctrl-C stops everything; your data stays in {data}
"""


def main() -> int:
    raise_open_files()
    stop_on_signals()
    said = said_by_user(os.environ)
    data = DataDir(Path(said["DATA_DIR"]).expanduser() if "DATA_DIR" in said else default_directory())
    stack: Stack | None = None
    try:
        if not data.acquire():
            raise StartError(
                f"Forstok Chat is already running on {data.path}. Stop it first; for a second one beside it "
                "give another DATA_DIR, PORT and SANDBOX_PORT."
            )
        stack = Stack(data, said)
        print("Starting ...", flush=True)
        stack.start()
        print(
            WELCOME.format(
                url=stack.url, sandbox=stack.sandbox_url, mails=data.mails, logs=data.logs, data=data.path
            ),
            flush=True,
        )
        stack.watch()
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
    finally:
        if stack is not None:
            stack.stop()
    return 0


def stop_on_signals() -> None:
    # Ctrl-C also where a shell ignores it, as for background jobs; a lost terminal not where nohup does.
    for number in STOP_SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)
    if "MAKELEVEL" in os.environ:  # a killed make must not leave us running out of sight
        end_with_parent(signal.SIGTERM)


def interrupt(number: int, frame: Any) -> None:
    """Only once: a second Ctrl-C must not leave half of them behind."""
    for again in STOP_SIGNALS:
        signal.signal(again, signal.SIG_IGN)
    raise KeyboardInterrupt


def raise_open_files() -> None:
    """Every open browser holds a connection; the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Containers allow a thousand million, which programs that count them all would choke on.
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


if __name__ == "__main__":
    sys.exit(main())
