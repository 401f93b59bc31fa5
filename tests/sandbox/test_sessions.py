"""Sessions, quotas, and what survives a restart."""

import pytest

from .raw import RawClient, entry


def code_of(client, operation="GetAdministraties", **fields):
    return client.code(operation, **fields)


def test_a_session_lives_on_as_long_as_it_is_used(client):
    for _ in range(3):
        client.sandbox.clock.shift_seconds += 1100
        assert code_of(client) == ""

    client.sandbox.clock.shift_seconds += 1300
    assert code_of(client) == "E002.3"


def test_a_session_may_have_an_end_however_much_it_is_used(client):
    client.sandbox.switches.session_total_seconds = 600
    client.sandbox.clock.shift_seconds = 700

    assert code_of(client) == "E002.3"


@pytest.mark.parametrize("shape", [str, str.lower, lambda guid: guid.strip("{}")])
def test_a_session_id_is_known_with_and_without_braces(client, shape):
    assert code_of(client, SessionID=shape(client.session)) == ""


def test_braces_are_needed_if_so_switched(client):
    client.sandbox.switches.braces_required = True

    assert code_of(client, SessionID=client.session.strip("{}")) == "E002.1"
    assert code_of(client) == ""


def test_security_code_2_has_to_fit_the_session(client):
    assert code_of(client, SecurityCode2="") == "E001.3"


def test_sessions_live_side_by_side_unless_switched_off(client):
    first = client.session
    client.open()
    assert code_of(client, SessionID=first) == ""

    client.sandbox.switches.parallel_sessions = False
    client.open()
    assert code_of(client, SessionID=first) == "E002.4"


def test_closing_a_session_that_is_not_there_is_silent(client):
    assert client.call("CloseSession", SessionID="{nothing}") is None


def test_a_new_security_code_1_ends_the_old_one(client):
    old = client.sandbox.security_code_1
    client.sandbox.books.renew_security_code_1()

    assert client.open(SecurityCode1=old)["ErrorMsg"]["LastErrorCode"] == "E001.1"
    assert client.open()["ErrorMsg"]["LastErrorCode"] == ""


def test_the_quota_of_a_day_is_new_the_next_day(client):
    client.sandbox.switches.daily_quota = 1
    assert code_of(client) == "E003.3"

    client.sandbox.clock.shift_seconds = 24 * 3600
    client.sandbox.switches.session_idle_seconds = 10**6
    assert code_of(client) == ""


def test_the_quota_of_mutations_does_not_touch_other_calls(client):
    client.sandbox.switches.monthly_quota = 1

    codes = [code_of(client, "GetMutaties", cFilter={}) for _ in range(2)]

    assert codes == ["", "E003.1"]
    assert code_of(client) == ""


def standing_in(books):
    return (
        books.credentials(),
        books.relations(),
        books.invoices(),
        books.entries(),
        books.open_items(),
    )


def test_everything_in_the_books_survives_a_restart(client):
    client.add_invoice("2026-0001", InBoekhoudingPlaatsen="1")
    client.add_invoice("")
    client.call("AddMutatie", oMut=entry("V-1"))
    client.sandbox.pay("V-1", "21")
    books = client.sandbox.books
    before = standing_in(books)
    log = len(books.requests())

    client.sandbox.restart()

    books = client.sandbox.books
    assert standing_in(books) == before
    assert len(books.requests()) == log
    assert code_of(client) == ""
    assert client.add_invoice("")["Factuurnummer"] == "F00002"


def test_a_stopped_sandbox_answers_nobody(sandbox):
    client = RawClient(sandbox)
    client.open()
    sandbox.stop()

    with pytest.raises(ConnectionError):
        client.post(b"")
    sandbox.start()
