"""The probe finds every position of every switch of the sandbox, and the program goes on by it."""

import dataclasses
import datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from integrations.answers import QUESTIONS as WORDS
from integrations.eboekhouden.probing.questions import QUESTIONS
from integrations.models import Uniqueness
from integrations.probing import keep, probe_connection
from sandbox.switches import Switches

from .switch_positions import CASES, FOUND, NEVER_CALLED, WHEN_FULL

# Each position takes seconds, and the service is the same beside every database.
pytestmark = pytest.mark.once


def asked(connection, sandbox, **switches):
    """The answers of a probe; time passes in the sandbox only."""
    sandbox.switches.change(switches)

    def sleep(seconds):
        sandbox.clock.shift_seconds += seconds

    is_patient = any(name.startswith("session_") for name in switches)
    today = timezone.localdate()
    return probe_connection(connection, today=today, is_patient=is_patient, sleep=sleep).answers


def test_every_switch_has_a_question_of_the_probe():
    switches = {one.name for one in dataclasses.fields(Switches)}
    assert switches == {*FOUND, *WHEN_FULL, *NEVER_CALLED}
    for one in dataclasses.fields(Switches):
        found = {**FOUND, **WHEN_FULL}.get(one.name)
        if found and (choices := one.metadata.get("choices")):
            assert set(found[1]) == set(choices)


def test_every_question_has_words():
    assert set(WORDS) == {"login", *QUESTIONS}


@pytest.mark.nightly
@pytest.mark.django_db
@pytest.mark.parametrize(("switch", "position"), CASES)
def test_the_probe_finds_the_position_of_a_switch(connection, sandbox, switch, position):
    question, answers = FOUND[switch]
    found = asked(connection, sandbox, **{switch: position})
    slow = switch in ("visibility_lag_ms", "apply_delay_ms")
    if slow:
        assert int(answers[position]) <= int(found[question]) <= int(answers[position]) + 400
    else:
        assert found[question] == answers[position]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("switch", "position"), [(s, p) for s, (_q, answers) in WHEN_FULL.items() for p in answers]
)
def test_the_probe_finds_how_a_full_answer_is_cut(connection, sandbox, switch, position):
    question, answers = WHEN_FULL[switch]
    found = asked(connection, sandbox, entries_cap=1, **{switch: position})
    assert found[question] == answers[position]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("templates", "answer"), [(["Factuursjabloon"], "yes"), (["Overheid"], "no")]
)
def test_the_probe_finds_whether_the_template_exists(connection, sandbox, templates, answer):
    assert asked(connection, sandbox, templates=templates)["template"] == answer


@pytest.mark.django_db
def test_the_probe_finds_that_hanging_up_stops_nothing(connection, sandbox):
    found = asked(connection, sandbox, apply_delay_ms=400)
    assert found["effect_after_hanging_up"] == "yes"


@pytest.mark.django_db
def test_the_test_entries_add_up_to_nothing(connection, sandbox):
    probed = probe_connection(connection, today=timezone.localdate())
    entries = sandbox.books.entries()
    assert len(entries) > 4
    assert all("TEST" in entry.description for entry in entries)
    assert sum(line.gross for entry in entries for line in entry.lines) == 0
    assert {account.balance for account in sandbox.books.accounts()} == {0}
    assert all("TP" in one or "F0" in one for one in probed.made)


@pytest.mark.django_db
def test_the_command_asks_first_and_keeps_the_answers(
    connection, sandbox, administrator, client_of, capsys, monkeypatch
):
    name = connection.organisation.name
    monkeypatch.setattr("builtins.input", lambda text: "no")
    with pytest.raises(CommandError, match="Nothing was asked"):
        call_command("eboekhouden_probe", organisation=name)
    assert not sandbox.books.relations()

    call_command("eboekhouden_probe", "--yes", organisation=name)

    connection.refresh_from_db()
    assert connection.answers["unique_invoice"] == "yes"
    assert connection.refuses_duplicates == Uniqueness.YES
    said = capsys.readouterr().out
    for secret in (*connection.codes(), connection.username, name):
        assert secret not in said
    page = client_of(administrator).get(reverse("integrations:eboekhouden")).content.decode()
    assert "Is a second invoice with the same number refused?" in page


@pytest.mark.django_db
def test_the_program_behaves_by_the_answers(connection):
    now = timezone.now()
    keep(connection, {"unique_invoice": "no", "entries_cap": "40", "invoices_cap": "30"}, now=now)
    keep(connection, {"visible_at_once": "90000", "slowest_answer": "200"}, now=now)
    connection.refresh_from_db()
    assert connection.refuses_duplicates == Uniqueness.NO
    assert (connection.most_entries, connection.most_invoices) == (40, 30)
    assert connection.visible_after == datetime.timedelta(minutes=3)
