"""One HTTP exchange with e-Boekhouden: connect, send and read within one deadline.

Every exchange opens its own connection, so that a failure to connect proves that nothing was sent.
There are no redirects, retries or proxies: the codes are sent to the given address only.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from functools import cache
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

import certifi

from .errors import NotConfigured, NotSent, OutcomeUnknown
from .failpoints import failpoint

_CHUNK = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds to connect and for an exchange, and the maximum of unpacked bytes of an answer."""

    connect: float = 5.0
    total: float = 60.0
    body: int = 20 * 1024 * 1024


@dataclass(frozen=True)
class Response:
    """A complete HTTP response, with its body unpacked."""

    status_code: int
    headers: Message
    content: bytes
    encoding: str = "utf-8"


def checked_address(url: str) -> SplitResult:
    """Return the parts of an address that may receive codes: https, or http on this machine."""
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise NotConfigured("", "The address cannot be read.", "insecure-address") from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
    plain = parts.hostname and port_is_right and not parts.username and not parts.password
    if not secure or not plain:
        raise NotConfigured("", "The address must be https.", "insecure-address")
    return parts


def exchange(url: str, body: bytes, headers: Mapping[str, str], limits: Limits) -> Response:
    """Post `body` to `url` and return the whole answer.

    Raises NotSent if there was no connection, and OutcomeUnknown for every later failure.
    """
    parts = checked_address(url)
    deadline = time.monotonic() + limits.total
    failpoint("before-connecting")
    sock = _connect(parts, limits)
    try:
        if time.monotonic() >= deadline:
            raise NotSent("connect-timeout")
        connection = _connection(sock, deadline)
        _send(connection, parts, body, headers)
        failpoint("before-reading")
        response = connection.getresponse()
        return Response(response.status, response.headers, _whole_body(response, limits.body))
    except TimeoutError:
        raise OutcomeUnknown("timeout") from None
    except http.client.IncompleteRead:
        raise OutcomeUnknown("truncated") from None
    except (OSError, http.client.HTTPException):
        raise OutcomeUnknown("connection-lost") from None
    except zlib.error:
        raise OutcomeUnknown("wrong-answer", "damaged compression") from None
    finally:
        sock.close()


def _connect(parts: SplitResult, limits: Limits) -> socket.socket:
    try:
        return _open_socket(parts, limits)
    except socket.gaierror:
        raise NotSent("name-resolution") from None
    except TimeoutError:
        raise NotSent("connect-timeout") from None
    except ssl.SSLError:
        raise NotSent("tls") from None
    except ConnectionRefusedError:
        raise NotSent("connection-refused") from None
    except (OSError, UnicodeError):
        raise NotSent("connect-failed") from None


def _open_socket(parts: SplitResult, limits: Limits) -> socket.socket:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    sock = socket.create_connection((host, port), timeout=limits.connect)
    # The body must not wait until the headers are acknowledged.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if parts.scheme == "http":
        return sock
    try:
        return _tls().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _connection(sock: socket.socket, deadline: float) -> http.client.HTTPConnection:
    """Return an HTTP connection on an open socket; it cannot connect a second time."""
    connection = http.client.HTTPConnection("")
    connection.auto_open = 0
    connection.sock = _TimedSocket(sock, deadline)
    return connection


def _send(
    connection: http.client.HTTPConnection,
    parts: SplitResult,
    body: bytes,
    headers: Mapping[str, str],
) -> None:
    path = parts.path or "/"
    own_headers = {
        "Host": parts.netloc,
        "User-Agent": "urenboek",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        "Content-Length": str(len(body)),
    }
    target = f"{path}?{parts.query}" if parts.query else path
    connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
    for name, value in {**headers, **own_headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    failpoint("after-headers")
    half = len(body) // 2
    connection.send(body[:half])
    failpoint("halfway-sending")
    connection.send(body[half:])


def _whole_body(response: http.client.HTTPResponse, limit: int) -> bytes:
    """Return the complete, unpacked body, with at most `limit` bytes in memory."""
    unpacked = _unpacker(response.getheader("Content-Encoding"))
    expected = response.length
    received = 0
    content = bytearray()
    while expected is None or received < expected:
        chunk = response.read1(_CHUNK)
        if not chunk:
            break
        failpoint("while-reading")
        received += len(chunk)
        content += unpacked.decompress(chunk, limit - len(content) + 1)
        if len(content) > limit:
            raise OutcomeUnknown("oversize")
    if not unpacked.eof or (expected is not None and received != expected):
        raise OutcomeUnknown("truncated")
    return bytes(content)


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Plain:
    """A decompressor for a body that is not compressed."""

    eof = True

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return data[:max_length]


def _unpacker(encoding: str | None) -> _Unpacker:
    match (encoding or "identity").strip().lower():
        case "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        case _:
            raise OutcomeUnknown("wrong-answer", "unknown compression")


class _TimedSocket:
    """A socket that limits every read and write to the time left before the deadline.

    A timeout on the socket itself starts again with every byte. A slow server could keep us waiting
    forever.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._set_remaining_timeout()
        self._sock.sendall(data)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self))

    def receive(self, buffer: Any) -> int:
        self._set_remaining_timeout()
        return self._sock.recv_into(buffer)

    def close(self) -> None:
        """Do nothing: `exchange` closes the socket, and http.client calls this before the body is
        read.
        """

    def _set_remaining_timeout(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: _TimedSocket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._sock.receive(buffer)


@cache
def _tls() -> ssl.SSLContext:
    """Return a context that trusts the authorities of this machine and those of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
