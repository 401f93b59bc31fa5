"""Outstanding as at a day in the past, from what is stored about invoices, credits and payments.

Invoices and credits count from their own date, like in the ledger. A payment counts from the day on
which it was noted here: marked by a person, or read from e-Boekhouden. Of an invoice on which
nothing happened after the day, the open amount is that of today. A cancelled invoice counts as
never made. The amounts are in euros incl. VAT, negative for a refund.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import make_aware

from accounts.models import Organisation
from lib.money import ZERO
from lib.sums import in_euros

from ..models import Invoice, InvoiceEvent, InvoiceStatus
from ..models.open_amounts import PAYABLE
from .invoices import ISSUED
from .outstanding import AGES, DEFAULT_ORDER, ORDERS, Age, OutstandingRow

PAYMENTS = ("marked-paid", "paid-there", "partly-paid", "open-again")
SETTLEMENTS = ("marked-settled", "settled-there", "open-again")


@dataclass(frozen=True)
class OpenItem:
    """An invoice that was open at the end of the day, less its credits of then."""

    invoice_id: int
    customer_id: int
    customer: str
    number: str
    due_on: datetime.date
    amount: Decimal


@dataclass(frozen=True)
class Credit:
    """A credit invoice: its total (negative), its date, and when it was settled, if it was."""

    gross: Decimal
    date: datetime.date
    final_at: datetime.datetime | None
    settled_at: datetime.datetime | None


@dataclass(frozen=True)
class Payment:
    """A payment that was noted: the paid amount from then on; None if paid in full."""

    at: datetime.datetime
    paid: Decimal | None


def end_of(day: datetime.date) -> datetime.datetime:
    """Return the first moment after the day."""
    return make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()))


def open_at(organisation: Organisation, day: datetime.date) -> list[OpenItem]:
    """Return the invoices that were open at the end of a day; five queries."""
    issued = _issued(organisation, day)
    changed = issued.filter(_changed_after(organisation, day))
    unchanged = issued.open().exclude(pk__in=changed.values("pk")).order_by()
    fields = ("pk", "customer_id", "customer__name", "customer__number", "due_on")
    found = [
        _item(row, in_euros(row["cents_open"]))
        for row in unchanged.values(*fields, "cents_open").iterator(chunk_size=1000)
    ]
    credits_of, payments_of = _credits(changed), _payments(changed)
    values = changed.order_by().values(*fields, "gross", "paid_amount", "paid_at")
    for row in values.iterator(chunk_size=1000):
        amount = _open_amount(row, credits_of[row["pk"]], payments_of[row["pk"]], day)
        if amount:
            found.append(_item(row, amount))
    return found


def payments_without_date(organisation: Organisation, day: datetime.date) -> int:
    """Count the invoices with a payment of which no day is stored; it counts as received before."""
    noted = InvoiceEvent.objects.filter(invoice=OuterRef("pk"), kind__in=PAYMENTS)
    paid = _issued(organisation, day).filter(paid_at=None).exclude(paid_amount=0)
    return paid.filter(~Exists(noted)).count()


# --- As the report shows it -----------------------------------------------------------------------


def rows_at(items: Iterable[OpenItem], day: datetime.date, order: str) -> list[OutstandingRow]:
    """Add up per customer, sorted by a name of ORDERS; by default largest first."""
    by_customer: dict[int, list[OpenItem]] = defaultdict(list)
    for item in items:
        by_customer[item.customer_id].append(item)
    rows = [_row(group, day) for group in by_customer.values()]
    rows.sort(key=lambda row: (row.name.lower(), row.customer_id))
    if order.removeprefix("-") not in ORDERS:
        order = DEFAULT_ORDER
    return sorted(
        rows, key=lambda row: _sort_key(row, order.removeprefix("-")), reverse=order[0] == "-"
    )


def total_at(items: Sequence[OpenItem], day: datetime.date) -> OutstandingRow:
    """Return the totals of all customers."""
    return OutstandingRow(None, "", "", *_sums(items, day))


def amounts_at(
    items: Iterable[OpenItem],
    day: datetime.date,
    *,
    customers: Collection[int] | None = None,
    age: Age | None = None,
) -> dict[int, Decimal]:
    """Return the open amount of each invoice by id, optionally of some customers or one age."""
    return {
        item.invoice_id: item.amount
        for item in items
        if (customers is None or item.customer_id in customers)
        and (age is None or age.covers((day - item.due_on).days))
    }


def _row(group: Sequence[OpenItem], day: datetime.date) -> OutstandingRow:
    first = group[0]
    return OutstandingRow(first.customer_id, first.customer, first.number, *_sums(group, day))


def _sums(items: Sequence[OpenItem], day: datetime.date) -> tuple[tuple[Decimal, ...], Decimal]:
    amounts = tuple(sum(amounts_at(items, day, age=age).values(), ZERO) for age in AGES)
    return amounts, sum(amounts, ZERO)


def _sort_key(row: OutstandingRow, name: str) -> Any:
    if name == "customer":
        return row.name.lower()
    amounts = {age.key: amount for age, amount in row.by_age}
    return amounts.get(name, row.total)


# --- The state at the end of a day ----------------------------------------------------------------


def _issued(organisation: Organisation, day: datetime.date) -> Any:
    """Filter the invoices of then that the customer has to pay, or has paid."""
    asked = PAYABLE | Q(status=InvoiceStatus.PAID)
    return Invoice.objects.filter(asked, organisation=organisation, credit_of=None, date__lte=day)


def _changed_after(organisation: Organisation, day: datetime.date) -> Q:
    """Return the condition on invoices of which a payment or credit is later than the day."""
    end = end_of(day)
    events = InvoiceEvent.objects.filter(invoice__organisation=organisation, at__gte=end)
    paid = events.filter(kind__in=PAYMENTS).order_by()
    settled = events.filter(kind__in=SETTLEMENTS, invoice__credit_of__isnull=False).order_by()
    credited = organisation.invoices.filter(
        Q(date__gt=day) | Q(paid_at__gte=end), credit_of__isnull=False, status__in=ISSUED
    ).order_by()
    return (
        Q(paid_at__gte=end)
        | Q(pk__in=paid.values("invoice"))
        | Q(pk__in=settled.values("invoice__credit_of"))
        | Q(pk__in=credited.values("credit_of"))
    )


def _credits(invoices: QuerySet[Invoice]) -> dict[int, list[Credit]]:
    """Return the final credits of these invoices by invoice; two queries."""
    found: dict[int, list[Credit]] = defaultdict(list)
    of_these = Invoice.objects.filter(credit_of__in=invoices.values("pk"), status__in=ISSUED)
    settled = _settled(of_these)
    fields = ("pk", "credit_of_id", "gross", "date", "final_at", "paid_at", "status")
    for pk, invoice, gross, date, final_at, paid_at, status in of_these.values_list(*fields):
        at = paid_at if status == InvoiceStatus.PAID else settled.get(pk)
        found[invoice].append(Credit(gross, date, final_at, at))
    return found


def _settled(of_these: QuerySet[Invoice]) -> dict[int, datetime.datetime | None]:
    """Return when each credit was settled; None if it is open again."""
    events = InvoiceEvent.objects.filter(invoice__in=of_these.values("pk"), kind__in=SETTLEMENTS)
    rows = events.order_by("at", "pk").values_list("invoice", "kind", "at")
    return {pk: None if kind == "open-again" else at for pk, kind, at in rows}


def _payments(invoices: QuerySet[Invoice]) -> dict[int, list[Payment]]:
    """Return what was noted of payments of these invoices, the oldest first."""
    found: dict[int, list[Payment]] = defaultdict(list)
    events = InvoiceEvent.objects.filter(invoice__in=invoices.values("pk"), kind__in=PAYMENTS)
    rows = events.order_by("at", "pk").values_list("invoice", "at", "details")
    for pk, at, details in rows:
        paid = Decimal(details["paid"]) if "paid" in details else None
        found[pk].append(Payment(at, paid))
    return found


def _open_amount(
    row: dict[str, Any], of_it: Sequence[Credit], payments: Sequence[Payment], day: datetime.date
) -> Decimal:
    """Return the open amount by the rule of models/open_amounts.py, as it was then."""
    end = end_of(day)
    mine = [credit for credit in of_it if credit.date <= day]
    unpaid = row["gross"] - _paid(row, of_it, payments, end)
    left = unpaid + sum((credit.gross for credit in mine), ZERO)
    if not mine and left * row["gross"] <= 0:
        return ZERO  # paid: what was paid too much is not shown today either
    if unpaid < 0 or left >= 0:
        return left
    # What was paid and then credited is to be refunded until the credits are settled.
    unsettled = [one for one in mine if one.settled_at is None or one.settled_at >= end]
    return max(left, sum((credit.gross for credit in unsettled), ZERO))


def _paid(
    row: dict[str, Any],
    of_it: Sequence[Credit],
    payments: Sequence[Payment],
    end: datetime.datetime,
) -> Decimal:
    """Return the amount that was paid then, as far as it was noted."""
    if not payments:
        is_later = row["paid_at"] is not None and row["paid_at"] >= end
        return ZERO if is_later else row["paid_amount"]
    before = [payment for payment in payments if payment.at < end]
    if not before:
        return ZERO
    last = before[-1]
    if last.paid is not None:
        return last.paid
    # Marked as paid in full: less what was credited by then.
    known = [one for one in of_it if one.final_at is None or one.final_at <= last.at]
    return row["gross"] + sum((credit.gross for credit in known), ZERO)


def _item(row: dict[str, Any], amount: Decimal) -> OpenItem:
    return OpenItem(
        invoice_id=row["pk"],
        customer_id=row["customer_id"],
        customer=row["customer__name"],
        number=row["customer__number"],
        due_on=row["due_on"],
        amount=amount,
    )
