"""Agencies for a run: empty tables, people, customers, and a connection with the sandbox each."""

import os
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Organisation, Role
from billing.models import InvoiceSettings
from integrations.models import Connection, Numbering
from projects.models import Method, Project, ScheduledAmount, ScheduledAmountKind
from tests import factories

CUSTOMERS = 4


@dataclass(frozen=True)
class Agency:
    """What a process outside of the program needs to know of an agency."""

    organisation: int
    connection: int
    email: str
    password: str
    projects: list[int]


def prepare(count: int) -> list[dict[str, object]]:
    """Empty the tables and create agencies whose customers e-Boekhouden does not have."""
    empty()
    made = [create_agency(place, customers=CUSTOMERS) for place in range(1, count + 1)]
    return [asdict(agency) for agency in made]


def empty() -> None:
    names = [n for n in connection.introspection.table_names() if n != "django_migrations"]
    with connection.cursor() as cursor:
        quoted = ", ".join(connection.ops.quote_name(name) for name in names)
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
        # What a planted mistake counts with must begin at 1 in each run too.
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'mistake-%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP SEQUENCE {connection.ops.quote_name(name)}")


def create_agency(place: int, *, customers: int, numbering: str = Numbering.OWN) -> Agency:
    """Create an agency; all share one administration, so their numbers and codes differ."""
    with transaction.atomic():
        organisation = factories.create_organisation(name=f"Agency {place}")
        people = [
            factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
            for _ in range(2)
        ]
        factories.create_vat_rate(organisation=organisation, is_default=True)
        factories.create_task(organisation=organisation)
        factories.create_expense_category(organisation=organisation)
        prefixes = {
            "prefix": f"H{place}-",
            "eboekhouden_prefix": f"E{place}-",
        }
        InvoiceSettings.objects.create(organisation=organisation, **prefixes)
        tie = tied(organisation, numbering)
        for number in range(1, customers + 1):
            create_project(organisation, f"C{place}-{number:04d}")
        projects = list(organisation.projects.order_by("pk").values_list("pk", flat=True))
        email = people[1].user.email
    return Agency(organisation.pk, tie.pk, email, factories.PASSWORD, projects)


def tied(organisation: Organisation, numbering: str) -> Connection:
    """Connect an agency; the codes come from the environment, because no log may contain them."""
    tie = Connection(
        organisation=organisation,
        is_active=True,
        username=os.environ["CRASH_USERNAME"],
        template="Factuursjabloon",
        ledger_account="8000",
        debtor_account="1300",
        numbering=numbering,
    )
    tie.set_codes(os.environ["CRASH_CODE_1"], os.environ["CRASH_CODE_2"])
    # The program lets no two organisations share an administration.
    tie.administration_key = ""
    tie.save()
    return tie


def create_project(organisation: Organisation, number: str) -> Project:
    """Create a customer with a project by the hour and one with scheduled amounts."""
    customer = factories.create_customer(
        organisation=organisation, number=number, name=f"Customer {number}"
    )
    agreed = factories.create_project(
        customer=customer, name=f"Agreed {number}", method=Method.FIXED_PRICE
    )
    for turn in range(1, 4):
        ScheduledAmount.objects.create(
            project=agreed,
            kind=ScheduledAmountKind.INSTALMENT,
            key=str(turn),
            description=f"Instalment {turn}",
            due_on=timezone.localdate(),
            price=Decimal("333.33") * turn,
        )
    return factories.create_project(customer=customer, name=f"Project {number}")
