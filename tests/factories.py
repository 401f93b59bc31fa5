"""What tests need to exist: plain functions with real defaults, every one keyword-only."""

import datetime
import itertools
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.db import connection, models

from accounts.models import Contract, Language, Membership, Organisation, Role, User
from billing.models import Invoice, InvoiceLine
from customers.models import Customer
from integrations.models import Connection
from projects.models import ExpenseCategory, Method, Project, Task, Vehicle
from registrations.models import Expense, FavouriteTrip, Leave, TimeEntry, Trip
from sandbox import Sandbox
from vat.models import VatRate
from vat.total_rows import total_fields
from vat.totals import totals

numbers = itertools.count(1)
TODAY = datetime.date(2026, 11, 22)
PASSWORD = "correct horse battery staple"
# Of the lengths of security codes; they open nothing.
CODES = ("canary-code-1-" + "c" * 18, "canary-code-2-" + "d" * 22)
# What an invoice must say of who issues it and who receives it; the check digits fit.
LAWFUL_ISSUER = {
    "address": "Kadestraat 14",
    "postal_code": "7411 KB",
    "city": "Deventer",
    "country": "NL",
    "coc_number": "68412907",
    "vat_number": "NL829088981B01",
    "iban": "NL83TRIO0369178798",
}
LAWFUL_ADDRESSEE = {
    "address": "Marktstraat 7",
    "postal_code": "8011 LN",
    "city": "Zwolle",
    "country": "NL",
}


def create_organisation(*, name: str = "Studio Oost", **fields: object) -> Organisation:
    """One that may issue invoices: address, numbers and bank account are filled in."""
    return Organisation.objects.create(name=name, **LAWFUL_ISSUER | fields)


def create_user(
    *, first_name: str = "Sanne", last_name: str = "de Vries", **fields: object
) -> User:
    email = fields.pop("email", f"{first_name.lower()}{next(numbers)}@studio-oost.example")
    return User.objects.create(
        email=email,
        first_name=first_name,
        last_name=last_name,
        language=fields.pop("language", Language.ENGLISH),
        password=make_password(PASSWORD),
        **fields,
    )


def create_membership(
    *,
    organisation: Organisation | None = None,
    user: User | None = None,
    role: str = Role.EMPLOYEE,
    **fields: object,
) -> Membership:
    return Membership.objects.create(
        organisation=organisation or create_organisation(),
        user=user or create_user(),
        role=role,
        **fields,
    )


def create_contract(
    *, membership: Membership, starts_on: datetime.date = datetime.date(2026, 1, 1), **days: int
) -> Contract:
    """Eight hours from Monday to Friday, unless told otherwise."""
    return Contract.objects.create(membership=membership, starts_on=starts_on, **days)


def create_leave(*, membership: Membership, **fields: object) -> Leave:
    """A day of holiday that waits for a decision."""
    standard = {"date": TODAY, "minutes": 480, "organisation": membership.organisation}
    return Leave.objects.create(membership=membership, **standard | fields)


def create_customer(
    *, organisation: Organisation | None = None, name: str = "Bakkerij Van Dam", **fields: object
) -> Customer:
    """One that may receive invoices."""
    fields = LAWFUL_ADDRESSEE | fields
    return Customer.objects.create(
        organisation=organisation or create_organisation(),
        number=fields.pop("number", f"K{next(numbers):05d}"),
        name=name,
        **fields,
    )


def create_project(
    *,
    organisation: Organisation | None = None,
    customer: Customer | None = None,
    name: str = "",
    method: str = Method.TASK_RATE,
    **fields: object,
) -> Project:
    """A project of the customer's organisation, else of the given or a new one."""
    customer = customer or create_customer(organisation=organisation)
    return Project.objects.create(
        organisation=customer.organisation,
        customer=customer,
        name=name or f"Website {next(numbers)}",
        method=method,
        **fields,
    )


def create_task(
    *, organisation: Organisation | None = None, name: str = "", **fields: object
) -> Task:
    return Task.objects.create(
        organisation=organisation or create_organisation(),
        name=name or f"Development {next(numbers)}",
        hourly_rate=fields.pop("hourly_rate", Decimal("95.00")),
        **fields,
    )


def create_expense_category(
    *, organisation: Organisation | None = None, name: str = "", **fields: object
) -> ExpenseCategory:
    return ExpenseCategory.objects.create(
        organisation=organisation or create_organisation(),
        name=name or f"Hosting {next(numbers)}",
        **fields,
    )


def create_vehicle(
    *, organisation: Organisation | None = None, name: str = "", **fields: object
) -> Vehicle:
    return Vehicle.objects.create(
        organisation=organisation or create_organisation(),
        name=name or f"Car {next(numbers)}",
        **fields,
    )


