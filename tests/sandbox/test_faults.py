"""Injected faults: what the client gets, and what is in the books afterwards."""

import http.client
import time

import pytest
from lxml import etree

from .raw import envelope_of, invoice, xml_of

LOST = (ConnectionError, http.client.HTTPException)


def send_invoice(client, number="2026-0001", *, timeout=5):
    codes = {"SessionID": client.session, "SecurityCode2": client.sandbox.security_code_2}
    content = xml_of(codes | {"oFact": invoice(number)})
    return client.post(envelope_of("AddFactuur", content), timeout=timeout)


def numbers(client):
    return [one.number for one in client.sandbox.books.invoices()]


@pytest.mark.parametrize("action", ["refuse", "drop", "truncate"])
@pytest.mark.parametrize(("phase", "booked"), [("before", []), ("after", ["2026-0001"])])
def test_a_lost_answer_says_nothing_about_the_books(client, action, phase, booked):
    client.sandbox.faults.add(action, operation="AddFactuur", phase=phase)

    with pytest.raises(LOST):
        send_invoice(client)

    assert numbers(client) == booked
    assert client.sandbox.books.requests()[-1].applied is bool(booked)


@pytest.mark.parametrize(
    ("action", "details", "status", "words"),
    [
        ("html", {}, 503, b"<h1>Service Unavailable</h1>"),
        ("html", {"status": 200}, 200, b"<html>"),
        ("fault", {"text": "Deadlocked."}, 500, b"Deadlocked."),
        ("redirect", {"location": "http://127.0.0.1:1/x"}, 302, b""),
        ("status", {"status": 429}, 429, b""),
        ("empty", {}, 200, b""),
        ("dtd", {}, 200, b"<!ENTITY"),
        ("large", {"bytes": 1000}, 200, b"xxxx"),
        ("error_code", {"code": "CFACT999"}, 200, b"CFACT999"),
        ("wrong_number", {}, 200, b"2026-0001-X"),
        ("wrong_operation", {}, 200, b"GetKostenplaatsenResponse"),
    ],
)
@pytest.mark.parametrize(("phase", "booked"), [("before", []), ("after", ["2026-0001"])])
def test_a_strange_answer_says_nothing_about_the_books(
    client, action, details, status, words, phase, booked
):
    client.sandbox.faults.add(action, operation="AddFactuur", phase=phase, **details)

    seen, _, body = send_invoice(client)

    assert (seen, words in body, numbers(client)) == (status, True, booked)


def test_a_full_answer_has_as_many_mutations_as_fit_and_none_that_was_asked_for(client):
    client.sandbox.faults.add("full", operation="GetMutaties")
    wanted = {"Factuurnummer": "2026-0001", "DatumVan": "1980-01-01", "DatumTm": "2049-12-31"}

    result = client.call("GetMutaties", cFilter={"MutatieNr": "0", **wanted})

    assert [row["Factuurnummer"] for row in result["Mutaties"]["cMutatieList"]] == [""] * 500


def test_garbage_is_the_same_with_the_same_seed(client):
    answers = []
    for _ in range(2):
        client.sandbox.faults.reseed(7)
        client.sandbox.faults.add("garbage", operation="AddFactuur")
        answers.append(send_invoice(client)[2])

    assert answers[0] == answers[1]
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answers[0])


def test_an_effect_during_a_fault_comes_after_the_reply(client):
    client.sandbox.faults.add("drop", operation="AddFactuur", phase="during", after=0.3)

    with pytest.raises(LOST):
        send_invoice(client)

    assert numbers(client) == []
    time.sleep(0.6)
    assert numbers(client) == ["2026-0001"]
    assert client.sandbox.books.requests()[-1].applied is True


def test_a_late_effect_comes_about_though_the_session_was_closed_meanwhile(client):
    client.sandbox.faults.add("drop", operation="AddFactuur", phase="during", after=0.3)

    with pytest.raises(LOST):
        send_invoice(client)
    client.sandbox.books.expire_sessions()

    time.sleep(0.6)
    assert [invoice.number for invoice in client.sandbox.books.invoices()] == ["2026-0001"]


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_client_that_gives_up_waiting_finds_it_booked_later(client, phase):
    client.sandbox.faults.add("delay", operation="AddFactuur", phase=phase, seconds=0.6)

    with pytest.raises(TimeoutError):
        send_invoice(client, timeout=0.2)

    assert bool(numbers(client)) is (phase == "after")
    time.sleep(0.8)
    assert numbers(client) == ["2026-0001"]


def test_an_answer_can_come_in_drips(client):
    client.sandbox.faults.add("drip", operation="AddFactuur", phase="after", seconds=0.5)
    started = time.monotonic()

    status, _, body = send_invoice(client)

    assert status == 200
    assert b"2026-0001" in body
    assert time.monotonic() - started > 0.4


def test_half_an_answer_without_a_length_looks_whole_to_http(client):
    client.sandbox.faults.add(
        "truncate", operation="AddFactuur", phase="after", bytes=120, says_length=False
    )

    status, _, body = send_invoice(client)

    assert (status, len(body)) == (200, 120)


def test_a_session_expires_at_the_second_invoice(client):
    client.sandbox.faults.add("expire", operation="AddFactuur", nth=2)

    codes = [client.add_invoice(f"2026-{n}")["ErrorMsg"]["LastErrorCode"] for n in (1, 2)]

    assert codes == ["", "E002.3"]
    assert numbers(client) == ["2026-1"]


def test_a_rule_for_a_number_leaves_other_numbers_alone(client):
    client.sandbox.faults.add("status", number="2026-0002", count=None)

    statuses = [send_invoice(client, number)[0] for number in ("2026-0001", "2026-0002")]

    assert statuses == [200, 503]


def test_a_rule_strikes_as_often_as_was_ordered(client):
    client.sandbox.faults.add("status", operation="AddFactuur", count=2)

    statuses = [send_invoice(client, f"2026-{n}")[0] for n in range(3)]

    assert statuses == [503, 503, 200]
    assert client.sandbox.faults.active() == []


def test_chances_come_out_the_same_with_the_same_seed(client):
    def strikes():
        client.sandbox.faults.clear()
        client.sandbox.faults.reseed(42)
        client.sandbox.faults.add("status", probability=0.5, count=None)
        return [send_invoice(client, "x")[0] for _ in range(12)]

    first = strikes()

    assert first == strikes()
    assert set(first) == {200, 503}


@pytest.mark.parametrize("order", [{"action": "explode"}, {"action": "drop", "phase": "sometimes"}])
def test_an_impossible_fault_is_not_accepted(sandbox, order):
    with pytest.raises(ValueError, match="is one of"):
        sandbox.faults.add(**order)
