"""Whether a PDF is whole and opens without a password (ISO 32000-1 and -2, 7.5.5 and 7.6).

A PDF can be encrypted and yet open for everybody: its user password is then empty, and the other
password only protects it against changes. Such a file is an ordinary receipt.
"""

import hashlib
import re

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# A reader looks for the end of the file in so many bytes (ISO 32000-1, annex H.3.4.4).
_END_WITHIN = 1024
_BLANK_BYTES = b"\0\t\n\f\r "
_REFERENCE = re.compile(rb"/Encrypt\s+([0-9]+)\s+([0-9]+)\s+R")
_NAME_AND_NUMBER = r"/%s\s+(-?[0-9]+)"
_FIRST_ID = re.compile(rb"/ID\s*\[\s*(?=[(<])")
_LONGEST_DICTIONARY = 8_000
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ESCAPES = {ord("n"): 10, ord("r"): 13, ord("t"): 9, ord("b"): 8, ord("f"): 12}


def is_whole(content: bytes) -> bool:
    """Return False if the end is missing, as after a download that broke off."""
    return b"%%EOF" in content.rstrip(_BLANK_BYTES)[-_END_WITHIN:] and b" obj" in content


def needs_password(content: bytes) -> bool:
    """True if the PDF is encrypted and does not open with an empty password.

    False for what cannot be told: a reader of the file decides then.
    """
    found = _REFERENCE.search(content)
    if not found:
        return False
    start = re.search(rb"(?<![0-9])%s\s+%s\s+obj" % (found[1], found[2]), content)
    if not start:
        return False
    handler = content[start.end() : start.end() + _LONGEST_DICTIONARY]
    handler = handler.split(b"endobj")[0]
    try:
        return not _opens_without(handler, content)
    except (ValueError, IndexError):
        return False


def _opens_without(handler: bytes, content: bytes) -> bool:
    """Return whether the user password is empty. Raises ValueError if the handler is unknown."""
    revision, check = _number(handler, "R"), _text(handler, b"/U")
    if revision >= 5:
        salt = check[32:40]
        computed = hashlib.sha256(salt).digest() if revision == 5 else _hash_2b(salt)
        return computed == check[:32]
    first_id = _FIRST_ID.search(content)
    own_id = _string(content, first_id.end()) if first_id else b""
    key = _key(handler, revision=revision, own_id=own_id)
    if revision == 2:
        return _rc4(key, _PADDING) == check[:32]
    computed = _rc4(key, hashlib.md5(_PADDING + own_id).digest())  # noqa: S324 - as the format says
    for turn in range(1, 20):
        computed = _rc4(bytes(byte ^ turn for byte in key), computed)
    return computed == check[:16]


def _key(handler: bytes, *, revision: int, own_id: bytes) -> bytes:
    """Return the key of an empty password (algorithm 2)."""
    length = 5 if revision == 2 else _number(handler, "Length", default=40) // 8
    permissions = (_number(handler, "P") & 0xFFFFFFFF).to_bytes(4, "little")
    seed = _PADDING + _text(handler, b"/O")[:32] + permissions + own_id
    if revision >= 4 and re.search(rb"/EncryptMetadata\s+false", handler):
        seed += b"\xff\xff\xff\xff"
    key = hashlib.md5(seed).digest()  # noqa: S324 - as the format says
    for _turn in range(50 if revision >= 3 else 0):
        key = hashlib.md5(key[:length]).digest()  # noqa: S324 - as the format says
    return key[:length]


def _hash_2b(salt: bytes) -> bytes:
    """Return the hash of an empty password (algorithm 2.B of ISO 32000-2)."""
    key, turn, last = hashlib.sha256(salt).digest(), 0, 0
    while turn < 64 or last > turn - 32:
        cipher = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32]))
        mixed = cipher.encryptor().update(key * 64)
        kind = ("sha256", "sha384", "sha512")[sum(mixed[:16]) % 3]
        key, last = hashlib.new(kind, mixed).digest(), mixed[-1]
        turn += 1
    return key[:32]


def _rc4(key: bytes, content: bytes) -> bytes:
    return Cipher(ARC4(key), mode=None).encryptor().update(content)


def _number(handler: bytes, name: str, *, default: int | None = None) -> int:
    # The largest Length: crypt filters inside the handler have one of their own, in bytes.
    found = re.findall((_NAME_AND_NUMBER % name).encode(), handler)
    if not found and default is None:
        raise ValueError(f"no {name} in the security handler")
    return max(map(int, found)) if found and name == "Length" else int((found or [default])[0])


def _text(handler: bytes, name: bytes) -> bytes:
    found = re.search(name + rb"\s*(?=[(<])", handler)
    if not found:
        raise ValueError("a string of the security handler is missing")
    return _string(handler, found.end())


def _string(content: bytes, start: int) -> bytes:
    """Return the string that begins here, in hexadecimals or literally (7.3.4)."""
    if content[start : start + 1] == b"<":
        digits = re.sub(rb"\s", b"", content[start + 1 : content.index(b">", start)])
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return _literal(content, start + 1)


def _literal(content: bytes, place: int) -> bytes:
    text, depth = bytearray(), 1
    while True:
        byte = content[place]
        place += 1
        if byte == ord("\\"):
            byte, place = _escaped(content, place)
        elif byte in b"()":
            depth += 1 if byte == ord("(") else -1
            if not depth:
                return bytes(text)
        if byte >= 0:
            text.append(byte)


def _escaped(content: bytes, place: int) -> tuple[int, int]:
    """Return the byte after a backslash and where the text goes on; -1 for a broken line."""
    if octal := re.compile(rb"[0-7]{1,3}").match(content, place):
        return int(octal[0], 8) & 0xFF, octal.end()
    byte = content[place]
    if byte in b"\r\n":
        after = place + 2 if content[place : place + 2] == b"\r\n" else place + 1
        return -1, after
    return _ESCAPES.get(byte, byte), place + 1
