"""Status changes of selected registrations: by right, by rule, and never if billed."""

import datetime
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Organisation
from billing.models import Invoice
from projects.models import ProjectTask
from registrations.approving import statuses
from registrations.models import Status, TimeEntry
from registrations.overview.selection import Selection
from tests import factories
from tests.responses import text

from ..rows import row_of

pytestmark = pytest.mark.django_db
OPERATIONS = [
    statuses.submit,
    statuses.approve,
    statuses.reject,
    statuses.reopen,
    statuses.mark_invoiced,
    statuses.write_off,
]


def chosen(*rows):
    return Selection(time_entries=tuple(row.pk for row in rows))


def status_of(row):
    return TimeEntry.objects.get(pk=row.pk).status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_operation_changes_a_row_that_is_on_an_invoice(office, operation):
    line = factories.create_invoice_line(project=office.project)
    row = row_of(office, status=Status.INVOICED, invoice_line=line)

    outcome = operation(chosen(row), by=office.administrator)

    assert (outcome.changed, dict(outcome.skipped)) == (0, {"on a draft": 1})
    assert status_of(row) == Status.INVOICED


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_operation_touches_another_organisation(office, operation):
    row = factories.create_time_entry()

    outcome = operation(chosen(row), by=office.administrator)

    assert (outcome.changed, outcome.skipped_count) == (0, 0)
    assert status_of(row) == Status.OPEN


def test_the_outcome_counts_what_changed_and_why_the_rest_did_not(office):
    rows = [
        row_of(office, status=Status.SUBMITTED),
        row_of(office, status=Status.SUBMITTED),
        row_of(office, status=Status.APPROVED),
        row_of(office, status=Status.WRITTEN_OFF),
    ]

    preview = statuses.preview(chosen(*rows), statuses.APPROVE, by=office.manager)
    outcome = statuses.approve(chosen(*rows), by=office.manager)

    assert preview == outcome
    assert outcome.changed == 2
    assert outcome.skipped == {"already approved": 1, "written off": 1}


def test_hours_expenses_and_trips_change_together(office):
    about = {"project": office.project, "membership": office.employee}
    about["status"] = Status.SUBMITTED
    expense, trip = factories.create_expense(**about), factories.create_trip(**about)
    hours = row_of(office, status=Status.SUBMITTED)
    selection = Selection((hours.pk,), (expense.pk,), (trip.pk,))

    assert statuses.approve(selection, by=office.manager).changed == 3


def test_a_rejection_keeps_its_note_and_an_approval_drops_it(office):
    row = row_of(office)

    statuses.reject(chosen(row), note="Which ticket?", by=office.manager)
    rejected = TimeEntry.objects.get()
    statuses.submit(chosen(row), by=office.employee)
    statuses.approve(chosen(row), by=office.manager)

    assert (rejected.status, rejected.status_note) == (Status.REJECTED, "Which ticket?")
    assert TimeEntry.objects.get().status_note == ""


def test_employees_submit_their_own_rows_only(office):
    own, other = row_of(office), row_of(office, membership=office.colleague)

    outcome = statuses.submit(chosen(own, other), by=office.employee)

    assert outcome.changed == 1
    assert (status_of(own), status_of(other)) == (Status.SUBMITTED, Status.OPEN)


@pytest.mark.parametrize("operation", OPERATIONS[1:])
def test_employees_do_nothing_else(office, operation):
    with pytest.raises(PermissionDenied):
        operation(chosen(row_of(office)), by=office.employee)


def test_only_who_may_invoice_sets_rows_to_invoiced(office):
    row = row_of(office)
    not_billable = row_of(office, is_billable=False)

    with pytest.raises(PermissionDenied):
        statuses.mark_invoiced(chosen(row), by=office.manager)
    outcome = statuses.mark_invoiced(chosen(row, not_billable), by=office.administrator)

    assert (outcome.changed, dict(outcome.skipped)) == (1, {"not billable": 1})


def test_what_was_billed_elsewhere_can_be_opened_again(office):
    row = row_of(office, status=Status.INVOICED)

    outcome = statuses.reopen(chosen(row), by=office.administrator)

    assert (outcome.changed, status_of(row)) == (1, Status.OPEN)


# --- The Actions menu ---------------------------------------------------------------------------


