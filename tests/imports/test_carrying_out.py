"""An import in blocks: a fixed number of queries, resumed without doubling, stopped, refused."""

import datetime

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Role
from imports import carrying_out, undoing
from imports.carrying_out import AnotherRuns, carry_out_import, start, stop
from imports.kinds.hours import HoursKind
from imports.models import FileImport, FileState, ImportedRow
from integrations.runs import ABANDONED_AFTER, RunState
from lib.rounding import Unit
from projects.models import Project
from registrations.models import Status, TimeEntry
from tests import factories
from tests.factories import TODAY

from .conftest import NOW, table

pytestmark = pytest.mark.django_db
HEAD = ("Datum", "Medewerker", "Project", "Taak", "Uren", "Omschrijving")


def hours(count, *, text="Werk"):
    days = (TODAY - datetime.timedelta(days=n // 8) for n in range(count))
    return table(
        HEAD,
        *(
            (f"{day:%d-%m-%Y}", "Daan Visser", "Website", "Ontwerp", "1", text)
            for n, day in enumerate(days)
        ),
    )


def asked_by(agency, count):
    draft = agency.take(hours(count))
    start(draft, by=agency.manager.user)
    with CaptureQueriesContext(connection) as queries:
        carry_out_import(draft.pk, clock=timezone.now)
    draft.refresh_from_db()
    assert draft.new_count == count
    TimeEntry.objects.all().delete()
    ImportedRow.objects.all().delete()
    return [query["sql"] for query in queries]


def test_a_block_asks_a_fixed_number_of_times_whatever_is_in_it(agency, monkeypatch):
    monkeypatch.setattr(carrying_out, "BLOCK", 50)

    # A bulk insert is cut by the number of its variables: what inserts is left out of the count.
    one, two, four = (
        len([sql for sql in asked_by(agency, count) if not sql.startswith("INSERT")])
        for count in (50, 100, 200)
    )

    assert two - one == (four - two) / 2
    assert two - one <= 20


def test_more_rows_in_a_block_ask_not_more(agency):
    few, many = (
        len([sql for sql in asked_by(agency, count) if not sql.startswith("INSERT")])
        for count in (20, 400)
    )

    assert few == many


def test_a_killed_worker_leaves_no_row_twice_and_none_behind(agency, monkeypatch):
    monkeypatch.setattr(carrying_out, "BLOCK", 20)
    draft = agency.take(hours(100))  # rows of one day are equal to each other
    start(draft, by=agency.manager.user)
    count = carrying_out.FileWorker._count

    def dies_in_the_third_block(worker, counts):
        if worker.run.done == 40:  # committed; this block is not
            raise SystemExit
        return count(worker, counts)

    with monkeypatch.context() as patch:
        patch.setattr(carrying_out.FileWorker, "_count", dies_in_the_third_block)
        with pytest.raises(SystemExit):
            carry_out_import(draft.pk, clock=timezone.now)
    draft.refresh_from_db()
    assert (draft.state, draft.done, TimeEntry.objects.count()) == (RunState.RUNNING, 40, 40)

    later = timezone.now() + ABANDONED_AFTER + datetime.timedelta(seconds=1)
    carry_out_import(draft.pk, clock=lambda: later)

    draft.refresh_from_db()
    assert (draft.state, draft.done, draft.new_count) == (FileState.FINISHED, 100, 100)
    assert TimeEntry.objects.count() == 100
    assert agency.run(agency.take(hours(100))).unchanged_count == 100


def test_a_block_that_is_stored_a_second_time_is_counted_once(agency, monkeypatch):
    draft = agency.take(hours(10))
    start(draft, by=agency.manager.user)
    count = carrying_out.FileWorker._count

    def is_late(worker, counts):
        monkeypatch.setattr(carrying_out.FileWorker, "_count", count)
        count(worker, counts)
        raise IntegrityError("somebody stored the same")

    monkeypatch.setattr(carrying_out.FileWorker, "_count", is_late)
    carry_out_import(draft.pk, clock=timezone.now)

    draft.refresh_from_db()
    assert (draft.state, draft.new_count) == (FileState.FINISHED, 10)
    assert TimeEntry.objects.count() == 10


def test_an_import_is_stopped_between_two_blocks_and_what_came_in_can_be_undone(
    agency, monkeypatch
):
    monkeypatch.setattr(carrying_out, "BLOCK", 20)
    draft = agency.take(hours(60))
    start(draft, by=agency.manager.user)
    count = carrying_out.FileWorker._count

    def stops(worker, counts):
        stop(worker.run)
        return count(worker, counts)

    monkeypatch.setattr(carrying_out.FileWorker, "_count", stops)
    carry_out_import(draft.pk, clock=timezone.now)

    draft.refresh_from_db()
    assert (draft.state, draft.done) == (FileState.INCOMPLETE, 20)
    assert undoing.undo(draft, by=agency.manager.user, now=NOW).removed == 20


def test_one_file_of_an_organisation_is_imported_at_a_time(agency):
    start(agency.take(hours(1)), by=agency.manager.user)

    with pytest.raises(AnotherRuns):
        start(agency.take(hours(1)), by=agency.manager.user)


def test_who_is_no_administrator_any_more_imports_nothing(agency):
    draft = agency.take(hours(1))
    start(draft, by=agency.manager.user)
    Membership.objects.filter(pk=agency.manager.pk).update(role=Role.EMPLOYEE)

    carry_out_import(draft.pk, clock=timezone.now)

    draft.refresh_from_db()
    assert draft.state == FileState.FAILED
    assert "no longer an administrator" in draft.problem
    assert not TimeEntry.objects.exists()


def test_rules_refuse_row_by_row(agency):
    agency.organisation.closed_until = TODAY - datetime.timedelta(days=1)
    agency.organisation.refuses_overlapping_times = True
    agency.organisation.save()
    head = ("Datum", "Medewerker", "Project", "Taak", "Start", "Eind", "Uren")
    today, before = f"{TODAY:%d-%m-%Y}", f"{TODAY - datetime.timedelta(days=1):%d-%m-%Y}"
    about = ("Daan Visser", "Website", "Ontwerp")
    draft = agency.take(
        table(
            head,
            (before, *about, "", "", "1"),
            (today, *about, "9:00", "12:00", ""),
            (today, *about, "11:00", "13:00", ""),
            (today, *about, "", "", "20"),
            (today, *about, "", "", "2"),
        )
    )
    errors = [sorted(plan.errors) for plan in agency.check(draft).plans]
    assert errors == [["date"], [], ["start"], [], ["duration"]]

    done = agency.run(draft)
    assert (done.new_count, done.error_count) == (2, 3)
    Project.objects.update(is_archived=True)
    (plan,) = agency.check(agency.take(table(head, (today, *about, "", "", "1")))).plans
    assert "archived" in plan.errors["project"]


def test_hours_are_open_unless_asked_and_priced_as_in_the_form(agency):
    draft = agency.take(hours(2), status="approved")
    agency.run(draft)

    statuses = TimeEntry.objects.values_list("status", "status_by", "hourly_rate", "amount")
    assert set(statuses) == {(Status.APPROVED, agency.manager.pk, 95, 95)}


def test_a_row_of_an_earlier_import_changes_and_one_that_was_typed_does_not(agency):
    text = "\r\n".join(hours(1).split("\r\n"))
    agency.run(agency.take(text))
    longer = text.replace(";1;", ";1:15;")

    (plan,) = agency.check(agency.take(longer)).plans
    assert (plan.outcome, plan.why) == ("changed", "1:00 → 1:15")
    done = agency.run(agency.take(longer))
    assert (done.changed_count, TimeEntry.objects.get().minutes) == (1, 75)
    assert TimeEntry.objects.get().amount == factories.Decimal("118.75")
    undoing.undo(done, by=agency.manager.user, now=NOW)
    assert TimeEntry.objects.get().minutes == 60
    assert TimeEntry.objects.get().amount == 95

    ImportedRow.objects.all().delete()  # as if somebody typed it
    (plan,) = agency.check(agency.take(longer)).plans
    assert plan.outcome == "new"


def test_undo_rounds_the_changed_hours_of_a_day_again(agency):
    Project.objects.update(rounding_step=30, rounding_direction="up", rounding_unit=Unit.DAY)
    text = hours(1)
    agency.run(agency.take(text))
    done = agency.run(agency.take(text.replace(";1;", ";1:10;")))
    assert TimeEntry.objects.get().rounded_minutes == 90

    undoing.undo(done, by=agency.manager.user, now=NOW)

    entry = TimeEntry.objects.get()
    assert (entry.minutes, entry.rounded_minutes, entry.amount) == (60, 60, 95)


def test_a_changed_row_stays_open_and_goes_back_if_new_ones_were_approved(agency):
    agency.run(agency.take(hours(1)))
    done = agency.run(agency.take(hours(1).replace(";1;", ";1:15;"), status="approved"))

    assert undoing.preview(done).obstacles == []
    undoing.undo(done, by=agency.manager.user, now=NOW)
    assert TimeEntry.objects.get().minutes == 60


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED, Status.WRITTEN_OFF])
def test_a_row_that_was_decided_on_neither_changes_nor_goes_back(agency, status):
    done = agency.run(agency.take(hours(2)))
    TimeEntry.objects.filter(pk=TimeEntry.objects.first().pk).update(status=status)

    assert undoing.preview(done).obstacles == [f"1 {Status(status).label.lower()}"]
    with pytest.raises(undoing.CannotUndo):
        undoing.undo(done, by=agency.manager.user, now=NOW)
    assert TimeEntry.objects.count() == 2
    again = agency.check(agency.take(hours(2)))
    assert again.counts["unchanged"] == 2


