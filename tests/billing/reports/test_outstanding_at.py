"""Outstanding as at a day: what the report said at the end of that day, from what is stored."""

import contextlib
import csv
import datetime
import io
import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from billing.invoices.creating import InvoiceRequest, draft_invoices
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import mark_sent
from billing.invoices.paying import mark_paid
from billing.invoices.proposals import propose
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Invoice, InvoiceEvent, InvoiceStatus, Origin, RowDisposition
from billing.payments.fetching import fetch_payments
from billing.reports import outstanding
from billing.reports.outstanding_at import (
    amounts_at,
    open_at,
    payments_without_date,
    rows_at,
    total_at,
)
from billing.unbilled.work import WorkQuery
from integrations.sessions import open_client
from lib.days import ONE_DAY
from lib.money import ZERO
from tests import factories

from .invoices import Line, create_invoice

DAYS = 8


def ago(days):
    """Noon, so many days ago."""
    return timezone.make_aware(
        datetime.datetime.combine(localdate() - days * ONE_DAY, datetime.time(12))
    )


def invoiced(agency, net="100.00", days=5, **fields):
    """A sent invoice at 21%, dated so many days ago and due on that day."""
    date = localdate() - days * ONE_DAY
    line = Line(net, agency.vat)
    return create_invoice(agency.organisation, line, date=date, due_on=date, **fields)


def total(agency, days):
    day = localdate() - days * ONE_DAY
    return total_at(open_at(agency.organisation, day), day).total


def noted(invoice, kind, days, **details):
    InvoiceEvent.objects.create(invoice=invoice, kind=kind, at=ago(days), details=details)


# --- One kind at a time ---------------------------------------------------------------------------


def test_an_invoice_counts_from_its_date(agency):
    invoiced(agency, days=5)

    assert [total(agency, days) for days in (6, 5, 4)] == [ZERO, Decimal(121), Decimal(121)]


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.FINAL, InvoiceStatus.VOID])
def test_what_was_not_sent_or_was_cancelled_counts_as_little_as_today(agency, status):
    invoiced(agency, status=status)

    assert total(agency, 2) == ZERO


def test_a_payment_marked_here_counts_from_that_day(agency):
    invoice = invoiced(agency)
    mark_paid(invoice, by=agency.member.user, now=ago(3))

    assert [total(agency, days) for days in (4, 3, 1)] == [Decimal(121), ZERO, ZERO]


def test_a_payment_marked_before_its_amount_was_kept_is_the_rest_of_then(agency):
    paid = {"status": InvoiceStatus.PAID, "paid_at": ago(4), "paid_amount": Decimal(121)}
    first = invoiced(agency, **paid, credited_amount=Decimal(121))
    noted(first, "marked-paid", 4)
    invoiced(agency, "-100.00", days=2, credit_of=first, final_at=ago(2))

    assert [total(agency, days) for days in (5, 3, 2)] == [Decimal(121), ZERO, Decimal(-121)]


def test_payments_in_parts_count_from_the_days_on_which_they_were_read(agency):
    invoice = invoiced(agency, status=InvoiceStatus.PAID, paid_amount=Decimal(121), paid_at=ago(1))
    noted(invoice, "partly-paid", 4, paid="21.00")
    noted(invoice, "partly-paid", 3, paid="100.00")
    noted(invoice, "open-again", 2, paid="50.00")
    noted(invoice, "paid-there", 1, paid="121.00")

    found = [total(agency, days) for days in (5, 4, 3, 2, 1)]

    assert found == [Decimal(121), Decimal(100), Decimal(21), Decimal(71), ZERO]


def test_a_credit_counts_from_its_date(agency):
    first = invoiced(agency, credited_amount=Decimal("36.30"))
    invoiced(agency, "-30.00", days=2, credit_of=first, final_at=ago(2))

    assert [total(agency, days) for days in (3, 2)] == [Decimal(121), Decimal("84.70")]


def test_the_last_minute_of_the_day_belongs_to_it(agency):
    invoice = invoiced(agency)
    midnight = timezone.make_aware(
        datetime.datetime.combine(localdate() - 2 * ONE_DAY, datetime.time())
    )
    mark_paid(invoice, by=agency.member.user, now=midnight - datetime.timedelta(minutes=1))

    assert [total(agency, days) for days in (4, 3)] == [Decimal(121), ZERO]


def test_a_payment_without_a_day_is_said_and_counts_as_received_before(inside, agency):
    invoiced(agency, paid_amount=Decimal("21.00"))
    noted(invoiced(agency, paid_amount=Decimal("21.00")), "partly-paid", 2, paid="21.00")

    day = localdate() - 3 * ONE_DAY
    page = inside.get(reverse("billing:report-outstanding"), {"on": day.isoformat()})

    assert total(agency, 3) == Decimal(221)
    assert payments_without_date(agency.organisation, day) == 1
    assert "1 invoice has a payment" in page.content.decode()


# --- Histories ------------------------------------------------------------------------------------