def act(client, name, *rows, suffix="", **fields):
    address = reverse(f"registrations:overview-{'confirm' if suffix else 'change'}", args=[name])
    return client.post(address, {"hours": [row.pk for row in rows], **fields}, follow=True)


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def submitted_and_approved(office):
    return [row_of(office, status=status) for status in (Status.SUBMITTED, Status.APPROVED)]


def test_the_page_says_how_many_changed_and_why_others_did_not(office, manager):
    answer = act(manager, "approve", *submitted_and_approved(office))

    assert told(answer) == [
        "1 registration approved.",
        "1 registration was not changed: 1 already approved.",
    ]


def test_without_a_selection_there_is_a_hint(office, manager):
    assert "Select registrations first" in told(act(manager, "approve"))[0]


def test_the_question_counts_before_it_is_answered(office, administrator):
    row = row_of(office)

    dialog = act(administrator, "write-off", row, suffix="confirm").content.decode()

    assert "1 registration is written off" in dialog
    assert f'name="time_entry" value="{row.pk}"' in dialog
    assert status_of(row) == Status.OPEN


def test_an_employee_is_refused_what_is_not_in_the_menu(office, employee):
    row = row_of(office)

    answer = act(employee, "write-off", row)

    assert answer.status_code == 403
    assert status_of(row) == Status.OPEN


def test_one_is_sent_back_to_the_list_but_never_elsewhere(office, manager):
    address = reverse("registrations:overview-change", args=["approve"])
    there = reverse("registrations:overview-trips") + "?period=all"

    back = manager.post(address, {"next": there})
    away = manager.post(address, {"next": "https://evil.example/"})
    nowhere = manager.post(address, {"next": "no such page"})

    assert back["Location"] == there
    assert away["Location"] == reverse("registrations:overview-hours")
    assert nowhere["Location"] == reverse("registrations:overview-hours")


def test_a_selection_that_was_written_off_is_no_longer_selected(office, administrator):
    answer = act(administrator, "write-off", row_of(office))

    assert 'data-selection-done="overview"' in answer.content.decode()


def test_a_change_that_does_not_exist_is_not_found(office, manager):
    assert act(manager, "explode").status_code == 404


def test_a_row_shows_on_which_invoice_it_is(client_of, office):
    line = factories.create_invoice_line(project=office.project)
    Invoice.objects.update(number="2026-0118", status="sent")
    row_of(office, status=Status.INVOICED, invoice_line=line)

    page = client_of(office.administrator).get(
        reverse("registrations:overview-hours"), {"period": "all"}
    )

    assert "2026-0118" in page.content.decode()


def test_a_note_that_is_too_long_is_asked_again_and_nothing_is_rejected_without_it(office, manager):
    row = row_of(office)

    answer = act(manager, "reject", row, note="x" * 301)

    assert answer.status_code == 422
    assert "<title>Reject" in answer.content.decode()
    assert "x" * 301 in answer.content.decode()
    assert status_of(row) == Status.OPEN


def test_the_end_of_a_line_counts_as_one_character_of_a_note(office, manager):
    row = row_of(office)

    act(manager, "reject", row, note="x" * 150 + "\r\n" + "y" * 149)

    row.refresh_from_db()
    assert len(row.status_note) == 300


# --- Approve skips what was not handed in ---------------------------------------------------------


@pytest.mark.parametrize("status", [Status.OPEN, Status.REJECTED])
def test_approve_leaves_what_was_not_submitted_and_says_which(office, manager, status):
    skipped = row_of(office, status=status, status_note="Which ticket?")
    submitted = row_of(office, status=Status.SUBMITTED)

    answer = act(manager, "approve", skipped, submitted)

    assert (status_of(skipped), status_of(submitted)) == (status, Status.APPROVED)
    assert "Website 2026 (Sanne de Vries)" in told(answer)[1]
    edit = reverse("registrations:hour-edit", args=[skipped.pk])
    assert f'<a href="{edit}">' in answer.content.decode()


def test_of_many_skipped_rows_the_first_are_named(office, manager):
    answer = act(manager, "approve", *(row_of(office) for _ in range(5)))

    (sentence,) = told(answer)
    assert sentence.startswith("5 registrations were not changed: 5 not submitted yet.")
    assert sentence.count("(Sanne de Vries)") == statuses.NAMED
    assert sentence.endswith(", ….")


