"""The page of the daily check: starting one, watching it, its findings, and having seen them."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing import tasks
from billing.models import Difference, DifferenceKind, ReconciliationRun
from billing.reconciliation.presenters import describe_difference
from integrations.models import Connection
from integrations.runs import RunState
from integrations.switching import pause
from tests import factories
from tests.plugins.worker import sending_to

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PAGE = reverse("billing:reconciliation")
NOW = timezone.now()
CONTENT = {
    "kind": "invoice",
    "number": "TC2026-0001",
    "entry_number": "",
    "relation_code": "K00085",
    "date": "2026-11-20",
    "payment_term": "30",
    "account": "",
    "document": "",
    "entry_text": "",
    "gross": "108.90",
    "lines": [
        {
            "quantity": "1.00",
            "price": "90.00",
            "vat_code": "HOOG_VERK_21",
            "ledger_account": "8000",
            "cost_centre_id": "0",
            "description": "Development",
        }
    ],
}
PERIOD = {"since": "2026-11-01", "until": "2026-11-30"}


def finding_of(agency, number: int = 1, **fields: object) -> Difference:
    kind = fields.pop("kind", DifferenceKind.CHANGED)
    reason = fields.pop("reason", "invoice")
    changed = CONTENT | {"gross": "121.00"}
    return Difference.objects.create(
        organisation=agency.organisation,
        connection=agency.connection,
        administration=agency.connection.administration_key,
        kind=kind,
        reason=reason,
        key=f"{kind}:{reason}:{number}",
        number=f"TC2026-{number:04d}",
        date=datetime.date(2026, 11, 20),
        local=CONTENT,
        remote=fields.pop("remote", [changed]),
        differs=fields.pop("differs", ["gross"]),
        found_at=NOW,
        last_found_at=NOW,
        **fields,
    )


def run_of(agency, state: str, **fields: object) -> ReconciliationRun:
    return ReconciliationRun.objects.create(
        organisation=agency.organisation,
        connection=agency.connection,
        since=PERIOD["since"],
        until=PERIOD["until"],
        state=state,
        **fields,
    )


def text(client: Client, address: str = PAGE, **wanted: str) -> str:
    return client.get(address, wanted).content.decode()


# --- Starting -------------------------------------------------------------------------------------


def test_somebody_checks_a_period_and_reads_what_was_compared(connected, inside, sandbox):
    connected.hours()
    assert "Nothing has been checked yet" in text(inside)

    answer = inside.post(reverse("billing:reconciliation-start"), PERIOD, follow=True)
    run = ReconciliationRun.objects.get()
    assert "You can leave this page" in answer.content.decode()
    tasks.run_reconciliation(run.pk)

    page = text(inside)
    assert "0 bookings compared" in page
    assert "No differences: everything we booked" in page
    assert (run.started_by, str(run.since)) == (connected.member.user, "2026-11-01")


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ({"since": "2026-11-30", "until": "2026-11-01"}, "The last day is before the first."),
        ({"since": "2024-01-01", "until": "2026-11-01"}, "Check it in parts of at most 366 days."),
        ({"since": "1979-01-01", "until": "1979-02-01"}, "Choose a day between 1980 and 2049."),
        ({"since": "", "until": "never"}, "Type a date such as 28-11-2026, 28 nov or yesterday."),
    ],
)
def test_a_period_that_cannot_be_checked_is_told_beside_the_field(inside, period, said, connected):
    answer = inside.post(reverse("billing:reconciliation-start"), period)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ReconciliationRun.objects.exists()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"is_active": False}, "e-Boekhouden is switched off."),
        ({"username": ""}, "The security codes are missing."),
    ],
)
def test_without_a_connection_the_page_says_what_to_do(inside, state, said, connected):
    Connection.objects.update(**state)

    page = text(inside)

    assert said in page
    assert "Check now" not in page
    assert (
        said
        in inside.post(
            reverse("billing:reconciliation-start"), PERIOD, follow=True
        ).content.decode()
    )


def test_a_paused_connection_is_not_checked(connected, inside):
    pause(connected.connection, code="E0011", text="wrong", now=NOW)

    answer = inside.post(reverse("billing:reconciliation-start"), PERIOD, follow=True)

    assert "paused" in answer.content.decode()
    assert not ReconciliationRun.objects.exists()


def test_nobody_hears_it_and_the_clock_rings_again(
    connected, inside, django_capture_on_commit_callbacks
):
    with (
        sending_to("redis://127.0.0.1:1/0"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        inside.post(reverse("billing:reconciliation-start"), PERIOD)
    assert ReconciliationRun.objects.get().state == RunState.QUEUED

    with django_capture_on_commit_callbacks() as rung:
        tasks.sweep_reconciliations()

    assert len(rung) == 1


def test_at_night_every_connection_that_can_be_asked_is_checked(connected):
    factories.create_connection(organisation=factories.create_organisation(), paused_at=NOW)
    old = run_of(connected, "finished", created_at=NOW - datetime.timedelta(days=100))

    tasks.start_nightly_reconciliations()
    tasks.start_nightly_reconciliations()

    run = ReconciliationRun.objects.get()
    assert run != old
    assert (run.connection, run.is_nightly) == (connected.connection, True)
    assert run.until - run.since == datetime.timedelta(days=35)


# --- What the page says ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("queued", "You can leave this page"),
        ("running", "Reading the entries"),
        ("failed", "The last check failed."),
        ("incomplete", "The last check is incomplete."),
        ("finished", "No differences: everything we booked"),
    ],
)
def test_every_state_is_said_in_words(connected, inside, state, said):
    run_of(connected, state, part="entries", problem="e-Boekhouden was away.")

    page = text(inside)

    assert said in page
    assert ("hx-trigger" in page.split('id="check"')[1][:200]) is (state in {"queued", "running"})
    assert "e-Boekhouden was away." in page


def test_a_check_of_another_kind_than_complete_does_not_say_that_all_is_well(connected, inside):
    run_of(connected, "incomplete", problem="Too much.")

    assert "Only a complete check can confirm" in text(inside)


def test_findings_are_narrowed_by_kind_state_and_number(connected, inside):
    run_of(connected, "finished")
    finding_of(connected, 1)
    finding_of(connected, 2, kind=DifferenceKind.VANISHED, remote=[])
    finding_of(connected, 3, reviewed_at=NOW, reviewed_by=connected.member.user)
    finding_of(connected, 4, resolved_at=NOW)

    def shown(**wanted: str) -> set[int]:
        page = text(inside, **wanted)
        return {number for number in (1, 2, 3, 4) if f"TC2026-{number:04d}" in page}

    assert shown() == {1, 2, 3}
    assert shown(kind="vanished") == {2}
    assert shown(show="new") == {1, 2}
    assert shown(show="reviewed") == {3}
    assert shown(show="gone") == {4}
    assert shown(show="all") == {1, 2, 3, 4}
    assert shown(q="0003") == {3}
    assert "No differences found." in text(inside, q="nothing")


@pytest.mark.parametrize(
    ("kind", "reason", "differs", "said"),
    [
        ("vanished", "invoice", [], "no longer in e-Boekhouden"),
        ("vanished", "its-entry", [], "its ledger entry is missing"),
        ("changed", "invoice", ["date", "vat_code"], "Differs: date, VAT code."),
        ("total", "entry", ["gross"], "higher than ours"),
        ("total", "its-entry", ["gross"], "differs from the invoice by"),
        ("double", "two-entry", [], "The number occurs 1 time in e-Boekhouden."),
        ("double", "both", [], "as a sales entry and as an invoice"),
        ("double", "correlation_id", [], "under another number"),
        ("double", "alike", [], "an equal invoice"),
        ("foreign", "series", [], "A number in our series"),
        ("foreign", "cancelled", [], "was cancelled here"),
    ],
)
def test_a_finding_says_what_it_means_and_the_way_on(
    connected, inside, kind, reason, differs, said
):
    finding = finding_of(connected, kind=kind, reason=reason, differs=differs)
    run_of(connected, "finished")

    page = text(inside, reverse("billing:difference-detail", args=[finding.pk]))

    assert said in page
    assert said in text(inside)
    assert "What you can do" in page
    assert "1.00 × 90.00 · HOOG_VERK_21 · 8000 · Development" in page


def test_a_finding_without_anything_there_says_so(connected, inside):
    finding = finding_of(connected, kind="vanished", remote=[])

    page = text(inside, reverse("billing:difference-detail", args=[finding.pk]))

    assert "not found" in page
    assert "It is never sent again automatically." in page


# --- Seen -----------------------------------------------------------------------------------------


def seen(client: Client, finding: Difference, note: str = "Asked the bookkeeper") -> str:
    address = reverse("billing:difference-reviewed", args=[finding.pk])
    return client.post(address, {"note": note}, follow=True).content.decode()


def test_what_was_seen_stays_with_who_when_and_why(connected, inside):
    finding = finding_of(connected)
    run_of(connected, "finished")

    page = seen(inside, finding)

    finding.refresh_from_db()
    assert "Note saved." in page
    assert (finding.reviewed_by, finding.note) == (connected.member.user, "Asked the bookkeeper")
    detail = text(inside, reverse("billing:difference-detail", args=[finding.pk]))
    assert "Reviewed by Sanne de Vries" in detail
    assert "Asked the bookkeeper" in detail


def test_what_is_gone_meanwhile_cannot_be_seen(connected, inside):
    finding = finding_of(connected, resolved_at=NOW)

    assert "The difference is already resolved" in seen(inside, finding)

    finding.refresh_from_db()
    assert finding.reviewed_at is None


def test_a_note_that_is_too_long_is_said(connected, inside):
    finding = finding_of(connected)

    assert "at most 1000 characters" in seen(inside, finding, note="x" * 1001)


def test_what_nobody_saw_counts_in_the_navigation_and_on_the_dashboard(connected, inside):
    finding = finding_of(connected)
    dashboard = reverse("billing:dashboard")
    assert "1 difference with e-Boekhouden" in text(inside, dashboard)
    assert "Daily check (1)" in text(inside, reverse("billing:booking-list"))

    seen(inside, finding)

    assert "difference with e-Boekhouden" not in text(inside, dashboard)
    assert "Daily check (1)" not in text(inside, reverse("billing:booking-list"))


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PROJECT_MANAGER])
def test_only_who_may_invoice_sees_it(client_of, connected, role):
    client = client_of(factories.create_membership(organisation=connected.organisation, role=role))
    finding = finding_of(connected)

    assert client.get(PAGE).status_code == 403
    assert client.post(reverse("billing:reconciliation-start"), PERIOD).status_code == 403
    assert client.get(reverse("billing:difference-detail", args=[finding.pk])).status_code == 403


def test_another_organisation_does_not_see_it(client_of, connected):
    finding = finding_of(connected)
    run_of(connected, "failed", problem="Nobody else's business")
    stranger = client_of(factories.create_membership(role=Role.ADMINISTRATOR))

    assert "Nobody else" not in text(stranger)
    assert stranger.get(reverse("billing:difference-detail", args=[finding.pk])).status_code == 404
    assert (
        stranger.post(reverse("billing:difference-reviewed", args=[finding.pk])).status_code == 404
    )


def test_the_page_costs_as_much_with_many_findings(
    connected, inside, django_assert_max_num_queries
):
    run_of(connected, "finished")
    finding_of(connected, 1)
    with django_assert_max_num_queries(30) as one:
        text(inside)
    for number in range(2, 60):
        finding_of(connected, number)

    with django_assert_max_num_queries(len(one)):
        assert "TC2026-0059" in text(inside)


def test_a_lower_total_there_is_said(connected, inside):
    finding_of(connected, kind=DifferenceKind.TOTAL, remote=[CONTENT | {"gross": "108.89"}])

    assert "The total in e-Boekhouden is €\u00a00.01 lower than ours." in text(inside)


def test_an_invoice_from_here_that_was_entered_there_manually_is_said(connected, inside):
    line = factories.create_invoice_line(
        project=factories.create_project(organisation=connected.organisation)
    )
    finding = finding_of(
        connected, kind=DifferenceKind.FOREIGN, reason="series", invoice=line.invoice
    )

    said = describe_difference(finding)

    assert said.text in text(inside)
    assert said.text.startswith("The invoice was created here and entered manually")
    assert said.next_step.startswith("Do not create a sales entry.")


def test_the_page_says_the_limits_that_hold(connected, inside, monkeypatch):
    monkeypatch.setattr("billing.reconciliation.runs.NIGHTLY_DAYS", 12)
    monkeypatch.setattr("billing.forms.reconciliation.MOST_DAYS", 9)

    refused = inside.post(reverse("billing:reconciliation-start"), PERIOD).content.decode()

    assert "documents of the last 12 days are compared" in refused
    assert "Check it in parts of at most 9 days." in refused
