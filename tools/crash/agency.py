"""Agencies for a run: empty tables, people, customers, and a connection with the sandbox each."""

import os
import time
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import Organisation, Role
from billing.models import InvoiceSettings
from integrations.models import Connection, Numbering
from projects.models import Method, Project, ScheduledAmount, ScheduledAmountKind
from tests import factories

TRIES = 5


@dataclass(frozen=True)
class Agency:
    """The data of an agency that processes outside the program need."""

    organisation: int
    connection: int
    email: str
    password: str
    projects: list[int]


def prepare(count: int, customers: int) -> list[dict[str, object]]:
    """Empty the tables and create agencies whose customers e-Boekhouden does not have."""
    empty()
    made = [create_agency(number, customers=customers) for number in range(1, count + 1)]
    return [asdict(agency) for agency in made]


def empty() -> None:
    _truncate()
    with connection.cursor() as cursor:
        # The sequences of planted mistakes must begin at 1 in each run too.
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE sequencename LIKE 'mistake-%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP SEQUENCE {connection.ops.quote_name(name)}")


def _truncate() -> None:
    """Empty all tables; again, where a session of a process that was killed has not ended yet."""
    names = [n for n in connection.introspection.table_names() if n != "django_migrations"]
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    for tries_left in reversed(range(TRIES)):
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
        except OperationalError:
            if not tries_left:
                raise
            time.sleep(1)
        else:
            return


def create_agency(agency_number: int, *, customers: int, numbering: str = Numbering.OWN) -> Agency:
    """Create an agency; all share one administration, so their numbers and codes differ."""
    with transaction.atomic():
        organisation = factories.create_organisation(name=f"Agency {agency_number}")
        people = [
            factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
            for _ in range(2)
        ]
        factories.create_vat_rate(organisation=organisation, is_default=True)
        factories.create_task(organisation=organisation)
        factories.create_expense_category(organisation=organisation)
        prefixes = {
            "prefix": f"H{agency_number}-",
            "eboekhouden_prefix": f"E{agency_number}-",
        }
        InvoiceSettings.objects.create(organisation=organisation, **prefixes)
        connected = connect_organisation(organisation, numbering)
        for number in range(1, customers + 1):
            create_project(organisation, f"C{agency_number}-{number:04d}")
        projects = list(organisation.projects.order_by("pk").values_list("pk", flat=True))
        email = people[1].user.email
    return Agency(organisation.pk, connected.pk, email, factories.PASSWORD, projects)


def connect_organisation(organisation: Organisation, numbering: str) -> Connection:
    """Connect an agency; the codes come from the environment, because no log may contain them."""
    connected = Connection(
        organisation=organisation,
        is_active=True,
        username=os.environ["CRASH_USERNAME"],
        template="Factuursjabloon",
        ledger_account="8000",
        debtor_account="1300",
        numbering=numbering,
    )
    connected.set_codes(os.environ["CRASH_CODE_1"], os.environ["CRASH_CODE_2"])
    # The program lets no two organisations share an administration.
    connected.administration_key = ""
    connected.save()
    return connected


def create_project(organisation: Organisation, number: str) -> Project:
    """Create a customer with a project by the hour and one with scheduled amounts."""
    customer = factories.create_customer(
        organisation=organisation, number=number, name=f"Customer {number}"
    )
    agreed = factories.create_project(
        customer=customer, name=f"Agreed {number}", method=Method.FIXED_PRICE
    )
    for part in range(1, 4):
        ScheduledAmount.objects.create(
            project=agreed,
            kind=ScheduledAmountKind.INSTALMENT,
            key=str(part),
            description=f"Instalment {part}",
            due_on=timezone.localdate(),
            price=Decimal("333.33") * part,
        )
    return factories.create_project(customer=customer, name=f"Project {number}")