def test_skipped_rows_that_differ_in_billable_are_named_once_each(office, manager):
    rows = [
        row_of(office, is_billable=is_billable, date=datetime.date(2026, 11, day))
        for day, is_billable in ((16, True), (17, False))
    ]

    (sentence,) = told(act(manager, "approve", *rows))

    assert sentence.startswith("2 registrations were not changed: 2 not submitted yet.")
    assert [sentence.count(day) for day in ("16-11-2026", "17-11-2026")] == [1, 1]
    assert "…" not in sentence


# --- Rows on an invoice or a draft ----------------------------------------------------------------


def billed(office, *, number="", status="draft", origin="here"):
    """A row on an invoice of this kind."""
    line = factories.create_invoice_line(project=office.project)
    Invoice.objects.filter(pk=line.invoice_id).update(number=number, status=status, origin=origin)
    return row_of(office, status=Status.INVOICED, invoice_line=line)


@pytest.mark.parametrize("name", ["hours", "overview-hours"])
def test_a_row_on_a_draft_says_so_and_links_to_it(office, client_of, name):
    row = billed(office)

    page = client_of(office.administrator).get(
        reverse(f"registrations:{name}"), {"employee": office.employee.pk}
    )

    link = reverse("billing:invoice-detail", args=[row.invoice_line.invoice_id])
    assert f'<a href="{link}"><span class="tag tag-theme">On a draft</span></a>' in text(page)
    assert '<span class="tag tag-blue">Invoiced</span>' not in text(page)


def test_an_employee_reads_on_a_draft_without_a_link(office, employee):
    row = billed(office)

    page = text(employee.get(reverse("registrations:hours")))

    assert "On a draft" in page
    assert reverse("billing:invoice-detail", args=[row.invoice_line.invoice_id]) not in page


def test_an_invoice_that_awaits_its_number_is_no_draft(office, administrator):
    row = billed(office, status="final", origin="eboekhouden")
    address = reverse("registrations:hours")

    page = text(administrator.get(address, {"employee": office.employee.pk}))
    closed = text(administrator.get(reverse("registrations:hour-edit", args=[row.pk])))

    assert "On a draft" not in page + closed
    assert "no number yet" in page
    assert "on an invoice that has no number yet" in closed


def test_a_change_names_and_links_the_invoices_of_the_rows_it_leaves(office, administrator):
    row, draft = billed(office, number="2026-0118", status="sent"), billed(office)
    unnumbered = billed(office, status="final", origin="eboekhouden")
    customer = draft.invoice_line.invoice.customer.name

    answer = act(administrator, "write-off", row, draft, unnumbered)
    dialog = text(act(administrator, "write-off", row, draft, unnumbered, suffix="confirm"))

    (sentence,) = told(answer)
    assert sentence == (
        "3 registrations were not changed: 2 on an invoice, 1 on a draft. "
        f"On an invoice: 2026-0118, no number yet. On a draft for {customer}."
    )
    names = ((row, "2026-0118"), (draft, customer), (unnumbered, "no number yet"))
    for page in (text(answer), dialog):
        for one, name in names:
            url = reverse("billing:invoice-detail", args=[one.invoice_line.invoice_id])
            assert f'<a href="{url}">{name}</a>' in page


def test_of_many_drafts_the_first_are_named(office, administrator):
    rows = [billed(office) for _ in range(statuses.NAMED + 1)]

    (sentence,) = told(act(administrator, "write-off", *rows))

    assert sentence.startswith("4 registrations were not changed: 4 on a draft. On a draft for ")
    assert sentence.endswith(", ….")
    assert sentence.count(", ") == statuses.NAMED


# --- Undo -----------------------------------------------------------------------------------------


def undo(client, answer):
    """Press Undo of the toast on this page."""
    token = re.search(r'name="undo" value="([^"]+)"', text(answer))
    assert token, "no Undo on this page"
    return client.post(reverse("registrations:undo"), {"undo": token[1]}, follow=True)


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("submit", Status.OPEN),
        ("submit", Status.REJECTED),
        ("approve", Status.SUBMITTED),
        ("reject", Status.APPROVED),
        ("reopen", Status.WRITTEN_OFF),
        ("set-invoiced", Status.APPROVED),
        ("write-off", Status.SUBMITTED),
    ],
)
def test_every_change_of_status_can_be_undone(office, administrator, name, before):
    about = {"status": before, "status_note": "Ticket 12", "status_by": office.manager}
    row = row_of(office, **about)

    answer = act(administrator, name, row)
    changed = status_of(row)
    undo(administrator, answer)

    assert changed != before
    row.refresh_from_db()
    assert (row.status, row.status_note, row.status_by) == (before, "Ticket 12", office.manager)