def create_time_entry(
    *,
    project: Project | None = None,
    membership: Membership | None = None,
    task: Task | None = None,
    **fields: object,
) -> TimeEntry:
    """An hour of work, priced at 95.00 unless told otherwise."""
    project = project or create_project()
    organisation = project.organisation
    return TimeEntry.objects.create(
        organisation=organisation,
        project=project,
        membership=membership or create_membership(organisation=organisation),
        task=task or create_task(organisation=organisation),
        date=fields.pop("date", TODAY),
        minutes=fields.pop("minutes", 60),
        hourly_rate=fields.pop("hourly_rate", Decimal("95.00")),
        amount=fields.pop("amount", Decimal("95.00")),
        **fields,
    )


def create_expense(
    *,
    project: Project | None = None,
    membership: Membership | None = None,
    category: ExpenseCategory | None = None,
    **fields: object,
) -> Expense:
    project = project or create_project()
    organisation = project.organisation
    price = fields.pop("price", Decimal("42.50"))
    return Expense.objects.create(
        organisation=organisation,
        project=project,
        membership=membership or create_membership(organisation=organisation),
        category=category or create_expense_category(organisation=organisation),
        date=fields.pop("date", TODAY),
        price=price,
        amount=fields.pop("amount", price),
        **fields,
    )


def create_trip(
    *, project: Project | None = None, membership: Membership | None = None, **fields: object
) -> Trip:
    project = project or create_project()
    organisation = project.organisation
    return Trip.objects.create(
        organisation=organisation,
        project=project,
        membership=membership or create_membership(organisation=organisation),
        date=fields.pop("date", TODAY),
        origin=fields.pop("origin", "Amsterdam"),
        destination=fields.pop("destination", "Utrecht"),
        distance=fields.pop("distance", 43),
        rate=fields.pop("rate", Decimal("0.30")),
        amount=fields.pop("amount", Decimal("12.90")),
        **fields,
    )


def create_favourite_trip(*, membership: Membership, **fields: object) -> FavouriteTrip:
    return FavouriteTrip.objects.create(
        membership=membership,
        origin=fields.pop("origin", "Amsterdam"),
        destination=fields.pop("destination", "Utrecht"),
        distance=fields.pop("distance", 43),
        **fields,
    )


def create_vat_rate(
    *, organisation: Organisation | None = None, name: str = "21%", **fields: object
) -> VatRate:
    return VatRate.objects.create(
        organisation=organisation or create_organisation(),
        name=name,
        percentage=fields.pop("percentage", Decimal("21.00")),
        code=fields.pop("code", "HOOG_VERK_21"),
        **fields,
    )


def create_invoice_line(*, project: Project, **fields: object) -> InvoiceLine:
    """A line for a project on a new draft invoice, to bill something with."""
    invoice = Invoice.objects.create(
        organisation=project.organisation,
        customer=project.customer,
        date=TODAY,
        payment_term=30,
        due_on=TODAY + datetime.timedelta(days=30),
    )
    rate = project.organisation.vat_rates.first() or create_vat_rate(
        organisation=project.organisation
    )
    line = InvoiceLine.objects.create(
        invoice=invoice,
        position=1,
        description=project.name,
        quantity=fields.pop("quantity", Decimal("1.00")),
        price=fields.pop("price", Decimal("95.00")),
        net=fields.pop("net", Decimal("95.00")),
        vat_rate=rate,
        vat_percentage=rate.percentage,
        vat_code=rate.code,
        vat_treatment=rate.treatment,
        project=project,
        **fields,
    )
    for name, value in total_fields(totals([line])).items():
        setattr(invoice, name, value)
    invoice.save()
    return line


def create_connection(
    *, organisation: Organisation, sandbox: Sandbox | None = None, **fields: object
) -> Connection:
    """Switched on and complete; with the codes of the sandbox, else with ones that open nothing."""
    connection = Connection(
        organisation=organisation,
        is_active=True,
        username=sandbox.username if sandbox else "studio-oost",
        template=fields.pop("template", "Factuursjabloon"),
        ledger_account=fields.pop("ledger_account", "8000"),
        debtor_account=fields.pop("debtor_account", "1300"),
        **fields,
    )
    codes = (sandbox.security_code_1, sandbox.security_code_2) if sandbox else CODES
    connection.set_codes(*codes)
    connection.save()
    return connection


def store_uncleaned(row: models.Model, **fields: object) -> None:
    """Write values as they are, past the cleaning of the model: such rows can only be older."""
    assigned = ", ".join(f"{name} = %s" for name in fields)
    with connection.cursor() as cursor:
        statement = f"UPDATE {row._meta.db_table} SET {assigned} WHERE id = %s"
        cursor.execute(statement, [*fields.values(), row.pk])
