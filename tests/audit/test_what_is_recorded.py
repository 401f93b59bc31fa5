"""Every kind of change leaves its entry, with the values before and after, in its transaction."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import contracts, invitations, organisations, people, profiles
from accounts.closed_periods import close_until
from accounts.models import WEEKDAYS, Membership, Role
from audit.exports import record_export
from audit.kinds import Action, Kind
from audit.models import Entry
from audit.origin import Origin, coming_from
from audit.recording import NotRecorded, record
from billing.bookings.outbox import queue_sales_entry
from billing.invoices.drafting import blank_draft, delete_draft
from billing.invoices.issuing import mark_sent
from billing.invoices.paying import mark_paid
from billing.models import Booking, Invoice, State
from billing.numbering import change_invoice_settings
from billing.reminders.settings import change_reminder_settings, exclude
from billing.resolving import actions
from customers import editing as customers
from integrations import switching
from projects import catalogue
from projects import editing as projects
from projects.dated_rates import RateEdit, subject_of
from projects.models import Project
from registrations.approving import leave, statuses
from registrations.models import LeaveStatus, Status, TimeEntry
from registrations.overview.bulk_edit import Edit, edit_selected
from registrations.overview.selection import Selection
from registrations.rates import rate_changes
from registrations.register import registering
from tests import factories
from vat import rates as vat_rates

from .conftest import entries, scene_of

NOW = datetime.datetime(2026, 11, 26, 14, 2, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 26)
Act = Callable[[SimpleNamespace], Any]


@dataclass(frozen=True)
class Recorded:
    """What an action leaves: `changes` are among those of the entry, `rows` their number."""

    act: Act
    kind: Kind
    action: Action
    label: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)
    rows: int = 0


def hours(scene: SimpleNamespace, **fields: Any) -> TimeEntry:
    about = {"project": scene.project, "task": scene.task, "membership": scene.employee}
    return factories.create_time_entry(**about | fields)


def chosen(*rows: TimeEntry) -> Selection:
    return Selection(time_entries=tuple(row.pk for row in rows))


def draft(scene: SimpleNamespace) -> Invoice:
    return factories.create_invoice_line(project=scene.project).invoice


def loaded(row: Any) -> Any:
    return type(row)._default_manager.get(pk=row.pk)


def _typed(row: Any, **values: Any) -> Any:
    """Return a stored row with what a form typed into it."""
    found = loaded(row)
    for name, value in values.items():
        setattr(found, name, value)
    return found


def change_customer(scene: SimpleNamespace) -> None:
    typed = _typed(scene.customer, email="kaas@polderzicht.example")
    values = {"email": "kaas@polderzicht.example"}
    customers.save_customer(typed, organisation=scene.organisation, values=values, now=NOW)


def add_customer(scene: SimpleNamespace) -> None:
    values = {"name": "Groen Erfgoed", "number": "K99"}
    customers.save_customer(None, organisation=scene.organisation, values=values, now=NOW)


def change_project(scene: SimpleNamespace) -> None:
    project = _typed(scene.project, budget_minutes=600)
    agreement = projects.Agreement(fields={"budget_minutes": 600}, tasks=(), members=())
    projects.save_project(project, agreement=agreement, by=scene.administrator, today=TODAY)


def change_task(scene: SimpleNamespace) -> None:
    catalogue.store(_typed(scene.task, hourly_rate=Decimal("101.00")), fields=["hourly_rate"])


def change_rate(scene: SimpleNamespace, by: str = "administrator") -> Any:
    row = hours(scene, date=TODAY)
    edit = RateEdit(subject_of(scene.task), None, TODAY, Decimal("96.00"))
    effect = rate_changes.effect_of(scene.task, edit, organisation=scene.organisation)
    return rate_changes.save(
        scene.task,
        edit,
        seen=effect.token,
        changes_rows=bool(effect.count),
        by=getattr(scene, by),
        now=NOW,
    ), row


def change_submitted(scene: SimpleNamespace) -> None:
    row = loaded(hours(scene, status=Status.SUBMITTED))
    row.minutes = 450
    registering.change(row, by=scene.administrator)


def delete_rejected(scene: SimpleNamespace) -> None:
    registering.delete(loaded(hours(scene, status=Status.REJECTED)), by=scene.employee)


def approve_leave(scene: SimpleNamespace) -> None:
    row = factories.create_leave(membership=scene.employee)
    leave.decide(leave.spell_of(row), to=LeaveStatus.APPROVED, by=scene.administrator, now=NOW)


def sent_invoice(scene: SimpleNamespace) -> Invoice:
    return mark_sent(draft(scene), by=scene.administrator.user, now=timezone.now())


def queue_booking(scene: SimpleNamespace) -> Booking:
    invoice = sent_invoice(scene)
    with transaction.atomic():
        return queue_sales_entry(
            invoice, scene.connection, by=scene.administrator.user, now=timezone.now()
        )


def cancel_booking(scene: SimpleNamespace) -> None:
    booking = queue_booking(scene)
    Booking.objects.filter(pk=booking.pk).update(state=State.REJECTED)
    actions.cancel(loaded(booking), by=scene.administrator.user, now=NOW, reason="twice")


def check_booking(scene: SimpleNamespace) -> None:
    booking = queue_booking(scene)
    Booking.objects.filter(pk=booking.pk).update(state=State.UNKNOWN)
    actions.check_now(loaded(booking), now=NOW)


def exported(scene: SimpleNamespace) -> None:
    whence = Origin(
        user_id=lambda: scene.administrator.user_id,
        organisation_id=lambda: scene.organisation.pk,
        address=lambda: "10.0.4.21",
    )
    with coming_from(whence):
        record_export("Turnover", file_type="CSV")


def invited(scene: SimpleNamespace) -> Membership:
    elsewhere = factories.create_membership(organisation=factories.create_organisation())
    return people.add_member(
        scene.organisation, email=elsewhere.user.email, first_name="?", role=Role.EMPLOYEE
    )


def close(scene: SimpleNamespace) -> None:
    with transaction.atomic():
        close_until(scene.organisation.pk, datetime.date(2026, 9, 30))


def add_contract(scene: SimpleNamespace) -> Any:
    minutes = dict.fromkeys(WEEKDAYS, 480)
    return contracts.save_contract(scene.employee, starts_on=TODAY, minutes=minutes)


def archived(scene: SimpleNamespace) -> Project:
    projects.archive_project(scene.project, today=TODAY)
    return scene.project


CASES: dict[str, Recorded] = {
    "customer added": Recorded(
        add_customer, Kind.CUSTOMER, Action.ADDED, "Groen Erfgoed", {"number": [None, "K99"]}
    ),
    "customer changed": Recorded(
        change_customer,
        Kind.CUSTOMER,
        Action.CHANGED,
        "Polderzicht",
        {"email": ["", "kaas@polderzicht.example"]},
    ),
    "customer archived": Recorded(
        lambda scene: customers.archive(scene.customer, now=NOW),
        Kind.CUSTOMER,
        Action.ARCHIVED,
        "Polderzicht",
    ),
    "customer restored": Recorded(
        lambda scene: [
            customers.archive(scene.customer, now=NOW),
            customers.restore(scene.customer),
        ],
        Kind.CUSTOMER,
        Action.RESTORED,
    ),
    "customer deleted": Recorded(
        lambda scene: customers.delete(
            factories.create_customer(organisation=scene.organisation, name="Weg")
        ),
        Kind.CUSTOMER,
        Action.DELETED,
        "Weg",
    ),
    "project changed": Recorded(
        change_project,
        Kind.PROJECT,
        Action.CHANGED,
        "Website 2026",
        {"budget_minutes": [None, 600]},
    ),
    "project archived": Recorded(archived, Kind.PROJECT, Action.ARCHIVED, "Website 2026"),
    "project restored": Recorded(
        lambda scene: projects.restore_project(archived(scene), today=TODAY),
        Kind.PROJECT,
        Action.RESTORED,
    ),
    "task changed": Recorded(
        change_task,
        Kind.CATALOGUE,
        Action.CHANGED,
        "Development",
        {"hourly_rate": ["95", "101"]},
    ),
    "task deactivated": Recorded(
        lambda scene: catalogue.remove(scene.task),
        Kind.CATALOGUE,
        Action.DEACTIVATED,
        "Development",
    ),
    "task deleted": Recorded(
        lambda scene: catalogue.remove(
            factories.create_task(organisation=scene.organisation, name="Weg")
        ),
        Kind.CATALOGUE,
        Action.DELETED,
        "Weg",
    ),
    "trip settings changed": Recorded(
        lambda scene: catalogue.store(
            _typed(scene.trip_settings, rate=Decimal("0.40")), fields=["rate"]
        ),
        Kind.SETTINGS,
        Action.CHANGED,
        changes={"rate": ["0.3", "0.4"]},
    ),
    "rate from a date": Recorded(
        change_rate,
        Kind.RATE,
        Action.CHANGED,
        "Development",
        {"rate": [None, "96.00"], "from_on": [None, "2026-11-26"]},
        rows=1,
    ),
    "rate undone": Recorded(
        lambda scene: rate_changes.undo(change_rate(scene)[0], by=scene.administrator, now=NOW),
        Kind.RATE,
        Action.UNDONE,
        "Development",
        {"rate": ["96.00", None]},
        rows=1,
    ),
    "VAT rate added": Recorded(
        lambda scene: vat_rates.add_rate(
            scene.organisation, name="Laag", percentage=Decimal("9.00"), code="LAAG_VERK_9"
        ),
        Kind.VAT_RATE,
        Action.ADDED,
        "Laag",
        {"percentage": [None, "9"]},
    ),
    "VAT rate changed": Recorded(
        lambda scene: vat_rates.change_rate(
            loaded(scene.vat_rate), is_default=False, percentage=Decimal("19.00")
        ),
        Kind.VAT_RATE,
        Action.CHANGED,
        "21%",
        {"percentage": ["21", "19"]},
    ),
    "VAT rate deleted": Recorded(
        lambda scene: vat_rates.delete_rate(
            factories.create_vat_rate(organisation=scene.organisation, name="Weg")
        ),
        Kind.VAT_RATE,
        Action.DELETED,
        "Weg",
    ),
    "organisation changed": Recorded(
        lambda scene: organisations.change_organisation(
            loaded(scene.organisation), details={"city": "Utrecht"}
        ),
        Kind.ORGANISATION,
        Action.CHANGED,
        changes={"city": ["Deventer", "Utrecht"]},
    ),
    "books closed": Recorded(
        close, Kind.ORGANISATION, Action.CHANGED, changes={"closed_until": [None, "2026-09-30"]}
    ),
    "invoice settings changed": Recorded(
        lambda scene: change_invoice_settings(scene.organisation, prefix="TC"),
        Kind.SETTINGS,
        Action.CHANGED,
        changes={"prefix": ["", "TC"]},
    ),
    "reminder settings changed": Recorded(
        lambda scene: change_reminder_settings(scene.organisation, is_on=True),
        Kind.SETTINGS,
        Action.CHANGED,
        changes={"is_on": [None, True]},
    ),
    "no reminders for a customer": Recorded(
        lambda scene: exclude(
            scene.customer, reason="court", until=None, by=scene.administrator.user, now=NOW
        ),
        Kind.CUSTOMER,
        Action.CHANGED,
        "Polderzicht",
        {"no_reminders": [False, True]},
    ),
    "person added": Recorded(
        lambda scene: people.add_member(
            scene.organisation, email="noor@example.nl", first_name="Noor", role=Role.EMPLOYEE
        ),
        Kind.PERSON,
        Action.ADDED,
        "Noor",
        {"role": [None, "employee"]},
    ),
    "person changed": Recorded(
        lambda scene: people.change_employee(
            loaded(scene.employee),
            first_name="Daan",
            last_name="Bakker",
            hourly_rate=Decimal("88.00"),
        ),
        Kind.PERSON,
        Action.CHANGED,
        "Daan",
        {"hourly_rate": [None, "88"], "last_name": ["de Vries", "Bakker"]},
    ),
    "person deactivated": Recorded(
        lambda scene: people.deactivate(scene.employee),
        Kind.PERSON,
        Action.DEACTIVATED,
        "Daan",
        {"is_active": [True, False]},
    ),
    "person activated": Recorded(
        lambda scene: [people.deactivate(scene.employee), people.activate(scene.employee)],
        Kind.PERSON,
        Action.ACTIVATED,
    ),
    "contract added": Recorded(
        add_contract, Kind.PERSON, Action.CHANGED, "Daan", {"monday": [None, "8:00"]}
    ),
    "contract deleted": Recorded(
        lambda scene: contracts.delete_contract(add_contract(scene)),
        Kind.PERSON,
        Action.DELETED,
        "Daan",
        {"monday": ["8:00", None]},
    ),
    "own name changed": Recorded(
        lambda scene: profiles.change_profile(
            scene.employee.user, first_name="Daniel", last_name="de Vries", language="nl"
        ),
        Kind.PERSON,
        Action.CHANGED,
        changes={"first_name": ["Daan", "Daniel"]},
    ),
    "address changed": Recorded(
        lambda scene: profiles.change_email(
            scene.employee.user, email="new@example.nl", now=timezone.now()
        ),
        Kind.ACCESS,
        Action.CHANGED,
        "Daan",
    ),
    "invited": Recorded(invited, Kind.INVITATION, Action.INVITED),
    "invitation sent": Recorded(
        lambda scene: invitations.send_invitation(
            scene.employee, by=scene.administrator.user, address="https://hours.example/"
        ),
        Kind.INVITATION,
        Action.INVITED,
        "Daan",
    ),
    "invitation accepted": Recorded(
        lambda scene: people.accept(invited(scene)), Kind.INVITATION, Action.ACCEPTED
    ),
    "invitation declined": Recorded(
        lambda scene: people.decline(invited(scene)), Kind.INVITATION, Action.DECLINED
    ),
    "rights changed": Recorded(
        lambda scene: people.change_rights(
            loaded(scene.employee), role=Role.PROJECT_MANAGER, may_invoice=True
        ),
        Kind.RIGHTS,
        Action.CHANGED,
        "Daan",
        {"role": ["employee", "project_manager"], "may_invoice": [False, True]},
    ),
    "sessions ended": Recorded(
        lambda scene: people.end_sessions_here(scene.employee, now=NOW),
        Kind.ACCESS,
        Action.SESSIONS_ENDED,
        "Daan",
    ),
    "hours submitted": Recorded(
        lambda scene: statuses.submit(chosen(hours(scene)), by=scene.employee),
        Kind.REGISTRATION,
        Action.SUBMITTED,
        "Daan de Vries · Website 2026",
        {"status": ["open", "submitted"]},
    ),
    "hours approved": Recorded(
        lambda scene: statuses.approve(
            chosen(*(hours(scene, status=Status.SUBMITTED) for _n in range(3))), by=scene.manager
        ),
        Kind.REGISTRATION,
        Action.APPROVED,
        rows=3,
    ),
    "hours rejected": Recorded(
        lambda scene: statuses.reject(
            chosen(hours(scene, status=Status.SUBMITTED)), note="per chapter", by=scene.manager
        ),
        Kind.REGISTRATION,
        Action.REJECTED,
        changes={"status": ["submitted", "rejected"]},
    ),
    "hours written off": Recorded(
        lambda scene: statuses.write_off(chosen(hours(scene)), by=scene.administrator),
        Kind.REGISTRATION,
        Action.WRITTEN_OFF,
    ),
    "submitted hours changed": Recorded(
        change_submitted,
        Kind.REGISTRATION,
        Action.CHANGED,
        "Daan de Vries · Website 2026",
        {"minutes": [60, 450], "status": ["submitted", "open"]},
    ),
    "rejected hours deleted": Recorded(
        delete_rejected,
        Kind.REGISTRATION,
        Action.DELETED,
        "Daan de Vries",
        {"status": ["rejected", None]},
    ),
    "submitted hours edited together": Recorded(
        lambda scene: edit_selected(
            chosen(*(hours(scene, status=Status.REJECTED) for _n in range(2))),
            Edit(description="Same"),
            by=scene.administrator,
        ),
        Kind.REGISTRATION,
        Action.CHANGED,
        rows=2,
    ),
    "leave approved": Recorded(
        approve_leave,
        Kind.LEAVE,
        Action.APPROVED,
        "Daan",
        {"status": ["submitted", "approved"]},
    ),
    "draft made": Recorded(
        lambda scene: blank_draft(
            scene.customer, by=scene.administrator.user, now=NOW, today=TODAY
        ),
        Kind.INVOICE,
        Action.DRAFTED,
        "Polderzicht",
        {"status": [None, "draft"]},
    ),
    "draft deleted": Recorded(
        lambda scene: delete_draft(draft(scene)),
        Kind.INVOICE,
        Action.DELETED,
        "Polderzicht",
        {"status": ["draft", None]},
    ),
    "invoice sent": Recorded(
        sent_invoice,
        Kind.INVOICE,
        Action.SENT,
        "Polderzicht",
        {"status": ["final", "sent"]},
    ),
    "invoice paid": Recorded(
        lambda scene: mark_paid(sent_invoice(scene), by=scene.administrator.user, now=NOW),
        Kind.PAYMENT,
        Action.PAID,
        "Polderzicht",
        {"status": ["sent", "paid"]},
    ),
    "booking asked for": Recorded(queue_booking, Kind.BOOKING, Action.QUEUED, rows=2),
    "booking cancelled": Recorded(cancel_booking, Kind.BOOKING, Action.CANCELLED, "Polderzicht"),
    "booking checked": Recorded(check_booking, Kind.BOOKING, Action.CHECKED),
    "connection off": Recorded(
        lambda scene: switching.deactivate(scene.connection, by=scene.administrator.user, now=NOW),
        Kind.CONNECTION,
        Action.SWITCHED_OFF,
        "e-Boekhouden",
        {"is_active": [True, False]},
    ),
    "connection paused": Recorded(
        lambda scene: switching.pause(scene.connection, code="X", text="refused", now=NOW),
        Kind.CONNECTION,
        Action.PAUSED,
    ),
    "exported": Recorded(
        exported, Kind.EXPORT, Action.EXPORTED, "Turnover", {"file_type": [None, "CSV"]}
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CASES)
def test_a_change_leaves_its_entry(name):
    """In real transactions, so that an entry outside one would be refused."""
    scene, case = scene_of(factories.create_organisation()), CASES[name]

    case.act(scene)

    last = entries(scene)[-1]
    assert (last.kind, last.action) == (case.kind, case.action)
    assert case.label in last.label
    assert {key: last.changes.get(key) for key in case.changes} == case.changes
    assert last.row_count == case.rows


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_transaction_of_its_change_is_refused():
    organisation = factories.create_organisation()

    with pytest.raises(NotRecorded):
        record(Kind.ORGANISATION, Action.CHANGED, organisation=organisation)
    assert not Entry.objects.exists()


def test_a_change_that_is_rolled_back_leaves_no_entry(scene):
    with transaction.atomic():
        customers.archive(scene.customer, now=NOW)
        transaction.set_rollback(True)

    assert entries(scene) == []


def test_what_changes_nothing_leaves_no_entry(scene):
    values = {"name": scene.customer.name}
    customers.save_customer(
        loaded(scene.customer), organisation=scene.organisation, values=values, now=NOW
    )
    customers.restore(scene.customer)
    statuses.approve(chosen(hours(scene, status=Status.APPROVED)), by=scene.manager)

    assert entries(scene) == []


def test_saving_an_open_hour_leaves_no_entry(scene):
    row = loaded(hours(scene))
    row.minutes = 90
    registering.change(row, by=scene.employee)
    registering.delete(row, by=scene.employee)

    assert entries(scene) == []


def test_several_rows_are_one_entry_that_keeps_the_status_of_each(scene):
    rows = [hours(scene, status=status) for status in (Status.OPEN, Status.REJECTED, Status.OPEN)]

    statuses.submit(chosen(*rows), by=scene.employee)

    (only,) = entries(scene)
    before = {pk: group["changes"]["status"] for group in only.rows for pk in group["ids"]}
    assert before == {
        rows[0].pk: ["open", "submitted"],
        rows[1].pk: ["rejected", "submitted"],
        rows[2].pk: ["open", "submitted"],
    }


def test_who_where_and_which_job(scene):
    request = Origin(
        user_id=lambda: scene.manager.user_id,
        address=lambda: "10.0.4.21",
        user_agent="Mozilla/5.0 Firefox/130.0",
    )
    with coming_from(request):
        customers.archive(scene.customer, now=NOW)
    with coming_from(Origin(job="customers.tasks.run_import")):
        customers.restore(scene.customer)

    here, worker = entries(scene)
    assert (here.user, here.address, here.job) == (scene.manager.user, "10.0.4.21", "")
    assert "Firefox" in here.user_agent
    assert here.request_id.startswith("r-")
    assert (worker.user, worker.address) == (None, "")
    assert worker.job == "customers.tasks.run_import"


def of_the_trail(queries: CaptureQueriesContext) -> int:
    return len([query for query in queries if "audit_entry" in query["sql"]])


def test_an_action_on_many_rows_costs_one_query(scene):
    rows = [hours(scene, status=Status.SUBMITTED) for _n in range(40)]

    with CaptureQueriesContext(connection) as queries:
        statuses.approve(chosen(*rows), by=scene.manager)

    assert of_the_trail(queries) == 1
    assert len(entries(scene)) == 1


def test_saving_an_open_hour_costs_nothing(scene):
    row = loaded(hours(scene))
    row.minutes = 90

    with CaptureQueriesContext(connection) as queries:
        registering.change(row, by=scene.employee)

    assert of_the_trail(queries) == 0


def test_reading_a_page_costs_nothing(scene, client_of):
    client = client_of(scene.administrator)
    pages = ["customers:customer-list", "projects:project-list", "registrations:hours"]

    with CaptureQueriesContext(connection) as queries:
        answers = [client.get(reverse(page)) for page in pages]

    assert {answer.status_code for answer in answers} == {200}
    assert of_the_trail(queries) == 0


def test_a_form_to_fill_in_is_no_export(scene, client_of):
    client = client_of(scene.administrator)

    assert client.get(reverse("imports:file-template", args=["hours"])).status_code == 200
    assert not Entry.objects.filter(kind=Kind.EXPORT).exists()
