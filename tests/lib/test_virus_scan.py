"""Uploads are scanned before they are stored; what cannot be scanned is refused."""

import hashlib
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from lib import virus_scan
from lib.virus_scan import Scanner, refuse_infected, scanner_at
from tests.plugins.clamav import EICAR, Clamd

pytestmark = pytest.mark.once

INFECTED = b"%PDF-1.4 " + EICAR


def scanned(content: bytes) -> SimpleUploadedFile:
    upload = SimpleUploadedFile("bon.pdf", content)
    refuse_infected(upload, what="receipt", user_id=7)
    return upload


@pytest.mark.parametrize(
    ("address", "scanner"),
    [
        ("tcp://clamav:3310", Scanner("clamav", 3310)),
        ("tcp://clamav", Scanner("clamav", 3310)),
        ("tcp://[::1]:99/", Scanner("::1", 99)),
        ("unix:/run/clamav/clamd.ctl", Scanner(path="/run/clamav/clamd.ctl")),
        ("unix:///run/clamd.ctl", Scanner(path="/run/clamd.ctl")),
    ],
)
def test_the_address_of_a_scanner_is_read(address: str, scanner: Scanner) -> None:
    assert scanner_at(address) == scanner


def test_without_a_scanner_nothing_is_scanned() -> None:
    assert scanned(INFECTED).read() == INFECTED


def test_the_whole_file_is_sent_and_can_be_read_afterwards(clamd: Clamd) -> None:
    content = b"x" * (3 * virus_scan.PIECE + 5)

    upload = scanned(content)

    assert clamd.got == [content]
    assert upload.read() == content


def test_a_scanner_behind_a_socket_is_asked_in_the_same_way(clamd_socket: Clamd) -> None:
    scanned(b"harmless")

    assert clamd_socket.got == [b"harmless"]
    with pytest.raises(ValidationError):
        scanned(INFECTED)


def test_an_infected_file_is_refused_and_logged(clamd: Clamd, caplog: Any) -> None:
    with pytest.raises(ValidationError) as refusal:
        scanned(INFECTED)

    (sentence,) = refusal.value.messages
    assert sentence.startswith("This file has a virus (Eicar-Test-Signature)")
    (line,) = [one.getMessage() for one in caplog.records if "upload_infected" in one.getMessage()]
    assert line.startswith("event='security.upload_infected'")
    told = ("what='receipt'", "user=7", hashlib.sha256(INFECTED).hexdigest())
    assert all(one in line for one in told)


@pytest.mark.parametrize(
    "answer", [b"", b"\0", b"nonsense\0", b"stream: something ERROR\0", b"stream: OK and so on\0"]
)
def test_an_answer_that_is_none_refuses_the_file(clamd: Clamd, answer: bytes) -> None:
    clamd.answer = answer or b"\0"

    with pytest.raises(ValidationError, match="cannot be checked for viruses now"):
        scanned(b"harmless")


def test_a_file_that_is_too_large_for_the_scanner_is_refused(clamd: Clamd, caplog: Any) -> None:
    clamd.most = 100

    with pytest.raises(ValidationError, match="cannot be checked"):
        scanned(b"x" * 5_000_000)
    assert "clamav.not_scanned" in caplog.text


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:/nowhere/clamd.ctl"])
def test_an_unreachable_scanner_refuses_uploads_unless_it_is_not_required(
    settings: Any, caplog: Any, address: str
) -> None:
    settings.CLAMAV = address
    with pytest.raises(ValidationError, match="so it was not stored"):
        scanned(b"harmless")
    assert "clamav.not_scanned" in caplog.text

    settings.CLAMAV_REQUIRED = False

    assert scanned(b"harmless").read() == b"harmless"


def test_what_is_infected_is_refused_also_where_scanning_is_not_required(
    clamd: Clamd, settings: Any
) -> None:
    settings.CLAMAV_REQUIRED = False

    with pytest.raises(ValidationError, match="has a virus"):
        scanned(INFECTED)


def test_a_silent_scanner_is_not_waited_for(clamd: Clamd, monkeypatch: Any) -> None:
    monkeypatch.setattr(virus_scan, "DEADLINE", 0.5)
    clamd.is_silent = True
    begun = time.monotonic()

    with pytest.raises(ValidationError, match="cannot be checked"):
        scanned(b"harmless")

    assert time.monotonic() - begun < 2
