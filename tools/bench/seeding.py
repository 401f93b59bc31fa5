"""An agency of fifty people with three years of work. The same number of hours: the same data.

Nine tenths of the hours are billed, fifteen on a line and three lines on an invoice; the last tenth
waits. Rows are inserted by the database itself from a series of numbers, because a million objects
would take minutes.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection as database

from accounts.models import Membership, Organisation, Role, User
from billing.documents.parties import addressee_snapshot
from billing.reports.shares import store_shares
from customers.models import Customer
from integrations.models import Connection
from projects.models import ExpenseCategory, Project, ProjectTask, Task, Vehicle
from tests import factories
from vat.models import VatRate

from . import statements

CUSTOMERS, PROJECTS, PEOPLE, TASKS, TASKS_A_PROJECT = 1000, 1500, 50, 20, 5
WORKING_DAY = 480  # minutes
ROWS_A_LINE, LINES = 15, 3  # of an invoice
DAYS = 1096  # three years
SECTORS = (
    "Bakkerij",
    "Drukkerij",
    "Gemeente",
    "Kliniek",
    "Makelaar",
    "Notaris",
    "School",
    "Winkel",
)
FIRST_NAMES = ("Anna", "Bram", "Cato", "Daan", "Eva", "Finn", "Guus", "Hanna", "Isa", "Jip")
WORK = ("Advice", "Campaign", "Design", "Hosting", "Maintenance", "Research", "Training", "Website")


@dataclass(frozen=True)
class Agency:
    """The organisation that is measured; `boss` may do everything, `employee` only registers."""

    boss: Membership
    employee: Membership
    connection: Connection
    today: datetime.date

    @property
    def organisation(self) -> Organisation:
        return self.boss.organisation


def seed(*, hours: int, today: datetime.date, name: str = "Studio Oost") -> Agency:
    """Fill a migrated database and let it gather statistics; return the organisation."""
    organisation = factories.create_organisation(name=name)
    boss = factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    factories.create_vat_rate(organisation=organisation, is_default=True)
    connection = factories.create_connection(organisation=organisation)
    people = _people(organisation)
    agency = Agency(boss, people[0], connection, today)
    _add_projects(organisation)
    _add_rows(agency, hours)
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return agency


def seeded(*, today: datetime.date) -> Agency | None:
    """Return the organisation that an earlier run put into this database."""
    boss = Membership.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").first()
    if boss is None:
        return None
    employee = boss.organisation.memberships.filter(role=Role.EMPLOYEE).order_by("pk")[0]
    return Agency(boss, employee, boss.organisation.connection, today)


def _people(organisation: Organisation) -> list[Membership]:
    users = User.objects.bulk_create(
        User(
            email=f"person{number}@{organisation.pk}.example",
            first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
            last_name=f"de Vries {number}",
            password="!",
        )
        for number in range(PEOPLE)
    )
    return Membership.objects.bulk_create(
        Membership(organisation=organisation, user=user, role=Role.EMPLOYEE) for user in users
    )


def _add_projects(organisation: Organisation) -> None:
    customers = Customer.objects.bulk_create(
        _customer(organisation, number) for number in range(CUSTOMERS)
    )
    projects = Project.objects.bulk_create(
        _project(customers[number % CUSTOMERS], number) for number in range(PROJECTS)
    )
    tasks = Task.objects.bulk_create(
        Task(organisation=organisation, name=f"{WORK[number % len(WORK)]} {number}", hourly_rate=95)
        for number in range(TASKS)
    )
    ProjectTask.objects.bulk_create(
        ProjectTask(project=project, task=tasks[(number + place) % TASKS])
        for number, project in enumerate(projects)
        for place in range(TASKS_A_PROJECT)
    )
    ExpenseCategory.objects.create(organisation=organisation, name="Travel")
    Vehicle.objects.create(organisation=organisation, name="Car")


def _customer(organisation: Organisation, number: int) -> Customer:
    name = f"{SECTORS[number % len(SECTORS)]} {number * 7919 % CUSTOMERS:04}"
    fields = factories.LAWFUL_ADDRESSEE | {"email": f"invoices{number}@customers.example"}
    return Customer(organisation=organisation, number=f"C{number:05}", name=name, **fields)


def _project(customer: Customer, number: int) -> Project:
    return Project(
        organisation=customer.organisation,
        customer=customer,
        name=f"{WORK[number % len(WORK)]} {number * 617 % PROJECTS:04}",
        code=f"P{number:05}",
        hourly_rate=Decimal(75 + 5 * (number % 10)),
        budget_minutes=60 * 500,
    )


def _add_rows(agency: Agency, hours: int) -> None:
    organisation = agency.organisation
    lines = hours * 9 // 10 // ROWS_A_LINE
    addressee = addressee_snapshot(organisation.customers.order_by("pk")[0])
    values: dict[str, Any] = {
        "organisation": organisation.pk,
        "connection": agency.connection.pk,
        "first": agency.today - datetime.timedelta(days=DAYS - 1),
        "days": DAYS,
        "hours": hours,
        "longest": min(450, 2 * WORKING_DAY * PEOPLE * DAYS // hours),
        "lines": lines,
        "billed": lines * ROWS_A_LINE,
        "rows_a_line": ROWS_A_LINE,
        "a_invoice": LINES,
        "invoices": lines // LINES,
        "others": hours // 20,
        "customers": _ids(organisation.customers),
        "projects": _ids(organisation.projects),
        "members": _ids(organisation.memberships.filter(role=Role.EMPLOYEE)),
        "tasks": _ids(organisation.tasks),
        "category": organisation.expense_categories.get().pk,
        "vehicle": organisation.vehicles.get().pk,
        "rate": VatRate.objects.get(organisation=organisation).pk,
        "addressee": database.ops.adapt_json_value(addressee, None),
    }
    with database.cursor() as cursor:
        for statement in statements.IN_ORDER:
            cursor.execute(statement, values)
    store_shares(list(organisation.invoices.only("pk")))


def _ids(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))
