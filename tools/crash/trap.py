"""The address to which redirects lead: no request may ever arrive there."""

import contextlib
import socket
import threading


class Trap:
    """A server on 127.0.0.1 that records visitors; `visits` must stay empty."""

    def __init__(self) -> None:
        self.visits: list[bytes] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}/soap.asmx"
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self) -> None:
        while True:
            try:
                visitor, _ = self.server.accept()
            except OSError:
                return
            with visitor, contextlib.suppress(OSError):
                visitor.settimeout(1)
                self.visits.append(visitor.recv(65536))

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
