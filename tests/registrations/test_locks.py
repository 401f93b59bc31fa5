"""Locked registrations: no page and no statement changes them. The pages come from the URLs."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from projects.models import Method
from registrations.locks import PROGRESS
from registrations.models import KINDS, Status
from registrations.register.week_grid import entries_of, grid_of
from tests import factories
from tests.timechimp_eb.test_every_page import PAGES, WORDS

pytestmark = pytest.mark.django_db

# Every page of these apps is sent a form that changes rows, and the whole selection.
APPS = {"registrations", "projects", "customers"}
# The pages that change or delete an open row by that. A page that is new here needs thought.
CHANGING = {
    *(f"registrations:{kind}-edit" for kind in ("hour", "expense", "trip")),
    *(f"registrations:{kind}-delete" for kind in ("hour", "expense", "trip")),
    "registrations:hours-week",
    "registrations:overview-edit",
    "registrations:project-reprice",
}
DECIDED = ("submitted", "approved")
SETTLED = ("draft", "invoiced", "elsewhere", "written_off", "closed")


@pytest.fixture
def rows(office):
    """An hour, an expense and a trip of the administrator, priced lower than the project now is."""
    office.project.method, office.project.hourly_rate = Method.PROJECT_RATE, 100
    office.project.save()
    about = {"project": office.project, "membership": office.administrator}
    about["date"] = timezone.localdate()
    return {
        "hour": factories.create_time_entry(**about, task=office.task, hourly_rate=90, amount=90),
        "expense": factories.create_expense(**about, category=office.category),
        "trip": factories.create_trip(**about),
    }


def lock(state: str, office, rows) -> None:
    for row in rows.values():
        kept = type(row).objects.filter(pk=row.pk)
        if state in DECIDED or state == "written_off":
            kept.update(status=state)
        elif state == "elsewhere":
            kept.update(status=Status.INVOICED)
        elif state in ("draft", "invoiced"):
            line = factories.create_invoice_line(project=office.project)
            kept.update(status=Status.INVOICED, invoice_line=line)
            if state == "invoiced":
                type(line.invoice).objects.filter(pk=line.invoice_id).update(
                    status="final", number=f"2026-{row._meta.model_name}"
                )
    if state == "closed":
        office.organisation.closed_until = timezone.localdate()
        office.organisation.save()


def contents(rows) -> dict[str, object]:
    """Return the content of each row, with its status; None if it is gone."""
    found = {}
    for name, row in rows.items():
        columns = [one.attname for one in row._meta.concrete_fields if one.name not in PROGRESS]
        values = type(row).objects.filter(pk=row.pk)
        found[name] = (
            values.values(*columns).first(),
            values.values_list("status", flat=True).first(),
        )
    return found


def form_of_everything(office, rows) -> dict[str, object]:
    """Return a form that every page reads its part of."""
    today, hour = timezone.localdate(), rows["hour"]
    key = f"{office.project.pk}-{office.task.pk}-{today.isoformat()}"
    monday = today - datetime.timedelta(days=today.weekday())
    grid = grid_of(office.administrator, monday, by=office.administrator, today=today)
    cells = [cell for row in grid.rows for cell in row.cells if cell.key == key]
    return {
        "work": office.work.pk, "project": office.project.pk, "customer": "",
        "date": today.isoformat(), "duration": "2:30", "description": "Something else",
        "category": office.category.pk, "quantity": "2", "price": "11.00",
        "origin": "Zwolle", "destination": "Deventer", "distance": "31", "kind": "business",
        "time_entry": hour.pk, "expense": rows["expense"].pk, "trip": rows["trip"].pk,
        f"c-{key}": "3:45", f"s-{key}": cells[0].seen, f"n-{key}": "",
        "method": Method.PROJECT_RATE, "name": "Moved", "hourly_rate": "120", "note": "No",
        "is_billable": "on", "hours": "1",
    }  # fmt: skip


def changed_by_pages(client, office, rows) -> dict[str, dict[str, object]]:
    """Send the form to every page; return what each changed, and take it back."""
    ids = {
        "project": office.project.pk, "task": office.task.pk, "category": office.category.pk,
        "vehicle": office.vehicle.pk, "customer": office.project.customer_id,
        **{name: row.pk for name, row in rows.items()},
    }  # fmt: skip
    sent, before, found = form_of_everything(office, rows), contents(rows), {}
    for page, parts in PAGES:
        app, short = page.split(":")
        if app not in APPS or ("pk" in parts and not any(short.startswith(one) for one in ids)):
            continue
        words = dict(WORDS.get(page, {}))
        if "pk" in parts:
            kinds = sorted(ids, key=len, reverse=True)
            words["pk"] = next(ids[one] for one in kinds if short.startswith(one))
        with transaction.atomic():
            client.post(reverse(page, kwargs=words), sent)
            after = contents(rows)
            found[page] = {name: after[name] for name in rows if after[name][0] != before[name][0]}
            transaction.set_rollback(True)
    return found


def test_the_pages_that_change_an_open_row_are_these(administrator, office, rows):
    found = changed_by_pages(administrator, office, rows)

    assert len(found) > 60
    assert {page for page, changed in found.items() if changed} == CHANGING


@pytest.mark.parametrize("state", SETTLED)
def test_no_page_changes_a_row_that_is_settled_or_of_a_closed_period(
    administrator, office, rows, state
):
    lock(state, office, rows)

    found = changed_by_pages(administrator, office, rows)

    assert {page: changed for page, changed in found.items() if changed} == {}


@pytest.mark.parametrize("state", DECIDED)
def test_only_the_form_of_a_row_changes_what_was_submitted_and_opens_it(
    administrator, office, rows, state
):
    lock(state, office, rows)

    found = changed_by_pages(administrator, office, rows)

    changed = {page: what for page, what in found.items() if what}
    assert set(changed) == {f"registrations:{kind}-edit" for kind in rows}
    for what in changed.values():
        assert all(content and status == Status.OPEN for content, status in what.values())


@pytest.mark.parametrize("state", [*DECIDED, *SETTLED])
def test_the_database_refuses_to_change_or_delete_a_locked_row(office, rows, state):
    lock(state, office, rows)

    for row in rows.values():
        kept = type(row).objects.filter(pk=row.pk)
        for refused in (lambda k=kept: k.update(description="Changed"), kept.delete):
            with pytest.raises(IntegrityError, match="locked registration"), transaction.atomic():
                refused()
    assert all(model.objects.filter(description="").count() == 1 for model in KINDS.values())


def test_the_database_refuses_a_row_that_moves_into_a_closed_period(office, rows):
    office.organisation.closed_until = timezone.localdate() - datetime.timedelta(days=3)
    office.organisation.save()
    kept = type(rows["hour"]).objects.filter(pk=rows["hour"].pk)

    with pytest.raises(IntegrityError, match="locked registration"), transaction.atomic():
        kept.update(date=office.organisation.closed_until)


def test_who_edits_an_approved_row_is_told_that_it_is_open_again(administrator, office, rows):
    lock("approved", office, rows)
    page = reverse("registrations:hour-edit", args=[rows["hour"].pk])

    answer = administrator.post(page, form_of_everything(office, rows), follow=True)

    assert "is open again" in answer.content.decode()
    (entry,) = entries_of(
        office.administrator, rows["hour"].date, rows["hour"].date, by=office.administrator
    )
    assert (entry.status, entry.status_by) == (Status.OPEN, office.administrator)


def test_who_deletes_an_approved_row_is_told_to_open_it_first(administrator, office, rows):
    lock("approved", office, rows)

    page = reverse("registrations:hour-delete", args=[rows["hour"].pk])
    answer = administrator.post(page, follow=True)

    assert "Approved. Set it to open first" in answer.content.decode()
    assert contents(rows)["hour"][0] is not None
