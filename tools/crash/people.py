"""The acts of a person in an agency: register, invoice, add customers, decide on bookings."""

import contextlib
import json
import random
import time
from decimal import ROUND_HALF_UP, Decimal

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from accounts.models import Organisation
from billing.invoices.creating import (
    InvoiceRequest,
    ProposalChanged,
    draft_invoices,
    invoice_in_eboekhouden,
)
from billing.invoices.issuing import mark_sent
from billing.invoices.locking import NotAllowed
from billing.invoices.proposals import Options, propose
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, Invoice, Origin, State
from billing.resolving import actions as actions
from billing.unbilled.lines import Grouping
from billing.unbilled.work import WorkQuery
from lib.clock import database_now
from projects.models import ScheduledAmount
from tests import factories

from .agency import create_project
from .failing import Planned

# The maximum of documents per person and run, because the recovery has a time limit.
MAX_DOCUMENTS = 14
TOO_LATE = (ProposalChanged, NotAllowed, actions.NoLonger, actions.AlreadyLinked)


class Person:
    """A person who acts at random."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.made = 0

    def act(self) -> None:
        """Carry out one random action of an office."""
        agencies = list(Organisation.objects.order_by("pk"))
        # Often in the same agency as the other person, so that both select the same rows.
        meeting = agencies[int(2 * time.monotonic()) % len(agencies)]
        self.organisation = meeting if self.dice.random() < 0.6 else self.dice.choice(agencies)
        self.member = self.organisation.memberships.order_by("pk").first()
        choices = [
            self.register,
            self.create_remote_invoice,
            self.create_local_invoice,
            self.add_customer,
            self.decide,
        ]
        self.dice.choices(choices, weights=[6, 5, 3, 1, 3])[0]()

    def register(self) -> None:
        """Register hours and expenses with cents, so that VAT has to be rounded."""
        projects = list(self.organisation.projects.order_by("pk"))
        with transaction.atomic():
            for _ in range(self.dice.randint(1, 4)):
                self.register_hours(self.dice.choice(projects))
            if self.dice.random() < 0.3:
                factories.create_expense(
                    project=self.dice.choice(projects),
                    membership=self.member,
                    category=self.organisation.expense_categories.get(),
                    price=Decimal(self.dice.randint(199, 9999)) / 100,
                    date=timezone.localdate(),
                )

    def register_hours(self, project) -> None:
        minutes, rate = 3 * self.dice.randint(5, 160), Decimal(self.dice.randint(6000, 14000)) / 100
        amount = (rate * minutes / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
        factories.create_time_entry(
            project=project,
            membership=self.member,
            task=self.organisation.tasks.get(),
            date=timezone.localdate(),
            minutes=minutes,
            hourly_rate=rate,
            amount=amount,
        )

    def add_customer(self) -> None:
        agency = self.organisation.pk
        with transaction.atomic():
            create_project(self.organisation, f"N{agency}-{self.dice.randint(10**6, 10**7)}")

    def create_remote_invoice(self) -> None:
        order = self.order(Origin.EBOEKHOUDEN)
        if order and self.made < MAX_DOCUMENTS:
            ledger_connection = self.organisation.connection
            batch = invoice_in_eboekhouden(order, connection=ledger_connection, now=timezone.now())
            self.log_numbers(batch.bookings.exclude(invoice=None).values_list("invoice", flat=True))

    def create_local_invoice(self) -> None:
        order = self.order(Origin.HERE)
        if order and self.made < MAX_DOCUMENTS:
            now, by, ledger_connection = (
                timezone.now(),
                self.member.user,
                self.organisation.connection,
            )
            sent = [mark_sent(draft, by=by, now=now) for draft in draft_invoices(order, now=now)]
            create_sales_entries(sent, ledger_connection, by=by, now=now)
            self.log_numbers([invoice.pk for invoice in sent])

    def order(self, origin: Origin) -> InvoiceRequest | None:
        """Select a part of the unbilled rows, as both people see them, and wait a moment."""
        work = self.unbilled_work()
        if not work.load().count:
            return None
        options = Options(
            origin=origin,
            grouping=Grouping.TASK,
            per_project=self.dice.random() < 0.5,
            date=timezone.localdate(),
        )
        token = propose(self.organisation, work.load(), options=options).token
        time.sleep(self.dice.uniform(0, 0.03))
        return InvoiceRequest(self.organisation, work, options, token, self.member.user)

    def unbilled_work(self) -> WorkQuery:
        """Choose hours, expenses and scheduled amounts; each use reads them again."""
        scheduled_amounts = ScheduledAmount.objects.filter(project__organisation=self.organisation)
        entries, expenses = self.organisation.time_entries, self.organisation.expenses
        # Often everything, so that several invoices are made at once and go together.
        part, agreed = self.dice.choice([(0.5, 0.1), (1.0, 0.3)])
        return WorkQuery(
            time_entries=entries.filter(pk__in=self.some_unbilled(entries, part)),
            expenses=expenses.filter(pk__in=self.some_unbilled(expenses, part)),
            scheduled_amounts=scheduled_amounts.filter(
                pk__in=self.some_unbilled(scheduled_amounts, agreed)
            ),
        )

    def some_unbilled(self, rows, chance: float) -> list[int]:
        unbilled = rows.filter(invoice_line=None).order_by("pk").values_list("pk", flat=True)
        return [pk for pk in unbilled if self.dice.random() < chance]

    def decide(self) -> None:
        """Check now, cancel what can be cancelled, book again, or link."""
        bookings = self.organisation.bookings.select_related("invoice", "customer", "connection")
        unfinished = bookings.exclude(state__in=(State.CONFIRMED, State.CANCELLED))
        for booking in unfinished.order_by("?")[:1]:
            may_cancel = self.dice.random() < 0.3 and booking.kind != BookingKind.RELATION
            settle(booking, by=self.member.user, may_cancel=may_cancel)

    def log_numbers(self, invoices) -> None:
        """Log the numbers that this person was shown; the auditor reads them."""
        made = list(invoices)
        self.made += len(made)
        numbers = list(Invoice.objects.filter(pk__in=made).values_list("number", flat=True))
        say(made=numbers)


def settle(booking: Booking, *, by, may_cancel: bool = False) -> None:
    """Carry out an action that a person could choose for this booking, if there is one."""
    match booking.state:
        case State.QUEUED | State.REJECTED if may_cancel:
            actions.cancel(booking, by=by, now=timezone.now())
            say(cancelled=1)
        case State.REJECTED:
            actions.book_again(booking, by=by, now=timezone.now())
            say(again=1)
        case State.CONFLICT if booking.kind == BookingKind.RELATION:
            actions.link(booking, by=by, now=timezone.now())
            say(linked=1)
        case State.UNKNOWN | State.QUEUED:
            actions.check_now(booking, now=database_now())


def work(seed: int, until: float) -> None:
    """Act until `until` on the monotonic clock, which all processes of a machine share.

    Logs expected errors; an unexpected one ends the process.
    """
    dice = random.Random(seed)
    person = Person(dice)
    while time.monotonic() < until:
        attempt(person.act)
        time.sleep(dice.uniform(0, 0.06))
    say(done=True)


def tidy() -> None:
    """Decide on everything that waits for a person, so that all bookings can end."""
    waiting = Booking.objects.filter(state__in=(State.REJECTED, State.CONFLICT))
    for booking in waiting.select_related("invoice", "customer", "connection", "organisation"):
        by = booking.organisation.memberships.first().user
        attempt(lambda booking=booking, by=by: settle(booking, by=by))


def attempt(act) -> None:
    try:
        act()
    except Planned:
        say(planned=1)
    except TOO_LATE as change:
        say(changed=1, by=type(change).__name__)
    except OSError as error:
        say(disk=error.errno)
    except (DatabaseError, InterfaceError) as error:
        say(database=type(error).__name__, text=str(error)[:80])
        connection.close()
        time.sleep(0.1)


def say(**facts: object) -> None:
    with contextlib.suppress(OSError):  # with a full disk it is written with the next line
        print(json.dumps(facts), flush=True)
