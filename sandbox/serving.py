"""Run the sandbox from the command line until it gets a signal."""

import argparse
import json
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from .sandbox import Sandbox

DEFAULT_PORT = 8099


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--books", type=Path, required=True, help="directory of the books")
    parser.add_argument("--seed", type=int, help="for the chances of faults")
    parser.add_argument(
        "--second", action="store_true", help="also keep a second administration, at /2/"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one line of JSON and nothing else"
    )


def serve(
    *,
    host: str,
    port: int,
    books: Path,
    write: Callable[[str], None],
    seed: int | None = None,
    as_json: bool = False,
    has_second: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM; `write` gets the address and the codes."""
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    sandbox = Sandbox(books=books, host=host, port=port, seed=seed, has_second=has_second)
    sandbox.start()
    try:
        write(json.dumps(_described(sandbox)) if as_json else _announced(sandbox))
        ended.wait()
    finally:
        sandbox.stop()


def _described(sandbox):
    return {
        "url": sandbox.url,
        "wsdl": sandbox.wsdl,
        "username": sandbox.username,
        "security_code_1": sandbox.security_code_1,
        "security_code_2": sandbox.security_code_2,
    }


def _announced(sandbox):
    return "\n".join(
        (
            f"e-Boekhouden sandbox: {sandbox.url}",
            f"  its books:       {sandbox.page}",
            f"  username         {sandbox.username}",
            f"  security code 1  {sandbox.security_code_1}",
            f"  security code 2  {sandbox.security_code_2}",
            f"  seed of faults   {sandbox.faults.seed}",
        )
    )
