"""Start the sandbox: one process, one event loop, so its state needs no locks."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from marketplaces.sandbox.app import build


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "8001")))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", default=".sandbox", help="folder of the world and of uploaded files")


def run(port: int, host: str, data: str) -> None:
    app = build(Path(data), base_url=os.environ.get("SANDBOX_URL", f"http://127.0.0.1:{port}"))
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        date_header=False,  # the app's own tells the sandbox's time
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m marketplaces.sandbox", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    run(options.port, options.host, options.data)
