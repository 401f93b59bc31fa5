"""The periods: the document says what the program does, and nothing fiscal goes early."""

import datetime
import re
from pathlib import Path

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Organisation
from billing.documents.archive import issue_files
from billing.models import Invoice, InvoiceFile, InvoiceLine, InvoicingRun, ReconciliationRun
from customers.models import ImportRun
from imports.models import FileImport, FileState
from privacy import purging, retention
from privacy.models import ExportScope
from registrations import history
from registrations.models import (
    Decision,
    Expense,
    Leave,
    LeaveGrant,
    Status,
    TimeEntry,
    WeekReminder,
)
from tests import factories
from tests.billing.issued import Item, issued

from .exported import made

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
NOW = datetime.datetime(2026, 11, 22, 2, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def purge_at(moment):
    with time_machine.travel(moment, tick=False):
        return purging.purge(clock=timezone.now)


# --- The document ---------------------------------------------------------------------------------


def test_the_document_has_exactly_these_periods():
    head, written = None, []
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[:2] == ["What", "Of whom"]:
            head = cells
        elif head and line.startswith("|") and not re.fullmatch(r"[-|: ]+", line):
            written.append(tuple(cells))
        elif head and not line.startswith("|"):
            break

    wanted = [
        (one.what, one.of_whom, one.kept_in_words, one.deleted_by) for one in retention.PERIODS
    ]
    assert len(wanted) > 15
    assert written == wanted


def test_every_purge_has_a_line_and_every_line_of_it_a_purge():
    lines = [one for one in retention.PERIODS if "`purge`" in one.deleted_by]

    assert len(purging.PURGES) == len(lines)


def test_periods_in_words():
    assert retention.in_words(datetime.timedelta(hours=12)) == "12 hours"
    assert retention.in_words(DAY) == "1 day"
    assert retention.in_words(90 * DAY) == "90 days"


@pytest.mark.parametrize(("is_longer", "years"), [(False, 7), (True, 10)])
def test_what_is_fiscal_is_kept_until_the_end_of_the_last_year(is_longer, years):
    organisation, day = Organisation(keeps_ten_years=is_longer), datetime.date(2026, 1, 1)

    assert retention.fiscal_until(day, organisation) == datetime.date(2026 + years, 12, 31)
    last, next_day = datetime.date(2026 + years, 12, 31), datetime.date(2027 + years, 1, 1)
    assert retention.fiscal_before(last, years=years) <= day
    assert retention.fiscal_before(next_day, years=years) > day.replace(month=12, day=31)


# --- What is purged -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_logins_go_after_ninety_days(administrator):
    session = UserSession.objects.create(
        user=administrator.user, session_key="x", ip="203.0.113.7", user_agent="x", data={}
    )
    UserSession.objects.filter(pk=session.pk).update(last_seen_at=NOW)

    assert purge_at(NOW + 90 * DAY)["logins"] == 0
    assert purge_at(NOW + 91 * DAY)["logins"] == 1


@pytest.mark.django_db
def test_an_export_goes_after_a_week_and_its_record_after_ninety_days(administrator):
    with time_machine.travel(NOW, tick=False):
        run, _archive = made(administrator, ExportScope.ORGANISATION)
    storage, name = run.file.storage, run.file.name

    purge_at(NOW + 6 * DAY)
    assert storage.exists(name)
    assert purge_at(NOW + 7 * DAY)["export_files"] == 1
    assert not storage.exists(name)
    run.refresh_from_db()
    assert not run.is_downloadable
    assert purge_at(NOW + 91 * DAY)["export_records"] == 1


@pytest.mark.django_db
def test_an_import_goes_after_a_year_with_its_file(organisation):
    content = ContentFile(b"[1]\n", name="rows.jsonl")
    old = FileImport(organisation=organisation, state=FileState.FINISHED, created_at=NOW)
    old.content.save("rows.jsonl", content)
    running = FileImport(organisation=organisation, state=FileState.RUNNING, created_at=NOW)
    running.content.save("rows.jsonl", content)
    storage, name = old.content.storage, old.content.name

    assert purge_at(NOW + 365 * DAY)["file_imports"] == 0
    assert purge_at(NOW + 366 * DAY)["file_imports"] == 1
    assert not storage.exists(name)
    assert list(FileImport.objects.all()) == [running]


@pytest.mark.django_db
def test_runs_go_after_their_period_unless_they_are_under_way(organisation):
    connection = factories.create_connection(organisation=organisation)
    about = {"organisation": organisation, "created_at": NOW}
    amounts = {"work": [], "options": {}, "total": 1, "row_count": 1, "gross": 1}
    InvoicingRun.objects.create(**about, **amounts, origin="here", state="finished", digest="a")
    InvoicingRun.objects.create(**about, **amounts, origin="here", state="queued", digest="b")
    ReconciliationRun.objects.create(
        **about, connection=connection, since=NOW, until=NOW, state="finished"
    )
    ImportRun.objects.create(**about, connection=connection, state="finished")

    counts = purge_at(NOW + 91 * DAY)

    assert (counts["confirmations"], counts["checks"], counts["customer_imports"]) == (1, 1, 1)
    assert InvoicingRun.objects.get().digest == "b"


@pytest.mark.django_db
def test_leave_goes_five_years_after_its_year(administrator):
    factories.create_leave(membership=administrator, date=datetime.date(2026, 12, 31))
    LeaveGrant.objects.create(membership=administrator, year=2026, minutes=100)
    WeekReminder.objects.create(
        membership=administrator, monday=datetime.date(2026, 11, 16), day=NOW.date()
    )

    assert purge_at(datetime.datetime(2031, 12, 31, 2, tzinfo=datetime.UTC))["leave"] == 0
    assert purge_at(datetime.datetime(2032, 1, 1, 2, tzinfo=datetime.UTC))["leave"] == 2
    assert not Leave.objects.exists()
    assert not WeekReminder.objects.exists()


@pytest.mark.django_db
def test_nothing_fiscal_goes_early_and_final_documents_never(organisation, administrator):
    project = factories.create_project(organisation=organisation)
    invoice = issued(project.customer, [Item()])
    issue_files(invoice, now=NOW)
    line = factories.create_invoice_line(project=project)
    billed = factories.create_time_entry(project=project, membership=administrator)
    TimeEntry.objects.filter(pk=billed.pk).update(status=Status.INVOICED, invoice_line=line)
    factories.create_time_entry(project=project, membership=administrator, is_billable=False)
    written_off = factories.create_time_entry(project=project, membership=administrator)
    TimeEntry.objects.filter(pk=written_off.pk).update(status=Status.WRITTEN_OFF)

    def fiscal():
        return [
            list(model._base_manager.order_by("pk").values_list())
            for model in (Invoice, InvoiceLine, InvoiceFile, TimeEntry)
        ]

    before = fiscal()
    year = factories.TODAY.year
    for moment in (
        datetime.datetime(year + 1, 1, 1, 2, tzinfo=datetime.UTC),
        datetime.datetime(year + 5, 6, 1, 2, tzinfo=datetime.UTC),
        datetime.datetime(year + 7, 12, 31, 2, tzinfo=datetime.UTC),
    ):
        assert purge_at(moment)["registrations"] == 0
        assert fiscal() == before

    counts = purge_at(datetime.datetime(year + 8, 1, 1, 2, tzinfo=datetime.UTC))

    assert counts["registrations"] == 1
    left = set(TimeEntry.objects.values_list("pk", flat=True))
    assert left == {billed.pk, written_off.pk}
    assert fiscal()[:3] == before[:3]


@pytest.mark.django_db
def test_receipts_and_decisions_go_with_their_registrations(
    organisation, administrator, django_capture_on_commit_callbacks
):
    project = factories.create_project(organisation=organisation)
    old = factories.create_expense(project=project, membership=administrator, is_billable=False)
    old.receipt.save("photo.pdf", ContentFile(b"%PDF"))
    history.record(
        Expense, [(old.pk, administrator.pk)], status=Status.OPEN, by=administrator, at=NOW
    )

    with django_capture_on_commit_callbacks(execute=True):
        purge_at(datetime.datetime(factories.TODAY.year + 8, 1, 1, 2, tzinfo=datetime.UTC))

    assert not Expense.objects.exists()
    assert not Decision.objects.exists()
    assert not old.receipt.storage.exists(old.receipt.name)


@pytest.mark.django_db
def test_what_was_approved_and_never_billed_goes_as_well(organisation, administrator):
    project = factories.create_project(organisation=organisation)
    for status in (Status.OPEN, Status.SUBMITTED, Status.APPROVED, Status.REJECTED):
        factories.create_time_entry(project=project, membership=administrator, status=status)

    purge_at(datetime.datetime(factories.TODAY.year + 8, 1, 1, 2, tzinfo=datetime.UTC))

    assert not TimeEntry.objects.exists()


@pytest.mark.django_db
def test_an_agency_with_real_estate_keeps_three_years_more(organisation, administrator):
    organisation.keeps_ten_years = True
    organisation.save()
    project = factories.create_project(organisation=organisation)
    factories.create_time_entry(project=project, membership=administrator, is_billable=False)
    year = factories.TODAY.year

    late = datetime.datetime(year + 10, 12, 31, 2, tzinfo=datetime.UTC)
    assert purge_at(late)["registrations"] == 0
    assert purge_at(late + DAY)["registrations"] == 1


@pytest.mark.django_db
def test_what_is_of_a_closed_period_is_left_to_the_guard(organisation, administrator):
    project = factories.create_project(organisation=organisation)
    factories.create_time_entry(project=project, membership=administrator, is_billable=False)
    organisation.closed_until = factories.TODAY
    organisation.save()

    assert purge_at(datetime.datetime(2040, 1, 1, 2, tzinfo=datetime.UTC))["registrations"] == 0
    assert TimeEntry.objects.count() == 1


# --- Interruptions --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_deletes_in_portions_and_goes_on_after_an_interruption(administrator, monkeypatch):
    monkeypatch.setattr(purging, "PORTION", 2)
    for n in range(5):
        WeekReminder.objects.create(
            membership=administrator,
            monday=datetime.date(2020, 1, 6),
            day=datetime.date(2020, 1, 6) + n * DAY,
        )

    work = purging.PURGES["week_reminders"](NOW)
    assert next(work) == 2
    work.close()  # as a worker that is stopped between two portions
    assert WeekReminder.objects.count() == 3

    assert purge_at(NOW)["week_reminders"] == 3


@pytest.mark.django_db
def test_a_night_has_an_end(administrator, monkeypatch):
    monkeypatch.setattr(purging, "PORTION", 1)
    monkeypatch.setattr(purging, "MOST_A_NIGHT", 2)
    for n in range(3):
        WeekReminder.objects.create(
            membership=administrator,
            monday=datetime.date(2020, 1, 6),
            day=datetime.date(2020, 1, 6) + n * DAY,
        )

    assert purge_at(NOW)["week_reminders"] == 2
    assert purge_at(NOW)["week_reminders"] == 1
