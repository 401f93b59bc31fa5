"""The control API, the page and the command."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox import Sandbox
from sandbox.books import EVERYTHING

from .raw import RawClient

ROOT = Path(__file__).parents[2]


def ask(sandbox, method, path, value=None, **headers):
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=5)
    with closing(connection):
        body = None if value is None else json.dumps(value)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def control(sandbox, method, path, value=None):
    status, body = ask(sandbox, method, f"/control/{path}", value)
    return status, json.loads(body)


def submit(sandbox, path, **fields):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=5)
    with closing(connection):
        connection.request("POST", path, urlencode(fields), headers)
        return connection.getresponse().status


def test_the_books_can_be_read_as_json(client):
    client.add_invoice("2026-1", InBoekhoudingPlaatsen="1")

    _, books = control(client.sandbox, "GET", "books")

    assert books["invoices"][0]["total"] == "862.13"
    assert books["entries"][0]["lines"][0]["account"] == "8000"
    assert books["open_items"]["debtors"][0]["number"] == "2026-1"


def test_the_log_has_every_request_and_no_secret(client):
    client.add_invoice("2026-1")
    _, log = control(client.sandbox, "GET", "requests?operation=AddFactuur&number=2026-1")

    assert [(one["outcome"], one["applied"], one["soap"]) for one in log] == [
        ("answered", True, "1.1")
    ]
    assert log[0]["bytes_in"] > 500
    everything = json.dumps(control(client.sandbox, "GET", "requests")[1])
    for secret in (
        client.sandbox.security_code_1,
        client.sandbox.security_code_2,
        client.session.strip("{}"),
    ):
        assert secret not in everything


def test_switches_faults_and_the_clock_are_set_from_outside(sandbox):
    control(sandbox, "POST", "switches", {"unique_invoice": False, "filter": "prefix"})
    _, rule = control(sandbox, "POST", "faults", {"action": "html", "nth": 3, "status": 502})
    _, clock = control(sandbox, "POST", "clock", {"shift_seconds": 86400})

    assert (sandbox.switches.unique_invoice, sandbox.switches.filter) == (False, "prefix")
    assert (rule["nth"], rule["details"]) == (3, {"status": 502})
    assert clock["shift_seconds"] == 86400
    assert control(sandbox, "DELETE", "faults")[1] == {"cleared": 1}


@pytest.mark.parametrize(
    ("method", "path", "value", "status"),
    [
        ("POST", "switches", {"filter": "fuzzy"}, 400),
        ("POST", "faults", {"action": "explode"}, 400),
        ("POST", "payments", {"number": "unknown"}, 404),
        ("PATCH", "records/invoices/9", {}, 404),
        ("POST", "records/invoices/9", {"number": "1"}, 404),
        ("POST", "records/relations/1", {"number": "1"}, 404),
        ("GET", "nothing", None, 404),
    ],
)
def test_what_cannot_be_done_is_said(sandbox, method, path, value, status):
    seen, answer = control(sandbox, method, path, value)

    assert (seen, bool(answer["error"])) == (status, True)


def test_a_document_is_entered_twice_as_people_do(client):
    client.add_invoice("2026-1")
    client.add_entry("V-1")

    control(client.sandbox, "POST", "records/invoices/1", {"number": "2026-1"})
    control(client.sandbox, "POST", "records/entries/1", {"number": "V-2"})

    first, second = client.sandbox.books.invoices()
    assert (second.number, second.lines, second.total) == (first.number, first.lines, first.total)
    entries = client.sandbox.books.entries()
    assert [(one.number, one.total) for one in entries] == [
        ("V-1", entries[0].total),
        ("V-2", entries[0].total),
    ]


def test_records_are_changed_and_deleted_as_people_do(client):
    client.add_invoice("2026-1")
    client.add_entry("V-1")
    box = client.sandbox

    control(box, "PATCH", "records/relations/1", {"Bedrijf": "Jansen NV"})
    control(box, "PATCH", "records/invoices/1", {"lines": [{"price": "100"}], "term": 30})
    control(box, "PATCH", "records/entries/1", {"description": "Anders"})

    (invoice,) = box.books.invoices()
    assert (box.books.relations()[0].name, invoice.net, invoice.term) == ("Jansen NV", 750, 30)
    assert box.books.entries()[0].description == "Anders"
    assert control(box, "DELETE", "records/invoices/1") == (200, {"deleted": 1})
    assert box.books.invoices() == []


def test_a_reset_empties_every_table_of_what_was_asked_and_booked(sandbox):
    with sandbox.books.storage.reading() as db:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        tables = {name for (name,) in db.execute(names)}

    assert tables - set(EVERYTHING) == {"facts"}


def test_relations_are_seeded_and_a_reset_empties_the_books(sandbox):
    control(sandbox, "POST", "relations", [{"Code": "0007", "Bedrijf": "De Vries"}])
    assert sandbox.books.relations()[0].fields["BP"] == "B"
    codes = sandbox.books.credentials()

    control(sandbox, "POST", "reset", {})

    assert (sandbox.books.relations(), sandbox.books.credentials()) == ([], codes)


def test_the_page_shows_the_codes_and_the_books(client):
    client.add_invoice("2026-<1>", InBoekhoudingPlaatsen="1")

    status, page = ask(client.sandbox, "GET", "/")

    text = page.decode()
    assert status == 200
    assert client.sandbox.security_code_1 in text
    assert "2026-&lt;1&gt;" in text
    assert "2026-<1>" not in text
    assert "862.13" in text


def test_a_payment_is_entered_on_the_page(client):
    client.add_invoice("2026-1", InBoekhoudingPlaatsen="1")

    assert submit(client.sandbox, "/page/payment", number="2026-1", amount="862,13") == 303

    assert client.sandbox.books.open_items() == []


def test_the_buttons_of_the_page_add_and_remove_faults(sandbox):
    assert submit(sandbox, "/page/fault", fault="drop") == 303
    assert str(sandbox.faults.active()[0]) == "drop after"

    submit(sandbox, "/page/faults-off")
    assert sandbox.faults.active() == []


def test_looking_at_the_address_of_a_form_does_nothing(client):
    client.add_invoice("2026-1", InBoekhoudingPlaatsen="1")

    status, _ = ask(client.sandbox, "GET", "/page/payment?number=2026-1&amount=862.13")

    assert (status, len(client.sandbox.books.open_items())) == (404, 1)


def test_another_site_cannot_use_the_forms_or_the_control_api(sandbox):
    status, _ = ask(sandbox, "POST", "/control/reset", {}, Origin="https://evil.example")

    assert status == 403


def test_the_link_of_an_invoice_works_only_with_its_secret(client):
    client.add_invoice("2026-1")
    (found,) = client.sandbox.books.invoices()

    right, page = ask(client.sandbox, "GET", f"/bh/getfactuur.asp?c=1-1-2026-1&s={found.secret}")
    wrong, _ = ask(client.sandbox, "GET", "/bh/getfactuur.asp?c=1-1-2026-1&s=")

    assert (right, b"Factuur 2026-1" in page, wrong) == (200, True, 404)


PROGRAMS = {
    "module": ["-m", "sandbox"],
    "manage.py": ["manage.py", "eboekhouden_sandbox"],
}


@pytest.fixture(params=PROGRAMS)
def command(request, tmp_path):
    """The sandbox in another process, without a database or secrets in its environment."""
    words = [sys.executable, *PROGRAMS[request.param], "--json", "--port", "0"]
    with subprocess.Popen(
        [*words, "--books", str(tmp_path / "books")],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_the_command_prints_one_line_and_ends_on_a_signal(command):
    told = json.loads(command.stdout.readline())

    assert set(told) == {"url", "wsdl", "username", "security_code_1", "security_code_2"}
    assert re.fullmatch(r"[0-9a-f]{32}", told["security_code_1"])
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", told["security_code_2"])
    command.send_signal(signal.SIGTERM)
    assert (command.stdout.read(), command.wait(timeout=5)) == ("", 0)


def test_a_killed_sandbox_has_everything_it_answered(command, tmp_path):
    told = json.loads(command.stdout.readline())
    client = RawClient(Elsewhere(told))
    client.open()
    client.add_relation("0001")
    answered = [client.add_invoice(f"2026-{n}")["Factuurnummer"] for n in range(5)]
    os.kill(command.pid, signal.SIGKILL)
    command.wait(timeout=5)

    with Sandbox(books=tmp_path / "books") as again:
        assert [one.number for one in again.books.invoices()] == answered
        assert again.security_code_1 == told["security_code_1"]


class Elsewhere:
    """A sandbox in another process, known by its output."""

    def __init__(self, told):
        vars(self).update(told)
