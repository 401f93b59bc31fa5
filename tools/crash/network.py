"""The way from the program to the service: a proxy that can swallow everything for a while.

A cut network answers nothing, not even that it is cut. So bytes that are on the way are dropped in
both directions, and their connection stays open without an answer until one side gives up.
"""

import contextlib
import select
import socket
import threading
import time
import urllib.parse


class Network:
    """A TCP proxy on 127.0.0.1 in front of an address of this machine."""

    def __init__(self, address: str) -> None:
        self.parts = urllib.parse.urlsplit(address)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.cut_until = 0.0
        # Connections that lost bytes.
        self.swallowed = 0
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Return the address at which the program reaches the service."""
        return self.parts._replace(netloc=f"127.0.0.1:{self.listener.getsockname()[1]}").geturl()

    def cut(self, seconds: float) -> None:
        self.cut_until = time.monotonic() + seconds

    @property
    def is_cut(self) -> bool:
        return time.monotonic() < self.cut_until

    def accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client: socket.socket) -> None:
        """Carry one connection until a side ends it; what meets a cut is lost for good."""
        there = (self.parts.hostname, self.parts.port)
        with client, contextlib.suppress(OSError), socket.create_connection(there) as server:
            other, is_lost = {client: server, server: client}, False
            while other:
                for source in select.select(list(other), [], [])[0]:
                    data = source.recv(2**16)
                    if data and (is_lost or self.is_cut):
                        self.swallowed += not is_lost
                        is_lost = True
                    elif data:
                        other[source].sendall(data)
                    elif is_lost:
                        return
                    else:
                        other.pop(source).shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.listener.close()