def test_what_is_invoiced_or_changed_since_stands_in_the_way_of_undo(agency):
    done = agency.run(agency.take(hours(3)))
    first, second, _third = TimeEntry.objects.order_by("pk")
    line = factories.create_invoice_line(project=first.project)
    TimeEntry.objects.filter(pk=first.pk).update(invoice_line=line, status=Status.INVOICED)
    TimeEntry.objects.filter(pk=second.pk).update(description="Anders")

    found = undoing.preview(done)

    assert sorted(found.obstacles) == ["1 changed since", "1 on an invoice"]
    assert len(found.names) == 2
    assert FileImport.objects.get().state == FileState.FINISHED


def test_a_row_that_is_approved_while_it_is_planned_is_an_error_of_its_own(agency, monkeypatch):
    text = hours(1)
    agency.run(agency.take(text))
    plan, store = HoursKind.plan, carrying_out.FileWorker._store

    def approve(kind, read, context):
        found = plan(kind, read, context)
        TimeEntry.objects.update(status=Status.APPROVED)
        return found

    def approve_again(worker, *block):  # the transaction of the block took the first one along
        try:
            store(worker, *block)
        except IntegrityError:
            TimeEntry.objects.update(status=Status.APPROVED)
            raise

    with monkeypatch.context() as patch:
        patch.setattr(HoursKind, "plan", approve)
        patch.setattr(carrying_out.FileWorker, "_store", approve_again)
        done = agency.run(agency.take(text.replace(";1;", ";1:15;")))

    assert (done.state, done.error_count, done.changed_count) == (FileState.FINISHED, 1, 0)
    assert TimeEntry.objects.get().minutes == 60
