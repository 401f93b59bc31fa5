"""Uploads are scanned by ClamAV before they are stored, if the system administrator set one.

The client speaks clamd's own protocol: INSTREAM, then pieces with their length in four bytes, then
a length of zero (clamd(8), "COMMANDS"). The answer names what was found.
"""

import hashlib
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from .text import fill

log = structlog.get_logger(__name__)
CONNECT_SECONDS, DEADLINE = 3, 30
PORT = 3310
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class NotScanned(Exception):
    """The scanner could not be reached, or gave no answer about the file."""


@dataclass(frozen=True)
class Scanner:
    """Where clamd listens: a host with a port, or the path of a socket."""

    host: str = ""
    port: int = PORT
    path: str = ""

    def connect(self, *, timeout: float) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), timeout=timeout)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(self.path)
        except OSError:
            connection.close()
            raise
        return connection


def scanner_at(address: str) -> Scanner:
    """Return the scanner of a setting such as tcp://clamav:3310 or unix:/run/clamd.ctl.

    Raises ValueError for another text.
    """
    parts = urlsplit(address)
    if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
        return Scanner(path=parts.path)
    if parts.scheme == "tcp" and parts.hostname and parts.path in ("", "/"):
        return Scanner(host=parts.hostname, port=parts.port or PORT)
    raise ValueError(address)


def refuse_infected(upload: "File[bytes]", *, what: str, user_id: int | None) -> None:
    """Raise ValidationError for an upload with a virus, or one that could not be scanned.

    With CLAMAV_REQUIRED off, what could not be scanned is let through. `what` and `user_id` are
    for the log. Afterwards the upload can be read from its beginning.
    """
    if not settings.CLAMAV:
        return
    try:
        found = _found_in(upload, scanner_at(settings.CLAMAV))
    except NotScanned as error:
        log.warning("clamav.not_scanned", what=what, user=user_id, error=str(error))
        if not settings.CLAMAV_REQUIRED:
            return
        raise ValidationError(
            _("Files cannot be checked for viruses now, so it was not stored. Try again later.")
        ) from None
    finally:
        upload.seek(0)
    if found:
        told = {"what": what, "user": user_id, "found": found, "bytes": upload.size}
        log.warning("security.upload_infected", sha256=_digest(upload), **told)
        sentence = _("This file has a virus (%(name)s) and was not stored. Choose another one.")
        raise ValidationError(fill(sentence, {"name": found}))


def _found_in(upload: "File[bytes]", scanner: Scanner) -> str:
    """Return the name of what was found, or an empty text. Raises NotScanned."""
    end = time.monotonic() + DEADLINE
    try:
        with scanner.connect(timeout=CONNECT_SECONDS) as connection:
            try:
                for part in _message(upload):
                    connection.settimeout(max(0.001, end - time.monotonic()))
                    connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                pass  # clamd has answered already, such as that the file is too large
            answer = _read(connection, end=end)
    except OSError as error:
        raise NotScanned(type(error).__name__) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise NotScanned(answer[:100] or "no answer")


def _message(upload: "File[bytes]") -> Iterator[bytes]:
    yield b"zINSTREAM\0"
    upload.seek(0)
    while piece := upload.read(PIECE):
        yield struct.pack("!I", len(piece)) + piece
    yield struct.pack("!I", 0)


def _read(connection: socket.socket, *, end: float) -> str:
    """Return the answer, which ends with a zero byte."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        connection.settimeout(max(0.001, end - time.monotonic()))
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").decode(errors="replace")


def _digest(upload: "File[bytes]") -> str:
    digest = hashlib.sha256()
    while piece := upload.read(PIECE):
        digest.update(piece)
    upload.seek(0)
    return digest.hexdigest()
