"""A small HTTP server with answers that a test defines."""

import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator

SESSION = "{5E551011-0000-4000-8000-000000000000}"
Behaviour = Callable[[socket.socket], None]


def envelope(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def result(operation: str, fields: str) -> bytes:
    return envelope(
        f'<{operation}Response xmlns="http://www.e-boekhouden.nl/soap">'
        f"<{operation}Result>{fields}</{operation}Result></{operation}Response>"
    )


def refusal(operation: str, code: str, text: str) -> bytes:
    return result(
        operation,
        f"<ErrorMsg><LastErrorCode>{code}</LastErrorCode>"
        f"<LastErrorDescription>{text}</LastErrorDescription></ErrorMsg>",
    )


def response(
    content: bytes,
    *,
    status: str = "200 OK",
    content_type: str = "text/xml; charset=utf-8",
    length: int | None = None,
    headers: str = "",
) -> bytes:
    size = len(content) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {size}\r\n"
    return f"{head}{headers}\r\n".encode() + content


def sending(content: bytes) -> Behaviour:
    return lambda connection: connection.sendall(content)


class WireServer:
    """Opens sessions properly; other operations follow `behaviours`, in turn."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/soap.asmx"
        self.requests: list[bytes] = []
        self.behaviours: dict[str, list[Behaviour]] = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def on(self, operation: str, *behaviours: Behaviour | bytes) -> None:
        """Queue behaviours of an operation; bytes are an envelope that is sent normally."""
        self.behaviours[operation] = [
            sending(response(b)) if isinstance(b, bytes) else b for b in behaviours
        ]

    def count(self, operation: str) -> int:
        return sum(_operation(request) == operation for request in self.requests)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = _whole_request(connection)
            self.requests.append(request)
            operation = _operation(request)
            waiting = self.behaviours.get(operation, [])
            if waiting:
                behaviour = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            else:
                behaviour = sending(response(_courtesy(operation)))
            behaviour(connection)


def _courtesy(operation: str) -> bytes:
    if operation == "CloseSession":
        return envelope('<CloseSessionResponse xmlns="http://www.e-boekhouden.nl/soap"/>')
    return result(operation, f"<ErrorMsg/><SessionID>{SESSION}</SessionID>")


def _whole_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(re.search(rb"content-length: (\d+)", head.lower())[1])
    while len(body) < size:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def _operation(request: bytes) -> str:
    found = re.search(rb'SOAPAction: "[^"]*/(\w+)"', request)
    return found[1].decode() if found else ""


@contextlib.contextmanager
def wire_server() -> Iterator[WireServer]:
    server = WireServer()
    try:
        yield server
    finally:
        server.close()
