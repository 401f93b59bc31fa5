"""A server on this machine that speaks the protocol of clamd, and knows one virus."""

import socketserver
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

# The text that every scanner takes for a virus (eicar.org), not in one piece.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Clamd:
    """What it got, and how it answers; `answer` takes the place of its own answer."""

    address: str = ""
    got: list[bytes] = field(default_factory=list)
    answer: bytes | None = None
    most: int = 25 * 2**20
    is_silent: bool = False


class _Handler(socketserver.StreamRequestHandler):
    clamd: Clamd

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            if len(content) + length > self.clamd.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += self.rfile.read(length)
        self.clamd.got.append(content)
        if self.clamd.is_silent:
            time.sleep(3)
            return
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        self.wfile.write(self.clamd.answer or b"stream: " + found + b"\0")


def _running(clamd: Clamd, server: Any) -> Iterator[Clamd]:
    server.RequestHandlerClass = type("Handler", (_Handler,), {"clamd": clamd})
    server.daemon_threads = True
    with server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield clamd
        server.shutdown()


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    """A scanner that uploads are sent to."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler)
    settings.CLAMAV = f"tcp://127.0.0.1:{server.server_address[1]}"
    yield from _running(Clamd(settings.CLAMAV), server)


@pytest.fixture
def clamd_socket(tmp_path: Path, settings: Any) -> Iterator[Clamd]:
    """The same behind a socket of this machine."""
    path = tmp_path / "clamd.ctl"
    server = socketserver.ThreadingUnixStreamServer(str(path), _Handler)
    settings.CLAMAV = f"unix:{path}"
    yield from _running(Clamd(settings.CLAMAV), server)