class History:
    """Days of an agency on which invoices are sent, paid, credited and settled at random."""

    def __init__(self, agency, sandbox, seed):
        self.agency, self.sandbox, self.dice = agency, sandbox, random.Random(seed)
        self.customers = [agency.known_customer(sandbox, remote_id=1)]
        self.customers.append(factories.create_customer(organisation=agency.organisation))

    @property
    def by(self):
        return self.agency.member.user

    def play(self):
        """Return the rows of the report at the end of each day, by day."""
        seen = {}
        for days in range(DAYS, 0, -1):
            now, day = ago(days), localdate() - days * ONE_DAY
            for _action in range(4):
                self.dice.choice([self.send, self.send, self.pay, self.credit, self.settle])(now)
            fetch_payments(self.agency.connection, open_client=open_client, now=now)
            groups = outstanding.per_customer(self.agency.organisation, today=day)
            seen[day] = outstanding.rows_of(groups)
        return seen

    def send(self, now):
        project = factories.create_project(customer=self.dice.choice(self.customers))
        day = timezone.localdate(now)
        rows = [
            self.agency.hours(
                project=project,
                minutes=self.dice.randint(1, 900),
                date=day,
                task=factories.create_task(organisation=self.agency.organisation),
            )
            for _row in range(2)
        ]
        entries = self.agency.organisation.time_entries.filter(pk__in=[row.pk for row in rows])
        work = WorkQuery(time_entries=entries)
        options = self.agency.options(origin=Origin.HERE, date=day)
        token = propose(self.agency.organisation, work.load(), options=options).token
        request = InvoiceRequest(self.agency.organisation, work, options, token, self.by)
        (draft,) = draft_invoices(request, now=now)
        self.enter(mark_sent(draft, by=self.by, now=now))

    def enter(self, invoice):
        if self.dice.random() < 0.6:
            create_sales_entries([invoice], self.agency.connection, by=self.by, now=timezone.now())
            self.agency.deliver()

    def some(self, **narrowed):
        found = list(Invoice.objects.filter(status=InvoiceStatus.SENT, **narrowed).order_by("pk"))
        return self.dice.choice(found) if found else None

    def pay(self, now):
        invoice = self.some(credit_of=None)
        if invoice is None or invoice.is_wholly_credited:
            return
        if invoice.bookings.exists():
            part = self.dice.choice([invoice.gross, Decimal("1.00")])
            with contextlib.suppress(LookupError):  # it was paid before, on the same day
                self.sandbox.pay(invoice.number, part)
        else:
            mark_paid(invoice, by=self.by, now=now)

    def credit(self, now):
        found = Invoice.objects.filter(credit_of=None, credit_state="").exclude(status="draft")
        if not found:
            return
        invoice = self.dice.choice(list(found.order_by("pk")))
        lines = list(invoice.lines.all())[: self.dice.choice([1, 2])]
        credit_input = CreditInput(
            {line.pk: RowDisposition.WRITTEN_OFF for line in lines},
            "Wrong",
            timezone.localdate(now),
        )
        draft = draft_credit(invoice, credit_input, by=self.by, now=now)
        self.enter(mark_sent(draft, by=self.by, now=now))

    def settle(self, now):
        credit = self.some(credit_of__isnull=False)
        if credit is not None:
            mark_paid(credit, by=self.by, now=now)


@pytest.mark.parametrize("seed", range(3))
def test_as_at_a_day_is_what_the_report_said_at_the_end_of_that_day(connected, sandbox, seed):
    seen = History(connected, sandbox, seed).play()

    assert sum(len(rows) for rows in seen.values()) >= DAYS / 2
    for day, rows in seen.items():
        items = open_at(connected.organisation, day)
        assert rows_at(items, day, "") == rows
    today = outstanding.total_of(connected.organisation, today=localdate())
    assert total_at(open_at(connected.organisation, localdate()), localdate()) == today


# --- The page -------------------------------------------------------------------------------------


def test_as_at_today_is_the_report_of_today(inside, agency):
    for days in (0, 20, 40, 70, 100):
        invoiced(agency, f"{days}.10", days=days)
    url = reverse("billing:report-outstanding")

    today = inside.get(url, {"on": localdate().isoformat()}).context

    assert today["total"] == inside.get(url).context["total"]
    assert today["total"] == total_at(open_at(agency.organisation, localdate()), localdate())


def test_every_figure_leads_to_the_invoices_that_it_adds_up(inside, agency):
    for days in (0, 20, 40, 70, 100):
        invoiced(agency, f"{days}.10", days=days + 3)
    day = localdate() - 2 * ONE_DAY
    url = reverse("billing:report-outstanding-invoices")
    rows = inside.get(reverse("billing:report-outstanding"), {"on": day.isoformat()}).context[
        "rows"
    ]

    assert sum(bool(amount) for row in rows for _age, amount in row.by_age) == 5
    for row in rows:
        for age, amount in row.by_age:
            query = {"customer": row.customer_id, "age": age.key, "on": day.isoformat()}
            assert inside.get(url, query).context["total"] == amount
    everything = amounts_at(open_at(agency.organisation, day), day)
    assert inside.get(url, {"on": day.isoformat()}).context["total"] == sum(everything.values())


def test_a_day_in_the_future_is_refused_with_a_sentence(inside, agency):
    answer = inside.get(
        reverse("billing:report-outstanding"), {"on": (localdate() + ONE_DAY).isoformat()}
    )

    assert "Choose today or an earlier day." in answer.content.decode()


def test_the_file_is_of_that_day(inside, agency):
    invoiced(agency, days=50)
    invoiced(agency, days=3)
    day = localdate() - 10 * ONE_DAY

    answer = inside.get(reverse("billing:report-outstanding-export"), {"on": day.isoformat()})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["31–60 days"], row["Total €"]) == ("121.00", "121.00")
    assert f"outstanding-{day.isoformat()}" in answer["Content-Disposition"]


def test_many_invoices_cost_as_many_queries_as_one(inside, agency):
    query = {"on": (localdate() - 3 * ONE_DAY).isoformat()}

    def queries():
        with CaptureQueriesContext(connection) as asked:
            inside.get(reverse("billing:report-outstanding"), query)
            inside.get(reverse("billing:report-outstanding-invoices"), query)
        return len(asked)

    mark_paid(invoiced(agency), by=agency.member.user, now=ago(1))
    of_one = queries()
    for _number in range(15):
        mark_paid(invoiced(agency), by=agency.member.user, now=ago(1))
        invoiced(agency)

    assert queries() == of_one
