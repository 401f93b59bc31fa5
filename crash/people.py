"""`python -m crash.people prepare | work SEED SECONDS`: an agency, and what a person does in it."""

import json
import os
import random
import sys
import time
from decimal import Decimal

import django

django.setup()

from django.db import DatabaseError, InterfaceError, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Organisation, Role  # noqa: E402
from billing.invoicing import (  # noqa: E402
    Order,
    ProposalChanged,
    draft_invoices,
    invoice_in_eboekhouden,
)
from billing.issuing import create_sales_entries, mark_sent  # noqa: E402
from billing.items import Rows  # noqa: E402
from billing.lines import Grouping  # noqa: E402
from billing.models import Invoice, Origin  # noqa: E402
from billing.proposals import Options, propose  # noqa: E402
from integrations.models import Connection  # noqa: E402
from projects.models import Task  # noqa: E402
from tests import factories  # noqa: E402

TODAY = timezone.localdate()
CUSTOMERS = 4
# As many documents as a person makes in one run; the waiting afterwards has to end.
MOST = 15


def prepare() -> None:
    """Empties the tables and fills in one agency, tied to the sandbox; no customer is known there.

    The codes come from the surroundings: nothing that is written down may have them.
    """
    empty()
    organisation = factories.create_organisation()
    for _ in range(2):
        factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    factories.create_vat_rate(organisation=organisation, is_default=True)
    factories.create_task(organisation=organisation)
    tie = Connection(
        organisation=organisation,
        is_active=True,
        username=os.environ["CRASH_USERNAME"],
        template="Factuursjabloon",
        ledger_account="8000",
        debtor_account="1300",
    )
    tie.set_codes(os.environ["CRASH_CODE_1"], os.environ["CRASH_CODE_2"])
    tie.save()
    for number in range(1, CUSTOMERS + 1):
        new_customer(organisation, f"C{number:04d}")


def empty() -> None:
    names = [n for n in connection.introspection.table_names() if n != "django_migrations"]
    with connection.cursor() as cursor:
        quoted = ", ".join(connection.ops.quote_name(name) for name in names)
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")


def new_customer(organisation: Organisation, number: str) -> None:
    with transaction.atomic():
        customer = factories.create_customer(
            organisation=organisation, number=number, name=f"Customer {number}"
        )
        factories.create_project(customer=customer, name=f"Project {number}")


class Person:
    """Somebody at the keyboard, with dice in hand."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.organisation = Organisation.objects.get()
        self.connection = Connection.objects.get()
        members = self.organisation.memberships.order_by("pk")
        self.member = members[seed % 2]
        self.task = Task.objects.get()
        self.made = 0

    def act(self) -> None:
        """One thing, of the things that are done in an office."""
        ways = [self.register, self.invoice_there, self.invoice_here, self.meet]
        self.dice.choices(ways, weights=[6, 5, 2, 1])[0]()

    def register(self) -> None:
        """Some hours; whole hours for whole euros, so that VAT is in whole cents."""
        projects = list(self.organisation.projects.order_by("pk"))
        for _ in range(self.dice.randint(1, 5)):
            hours, rate = self.dice.randint(1, 8), Decimal(self.dice.randint(60, 140))
            factories.create_time_entry(
                project=self.dice.choice(projects),
                membership=self.member,
                task=self.task,
                date=TODAY,
                minutes=60 * hours,
                hourly_rate=rate,
                amount=rate * hours,
            )

    def meet(self) -> None:
        new_customer(self.organisation, f"N{self.dice.randint(10**6, 10**7)}")

    def invoice_there(self) -> None:
        order = self.order(Origin.EBOEKHOUDEN)
        if order and self.made < MOST:
            batch = invoice_in_eboekhouden(order, connection=self.connection, now=timezone.now())
            self.tell(batch.bookings.exclude(invoice=None).values_list("invoice", flat=True))

    def invoice_here(self) -> None:
        order = self.order(Origin.HERE)
        if order and self.made < MOST:
            now, by = timezone.now(), self.member.user
            sent = [mark_sent(it, by=by, now=now) for it in draft_invoices(order, now=now)]
            create_sales_entries(sent, self.connection, by=by, now=now)
            self.tell([invoice.pk for invoice in sent])

    def order(self, origin: Origin) -> Order | None:
        """Part of what is not billed, as both people see it, and a moment to think."""
        free = self.organisation.time_entries.filter(invoice_line=None).order_by("pk")
        ids = [pk for pk in free.values_list("pk", flat=True) if self.dice.random() < 0.5]
        if not ids:
            return None

        def load() -> Rows:
            rows = self.organisation.time_entries.filter(pk__in=ids)
            about = ("project__customer", "membership__user", "task")
            return Rows(time_entries=tuple(rows.select_related(*about)))

        options = Options(origin=origin, grouping=Grouping.TASK, per_project=False, date=TODAY)
        token = propose(self.organisation, load(), options=options).token
        time.sleep(self.dice.uniform(0, 0.05))
        return Order(self.organisation, load, options, token, self.member.user)

    def tell(self, invoices) -> None:
        """What this person was told to have made; the auditor will ask for it."""
        made = list(invoices)
        self.made += len(made)
        numbers = list(Invoice.objects.filter(pk__in=made).values_list("number", flat=True))
        say(made=numbers)


def work(seed: int, seconds: float) -> None:
    """Acts until the time is over; what may go wrong is told, a mistake ends it."""
    person, until = None, time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            person = person or Person(seed)
            person.act()
        except ProposalChanged:
            say(changed=1)
        except (DatabaseError, InterfaceError) as error:
            say(database=type(error).__name__, text=str(error)[:80])
            connection.close()
            time.sleep(0.1)
        time.sleep(random.uniform(0, 0.1))
    say(done=True)


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare()
    else:
        work(int(sys.argv[2]), float(sys.argv[3]))
