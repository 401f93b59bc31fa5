"""Any mix of rates, discounts, quantities and signs: screen, invoice and both books agree."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.bookings.outbox import queue_invoice, queue_sales_entry
from billing.documents.specification import billed_rows, specified
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.drafting import DraftInput, LineInput, blank_draft, change_draft
from billing.invoices.freezing import freeze
from billing.invoices.issuing import mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, Invoice, Origin, State
from billing.unbilled.lines import Grouping
from tests import factories

NOW = timezone.now()
ACCOUNTS = ("8000", "8010", "8100")
# Every example makes and books an invoice in the same books; nothing of one hangs on another.
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
percents = st.sampled_from(["0", "0", "2.50", "12.34", "33.33", "50", "99.99", "100"]).map(Decimal)
quantities = st.decimals(-200, 200, places=2)
prices = st.decimals(-2000, 2000, places=2)


@st.composite
def free_lines(draw):
    """Figures of a free line: rate 0 to 2, ledger account, quantity, price, discount."""
    return (
        draw(st.integers(0, 2)),
        draw(st.sampled_from(ACCOUNTS)),
        draw(quantities),
        draw(prices),
        draw(percents),
    )


def three_rates(agency):
    organisation = agency.organisation
    low = factories.create_vat_rate(
        organisation=organisation, name="9%", percentage=Decimal(9), code="LAAG_VERK_9"
    )
    none = factories.create_vat_rate(
        organisation=organisation,
        name="Exempt",
        percentage=Decimal(0),
        code="GEEN",
        treatment="exempt",
    )
    return [agency.vat, low, none]


def edited(agency, customer, rates, figures, discount) -> Invoice:
    """A blank draft filled with free lines, as the page of a draft stores it."""
    draft = blank_draft(customer, by=agency.member.user, now=NOW, today=factories.TODAY)
    lines = tuple(
        LineInput(
            id=None,
            description=f"Line {number}",
            quantity=quantity,
            price=price,
            unit="piece",
            discount=percent,
            vat_rate=rates[rate],
            ledger_account=account,
            cost_centre_id=None,
        )
        for number, (rate, account, quantity, price, percent) in enumerate(figures)
    )
    wanted = DraftInput(
        date=draft.date,
        payment_term=draft.payment_term,
        language="en",
        reference="",
        notes="",
        discount=discount,
        supplied_from=factories.TODAY,
        supplied_until=None,
        with_specification=False,
        with_receipts=False,
        lines=lines,
    )
    change_draft(draft, wanted, version=draft.version, by=agency.member.user, now=NOW)
    draft.refresh_from_db()
    return draft


def assert_ties_out(invoice: Invoice) -> None:
    """The stored figures follow from the lines, by the rules of EN 16931 (BR-CO-10 to 17)."""
    rates = invoice.vat_by_rate
    lines = list(invoice.lines.all())
    offs = sum((rate.discount for rate in rates), Decimal(0))
    assert invoice.net == sum(line.net for line in lines) - offs
    assert invoice.net == sum(rate.net for rate in rates)
    assert invoice.vat == sum(rate.vat for rate in rates)
    assert invoice.gross == invoice.net + invoice.vat
    for rate in rates:
        exact = rate.net * rate.percentage / 100
        assert abs(rate.vat - exact) <= Decimal("0.005")


def shown_on_screen(agency, invoice: Invoice) -> list[Decimal]:
    """The figures of the totals on the page of the invoice, from the first to the gross."""
    client = Client()
    client.force_login(agency.member.user)
    page = client.get(reverse("billing:invoice-detail", args=[invoice.pk])).content.decode()
    (totals,) = re.findall(r'<table class="totals">.*?</table>', page, re.DOTALL)
    cells = re.findall(r'<td class="num">(.*?)</td>', totals, re.DOTALL)
    return [Decimal(re.sub(r"[^\d.−-]", "", cell).replace("−", "-")) for cell in cells]


@pytest.mark.parametrize("queue", [queue_invoice, queue_sales_entry])
def test_free_lines_of_every_kind_come_to_the_same_cents(connected, sandbox, queue):
    rates, customer = three_rates(connected), connected.known_customer(sandbox)
    numbers = iter(range(1, 10_000))

    @EXAMPLES
    @given(st.lists(free_lines(), min_size=1, max_size=12), percents)
    def booked(figures, discount):
        invoice = edited(connected, customer, rates, figures, discount)
        assert_ties_out(invoice)
        on_screen = shown_on_screen(connected, invoice)
        assert on_screen[-1] == invoice.gross
        assert invoice.net in on_screen
        invoice.number = f"P{next(numbers):05d}"
        freeze([invoice], by=connected.member.user, now=NOW)

        queue(invoice, connected.connection, by=None, now=NOW)
        connected.deliver()

        booking = Booking.objects.get(invoice=invoice)
        assert (booking.state, booking.reason, booking.text) == (State.CONFIRMED, "agrees", "")
        entry = sandbox.books.entries()[-1]
        assert sum((line.gross for line in entry.lines), Decimal(0)) == invoice.gross
        assert sum((line.net for line in entry.lines), Decimal(0)) == invoice.net

    booked()


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["hours", "expense", "trip"]),
        st.integers(1, 1440),
        st.decimals(0, 300, places=2),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=10,
)


@pytest.mark.parametrize("origin", list(Origin))
def test_rows_in_every_grouping_come_to_the_same_cents(connected, sandbox, origin):
    rates, customer = three_rates(connected), connected.known_customer(sandbox)
    organisation = connected.organisation
    tasks = [factories.create_task(organisation=organisation, vat_rate=rate) for rate in rates]

    @EXAMPLES
    @given(ROWS, st.sampled_from(list(Grouping)), percents, st.booleans(), st.data())
    def booked(rows, grouping, discount, with_week, data):
        project = factories.create_project(customer=customer)
        for kind, quantity, price, rate in rows:
            match kind:
                case "hours":
                    connected.hours(
                        project=project, task=tasks[rate], minutes=quantity, hourly_rate=price
                    )
                case "expense":
                    factories.create_expense(
                        project=project,
                        membership=connected.member,
                        quantity=Decimal(quantity) / 100,
                        price=price - 100,
                        vat_rate=rates[rate],
                    )
                case "trip":
                    factories.create_trip(
                        project=project,
                        membership=connected.member,
                        distance=quantity,
                        rate=price / 100 // Decimal("0.01") * Decimal("0.01"),
                    )
        choices = {
            "origin": origin,
            "grouping": grouping,
            "discount": discount,
            "with_week": with_week,
        }
        (shown,) = connected.proposal(**choices).invoices

        invoice = carried_out(connected, choices)

        assert_ties_out(invoice)
        assert (shown.totals.net, shown.totals.vat) == (invoice.net, invoice.vat)
        if origin == Origin.EBOEKHOUDEN:
            assert sum(line.net for line in shown.shown) == invoice.net
        assert invoice.lines.exists()
        for line in invoice.lines.all():
            copies = [Decimal(row["amount"]) for row in line.specification]
            assert sum(copies) == line.net
        booking = Booking.objects.documents().get(invoice=invoice)
        assert (booking.state, booking.reason, booking.text) == (State.CONFIRMED, "agrees", "")

    booked()


def carried_out(agency, choices) -> Invoice:
    """Made and booked: there at once, or here first and then entered in the ledger."""
    by = agency.member.user
    order = agency.order(**choices)
    if choices["origin"] == Origin.EBOEKHOUDEN:
        batch = invoice_in_eboekhouden(order, connection=agency.connection, now=NOW)
        invoice = Invoice.objects.get(bookings__batch=batch)
    else:
        (draft,) = draft_invoices(order, now=NOW)
        invoice = mark_sent(draft, by=by, now=NOW)
        create_sales_entries([invoice], agency.connection, by=by, now=NOW)
    agency.deliver()
    invoice.refresh_from_db()
    return invoice


def test_more_than_a_hundred_lines_are_an_entry_but_no_invoice_there(connected, sandbox):
    customer = connected.known_customer(sandbox)
    project = factories.create_project(customer=customer)
    for number in range(130):
        connected.hours(project=project, minutes=number + 1)
    detailed = {"grouping": Grouping.DETAILED, "discount": Decimal("7.77")}

    (refused,) = connected.proposal(**detailed).refused
    invoice = carried_out(connected, detailed | {"origin": Origin.HERE})

    assert [problem.text for problem in refused.problems] == [
        "131 lines: e-Boekhouden accepts at most 100. Choose another grouping."
    ]
    assert invoice.lines.count() == 130
    (booking,) = Booking.objects.documents()
    assert (booking.state, booking.reason) == (State.CONFIRMED, "agrees")
    (entry,) = sandbox.books.entries()
    assert len(entry.lines) == 1
    assert entry.lines[0].gross == invoice.gross


def test_the_rows_of_a_line_add_up_before_its_own_discount(agency):
    for minutes in (50, 50, 50):
        agency.hours(
            project=factories.create_project(organisation=agency.organisation), minutes=minutes
        )
    drafts = draft_invoices(agency.order(origin=Origin.HERE, per_project=True), now=NOW)
    assert len(drafts) == 3
    for draft in drafts:
        rows = specified(billed_rows(draft))
        (line,) = draft.lines.all()
        assert sum(Decimal(row["amount"]) for row in rows) == line.quantity * line.price
