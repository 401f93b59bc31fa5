"""The mail catcher of the demo, on what Django's file backend writes."""

import http.client
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend

from demo.mailbox.reading import files
from demo.mailbox.serving import server_on

Answer = tuple[int, http.client.HTTPMessage, str]
Fetch = Callable[..., Answer]


def catch(folder: Path, *messages: EmailMessage) -> None:
    EmailBackend(file_path=str(folder)).send_messages(list(messages))


def letter(**changes: object) -> EmailMessage:
    fields = {"subject": "Factuur 2026-0001 € één", "body": "Beste Anna,\n\nHet bedrag is € 10."}
    return EmailMessage(**{"to": ["anna@x.example"], **fields, **changes})


@pytest.fixture
def fetch(tmp_path: Path) -> Iterator[Fetch]:
    """Gets a page of a catcher that looks at tmp_path."""
    server = server_on(tmp_path, port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    port = server.server_address[1]

    def get(target: str, *, host: str = "127.0.0.1") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", target, headers={"Host": host})
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", errors="replace")
        connection.close()
        return answer.status, answer.headers, body

    yield get
    server.shutdown()
    thread.join()
    server.server_close()


def address_of(folder: Path, *, place: int = 0) -> str:
    return f"/mail/{files(folder)[0]}/{place}"


def test_an_empty_folder_says_so(fetch: Fetch) -> None:
    status, _headers, page = fetch("/")

    assert status == 200
    assert "Nothing was sent yet." in page


def test_a_mail_is_listed_and_can_be_read(fetch: Fetch, tmp_path: Path) -> None:
    catch(tmp_path, letter(cc=["bo@x.example"]))

    _status, _headers, listed = fetch("/")
    _status, _headers, page = fetch(address_of(tmp_path))

    assert f'href="{address_of(tmp_path)}"' in listed
    for words in ("Factuur 2026-0001 € één", "anna@x.example"):
        assert words in listed
        assert words in page
    assert "Het bedrag is € 10." in page
    assert "bo@x.example" in page


def test_mails_of_one_connection_stay_apart(fetch: Fetch, tmp_path: Path) -> None:
    catch(tmp_path, letter(subject="first"), letter(subject="second", body="-" * 79))

    first = fetch(address_of(tmp_path))[2]
    second = fetch(address_of(tmp_path, place=1))[2]

    assert "<h1>first</h1>" in first
    assert "<h1>second</h1>" in second


def test_a_pdf_opens_and_what_could_run_is_saved(fetch: Fetch, tmp_path: Path) -> None:
    message = letter()
    message.attach("2026-0001.pdf", b"%PDF-1.7 x", "application/pdf")
    message.attach("page.html", "<script>alert(1)</script>", "text/html")
    catch(tmp_path, message)

    status, pdf, content = fetch(f"{address_of(tmp_path)}/0")
    _status, html, _content = fetch(f"{address_of(tmp_path)}/1")

    assert (status, content, pdf["Content-Type"]) == (200, "%PDF-1.7 x", "application/pdf")
    assert pdf["Content-Disposition"].startswith("inline")
    assert html["Content-Type"] == "application/octet-stream"
    assert html["Content-Disposition"].startswith("attachment")


def test_what_stands_in_a_mail_is_never_run(fetch: Fetch, tmp_path: Path) -> None:
    catch(tmp_path, letter(subject="<script>alert(1)</script>", body="<img src=x onerror=y>"))

    for target in ("/", address_of(tmp_path)):
        _status, headers, page = fetch(target)
        assert "<script>" not in page
        assert "<img" not in page
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "target",
    [
        "/mail/..%2Fsecret_key/0",
        "/mail/%2Fetc%2Fpasswd/0",
        "/mail/20260101-000000-1.log/0",
        "/mail/x/y",
        "/nothing",
        "/mail/20260101-000000-1.log/0/0/0",
    ],
)
def test_only_mails_can_be_read(fetch: Fetch, tmp_path: Path, target: str) -> None:
    tmp_path.parent.joinpath("secret_key").write_text("the key")

    status, _headers, page = fetch(target)

    assert status == 404
    assert "the key" not in page


def test_a_page_elsewhere_cannot_read_it_under_its_own_name(fetch: Fetch, tmp_path: Path) -> None:
    catch(tmp_path, letter())

    assert fetch("/", host="evil.example:80")[0] == 404
    assert fetch("/", host="localhost:8025")[0] == 200


def test_the_list_is_cut_into_pages(fetch: Fetch, tmp_path: Path) -> None:
    for number in range(51):
        name = f"20260101-0000{number:02d}-1.log"
        tmp_path.joinpath(name).write_bytes(
            f"Subject: number {number}\n\ntext\n".encode() + b"-" * 79 + b"\n"
        )

    first, second = fetch("/")[2], fetch("/?page=2")[2]

    assert "number 50" in first
    assert "number 0<" not in first
    assert "number 0<" in second
