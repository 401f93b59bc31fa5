"""Encrypt a stream of any size in pieces, so that no part can be changed, reordered or cut off.

Each piece is AES-256-GCM under a key of its own stream (HKDF over a random salt). The nonce is the
number of the piece and whether it is the last one: the STREAM construction (Hoang et al., 2015).
"""

import base64
import binascii
import io
import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"sealed-stream-1\n"
SALT_BYTES = 16
KEY_BYTES = 32
PIECE = 1024 * 1024
TAG_BYTES = 16
COUNTER_BYTES = 11


class NotReadable(Exception):
    """The key is another one, or the stream was changed or cut off."""


def read_key(text: str) -> bytes:
    """Return the key in a text: 32 bytes in URL-safe base64. Raises ValueError."""
    try:
        key = base64.urlsafe_b64decode(text.strip())
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("not 32 bytes")
    return key


def is_sealed(beginning: bytes) -> bool:
    """Return whether a file that begins so is such a stream."""
    return beginning.startswith(MAGIC)


class SealingWriter:
    """A file to write to; `close` writes the last piece and leaves the file below open."""

    def __init__(self, below: IO[bytes], key: bytes) -> None:
        salt = os.urandom(SALT_BYTES)
        below.write(MAGIC + salt)
        self._below, self._cipher = below, _cipher(key, salt)
        self._waiting = bytearray()
        self._count = 0

    def write(self, content: bytes) -> int:
        """Take the content; whole pieces are encrypted and written."""
        self._waiting += content
        # The last piece is known only at the end, so one byte more than a piece must be there.
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(content)

    def close(self) -> None:
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._count, is_last=is_last)
        self._below.write(self._cipher.encrypt(nonce, piece, MAGIC))
        self._count += 1


class OpeningReader(io.RawIOBase):
    """A file to read from. Raises NotReadable where the stream is not what was written."""

    def __init__(self, below: IO[bytes], key: bytes) -> None:
        super().__init__()
        head = below.read(len(MAGIC) + SALT_BYTES)
        if not is_sealed(head) or len(head) < len(MAGIC) + SALT_BYTES:
            raise NotReadable
        self._below, self._cipher = below, _cipher(key, head[len(MAGIC) :])
        self._count = 0
        self._opened = bytearray()
        self._next = below.read(PIECE + TAG_BYTES)
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._opened and not self._is_over:
            self._open_piece()
        taken = min(len(view), len(self._opened))
        view[:taken] = self._opened[:taken]
        del self._opened[:taken]
        return taken

    def _open_piece(self) -> None:
        piece, self._next = self._next, self._below.read(PIECE + TAG_BYTES)
        self._is_over = not self._next
        nonce = _nonce(self._count, is_last=self._is_over)
        try:
            self._opened += self._cipher.decrypt(nonce, piece, MAGIC)
        except InvalidTag:
            raise NotReadable from None
        self._count += 1


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, MAGIC).derive(key))


def _nonce(count: int, *, is_last: bool) -> bytes:
    return count.to_bytes(COUNTER_BYTES, "big") + bytes([is_last])
