"""Whether a PDF opens without a password."""

from io import BytesIO

import pytest
from pypdf import PdfWriter

from lib.pdf import is_whole, needs_password


def written(**options):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if options:
        writer.encrypt(**options)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
@pytest.mark.parametrize("password", ["", "secret"])
def test_only_a_pdf_that_does_not_open_needs_a_password(algorithm, password):
    # Several: the strings in the file have other brackets and backslashes each time.
    for number in range(10):
        content = written(
            user_password=password, owner_password=f"owner {number}", algorithm=algorithm
        )
        assert needs_password(content) == bool(password)


@pytest.mark.parametrize(
    "content",
    [
        written(),
        b"%PDF-1.7 /Encrypt 5 0 R",
        b"%PDF-1.7 5 0 obj << /R 3 /U (cut",
        b"%PDF-1.7 /Encrypt 5 0 R 5 0 obj << /R 3 /U (cut",
    ],
)
def test_what_cannot_be_told_is_left_to_the_reader(content):
    assert not needs_password(content)


@pytest.mark.parametrize("after", [b"", b"\r\n", b"\0" * 5000, b" " * 5000, b"<!-- x -->"])
def test_a_whole_pdf_may_have_something_behind_its_end(after):
    assert is_whole(written() + after)


@pytest.mark.parametrize("lost", [1, 20, 300])
def test_a_pdf_that_was_cut_off_is_not_whole(lost):
    content = written()
    assert not is_whole(content[: content.rindex(b"%%EOF") + 5 - lost])