def test_undo_leaves_rows_that_somebody_else_decided_on_since(office, manager):
    mine, decided = (row_of(office, status=Status.SUBMITTED) for _ in range(2))
    answer = act(manager, "approve", mine, decided)
    statuses.reject(chosen(decided), note="No", by=office.administrator)

    again = undo(manager, answer)

    assert (status_of(mine), status_of(decided)) == (Status.SUBMITTED, Status.REJECTED)
    assert told(again) == ["1 registration put back."]


def test_undo_leaves_rows_that_were_billed_since(office, administrator):
    row = row_of(office, status=Status.SUBMITTED)
    answer = act(administrator, "approve", row)
    line = factories.create_invoice_line(project=office.project)
    TimeEntry.objects.update(invoice_line=line, status=Status.INVOICED)

    undo(administrator, answer)

    assert status_of(row) == Status.INVOICED


def test_only_the_last_action_can_be_undone_and_only_once(office, manager):
    first, second = (row_of(office, status=Status.SUBMITTED) for _ in range(2))
    early = act(manager, "approve", first)
    late = act(manager, "approve", second)

    refused = undo(manager, early)
    undo(manager, late)
    twice = undo(manager, late)

    assert (status_of(first), status_of(second)) == (Status.APPROVED, Status.SUBMITTED)
    assert "can no longer be undone" in told(refused)[0]
    assert "can no longer be undone" in told(twice)[0]


@pytest.mark.parametrize("make", ["create_time_entry", "create_expense", "create_trip"])
def test_a_deleted_registration_returns_as_it_was(office, administrator, make):
    about = {"task": office.task} if make == "create_time_entry" else {}
    row = getattr(factories, make)(
        project=office.project, membership=office.employee, status=Status.REJECTED, **about
    )
    name = {"TimeEntry": "hour", "Expense": "expense", "Trip": "trip"}[type(row).__name__]
    stored = type(row).objects.values().get()

    address = reverse(f"registrations:{name}-delete", args=[row.pk])
    answer = administrator.post(address, follow=True)
    assert not type(row).objects.exists()
    undo(administrator, answer)

    assert type(row).objects.values().get() == stored


def test_a_deleted_registration_stays_away_when_its_period_was_closed(office, administrator):
    row = row_of(office)
    address = reverse("registrations:hour-delete", args=[row.pk])
    answer = administrator.post(address, follow=True)
    Organisation.objects.update(closed_until=row.date)

    again = undo(administrator, answer)

    assert not TimeEntry.objects.exists()
    assert "can no longer be undone" in told(again)[0]


def test_a_deleted_registration_is_no_longer_selected(office, administrator):
    row = row_of(office)

    answer = administrator.post(reverse("registrations:hour-delete", args=[row.pk]), follow=True)

    marker = f'data-selection-done="overview" data-row="hours:{row.pk}"'
    assert marker in text(answer)
    assert marker not in text(administrator.get(reverse("registrations:hours")))


@pytest.mark.parametrize("name", ["submit", "approve", "reject", "reopen", "write-off"])
def test_a_selection_ends_with_every_action(office, administrator, name):
    status = {"submit": Status.OPEN, "reopen": Status.APPROVED}.get(name, Status.SUBMITTED)

    answer = act(administrator, name, row_of(office, status=status))

    assert 'data-selection-done="overview"' in text(answer)


def test_a_selection_of_which_nothing_changed_stays(office, manager):
    assert "data-selection-done" not in text(act(manager, "approve", row_of(office)))


def test_undo_of_a_delete_is_too_late_once_the_project_is_gone(office, employee):
    row = row_of(office)
    answer = employee.post(reverse("registrations:hour-delete", args=[row.pk]), follow=True)
    ProjectTask.objects.all().delete()
    office.project.delete()

    refused = undo(employee, answer)

    assert told(refused) == ["This can no longer be undone."]
    assert not TimeEntry.objects.exists()
