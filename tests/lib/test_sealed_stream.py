"""What is encrypted in pieces comes back whole, or not at all."""

import base64
import io
import os

import pytest

from lib.sealed_stream import (
    MAGIC,
    PIECE,
    SALT_BYTES,
    TAG_BYTES,
    NotReadable,
    OpeningReader,
    SealingWriter,
    is_sealed,
    read_key,
)

KEY = bytes(range(32))
HEAD = len(MAGIC) + SALT_BYTES


def sealed(content: bytes, key: bytes = KEY) -> bytes:
    below = io.BytesIO()
    writer = SealingWriter(below, key)
    for start in range(0, len(content), 70_000):
        writer.write(content[start : start + 70_000])
    writer.close()
    return below.getvalue()


def opened(content: bytes, key: bytes = KEY) -> bytes:
    return io.BufferedReader(OpeningReader(io.BytesIO(content), key)).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
def test_every_size_comes_back(size):
    content = os.urandom(size)

    assert opened(sealed(content)) == content


def test_the_same_content_is_never_the_same_twice_and_shows_nothing():
    content = b"name of a customer" * 100

    first, second = sealed(content), sealed(content)

    assert first != second
    assert b"customer" not in first
    assert is_sealed(first)
    assert not is_sealed(content)


def test_another_key_opens_nothing():
    with pytest.raises(NotReadable):
        opened(sealed(b"content"), key=bytes(32))


@pytest.mark.parametrize("cut", [1, TAG_BYTES, PIECE, PIECE + TAG_BYTES, 2 * (PIECE + TAG_BYTES)])
def test_a_stream_that_was_cut_off_is_noticed_also_between_two_pieces(cut):
    whole = sealed(os.urandom(3 * PIECE))

    with pytest.raises(NotReadable):
        opened(whole[:-cut])


def test_pieces_in_another_order_are_noticed():
    whole = sealed(os.urandom(3 * PIECE))
    size = PIECE + TAG_BYTES
    first, second = whole[HEAD : HEAD + size], whole[HEAD + size : HEAD + 2 * size]

    with pytest.raises(NotReadable):
        opened(whole[:HEAD] + second + first + whole[HEAD + 2 * size :])


def test_one_changed_bit_is_noticed():
    whole = bytearray(sealed(b"content" * 1000))
    whole[HEAD + 500] ^= 1

    with pytest.raises(NotReadable):
        opened(bytes(whole))


def test_what_is_no_stream_is_not_readable():
    with pytest.raises(NotReadable):
        opened(b"anything else")


@pytest.mark.parametrize("text", ["", "no key", base64.urlsafe_b64encode(bytes(31)).decode()])
def test_a_text_without_a_key_is_refused(text):
    with pytest.raises(ValueError, match="not"):
        read_key(text)


def test_a_key_may_end_with_a_line_break():
    assert read_key(base64.urlsafe_b64encode(KEY).decode() + "\n") == KEY
