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

YES_NO = {True: "yes", False: "no"}
LAST_YEAR = f"{timezone.localdate().year - 1}-12-31"
TODAY = timezone.localdate().isoformat()

# By switch: the question that finds it, and the answer at some positions.
FOUND = {
    "dotted_codes": ("dotted_codes", YES_NO),
    "success_error": ("success_error", {v: v for v in ("empty", "absent", "blank", "bare")}),
    "empty_strings": ("empty_strings", {"empty": "empty", "absent": "absent"}),
    "empty_lists": ("empty_lists", {"empty": "empty", "absent": "absent"}),
    "missing_filter": ("missing_filter", {"empty": "empty", "fault": "fault"}),
    "stray_characters": ("stray_characters", {v: v for v in ("none", "references", "raw")}),
    "answer_encoding": (
        "answer_encoding",
        {v: v for v in ("utf-8", "utf-8-bom", "utf-16", "iso-8859-1", "windows-1252")},
    ),
    "session_idle_seconds": ("session_idle", {20 * 60: "20", 45: "1", 7200: "more than 60"}),
    "session_total_seconds": ("session_total", {0: "more than 60", 600: "10", 90: "2"}),
    "parallel_sessions": ("parallel_sessions", YES_NO),
    "braces_required": ("braces_required", YES_NO),
    "user_has_rights": ("login", {True: "ok", False: "E0015"}),
    "administration_found": ("login", {True: "ok", False: "E0012"}),
    "unable_to_verify": ("login", {False: "ok", True: "E0017"}),
    "daily_quota": ("login", {10_000: "ok", 20: "E0033"}),
    "monthly_quota": ("login", {5_000: "ok", 0: "E0031"}),
    "max_request_bytes": ("largest_message", {4 * 1024 * 1024: "yes", 20_000: "no"}),
    "unique_relation": ("unique_relation", YES_NO),
    "relation_fields_required": ("relation_fields_required", YES_NO),
    "absent_on_update": ("absent_on_update", {"keep": "keep", "clear": "clear"}),
    "contact_max": ("contact_max", {50: "50", 150: "150"}),
    "email_max": ("email_max", {50: "50", 150: "150"}),
    "codes_compared": ("codes_compared", {"exact": "exact", "tolerant": "tolerant"}),
    "unique_invoice": ("unique_invoice", YES_NO),
    "unique_mutation": ("unique_mutation", YES_NO),
    "templates": ("template", {}),
    "assign_numbers": ("assigned_number", {"F{:05d}": "F00001", "R{:03d}": "R001"}),
    "term_zero_allowed": ("term_zero_allowed", YES_NO),
    "quantity_decimals": ("quantity_decimals", {2: "2", 3: "3", 4: "4"}),
    "price_decimals": ("price_decimals", {2: "2", 3: "3", 4: "4"}),
    "too_long": ("too_long", {"fault": "fault", "cut": "cut"}),
    "empty_vat_code": ("empty_vat_code", {v: v for v in ("CFACT038", "CFACT041")}),
    "vat_mismatch_code": ("vat_mismatch_code", {"CMUT010.1": "CMUT0101", "CMUT011": "CMUT011"}),
    "vat_tolerance_cents": ("vat_tolerance", {1: "1", 0: "0", 3: "3"}),
    "vat_rounded": ("vat_rounded", {"rate": "rate", "line": "line"}),
    "closed_until": ("closed_until", {"": "none", LAST_YEAR: LAST_YEAR}),
    "invoices_cap": ("invoices_cap", {0: "0", 2: "2"}),
    "filter": ("filter", {v: v for v in ("exact", "prefix", "contains")}),
    "entries_cap": ("entries_cap", {500: "0", 2: "2"}),
    "entries_order": ("entries_order", {v: v for v in ("ascending", "descending")}),
    "visibility_lag_ms": ("visible_at_once", {0: "0", 300: "300"}),
    "apply_delay_ms": ("slowest_answer", {300: "300"}),
}
# Seen only when an answer is full.
WHEN_FULL = {
    "entries_kept": ("entries_kept", {"newest": "newest", "oldest": "oldest"}),
    "entries_filter_first": ("entries_filter_first", YES_NO),
}
# The program never makes the calls that these are about.
NEVER_CALLED = {"accountant", "balance_until_inclusive"}

CASES = [(s, p) for s, (_q, answers) in FOUND.items() for p in answers]


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
