"""Status changes of selected registrations: by right, by rule, and never if billed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from billing.models import Invoice
from registrations import statuses
from registrations.models import Status, TimeEntry
from registrations.selection import Selection
from tests import factories

from .rows import row_of

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

    assert (outcome.changed, dict(outcome.skipped)) == (0, {"on an invoice": 1})
    assert status_of(row) == Status.INVOICED


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_operation_touches_another_organisation(office, operation):
    row = factories.create_time_entry()

    outcome = operation(chosen(row), by=office.administrator)

    assert (outcome.changed, outcome.skipped_count) == (0, 0)
    assert status_of(row) == Status.OPEN


def test_the_outcome_counts_what_changed_and_why_the_rest_did_not(office):
    rows = [
        row_of(office),
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
    expense, trip = factories.create_expense(**about), factories.create_trip(**about)
    selection = Selection((row_of(office).pk,), (expense.pk,), (trip.pk,))

    assert statuses.approve(selection, by=office.manager).changed == 3


def test_a_rejection_keeps_its_note_and_an_approval_drops_it(office):
    row = row_of(office)

    statuses.reject(chosen(row), note="Which ticket?", by=office.manager)
    rejected = TimeEntry.objects.get()
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


def test_the_page_says_how_many_changed_and_why_others_did_not(office, manager):
    answer = act(manager, "approve", row_of(office), row_of(office, status=Status.APPROVED))

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

    assert 'data-selection-done="hours expenses trips"' in answer.content.decode()


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
