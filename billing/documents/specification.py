"""The time specification: the billed rows of each line, copied when an invoice becomes final.

The specification stays when a credit invoice releases the rows later. The amounts of the rows of a
line add up to its quantity × price, to the cent, also when somebody changed those on the draft: the
cents go to the rows that lose most by rounding (largest remainder, `vat.totals.divide`). Hours that
were rounded as a line have a row that says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from lib.money import ZERO, hours, net_amount
from projects.models import ScheduledAmount
from registrations.models import Expense, TimeEntry, Trip
from vat.totals import divide

from ..models import Invoice, InvoiceLine
from ..unbilled.items import ORDER, UNITS, ItemKind, Key, alone, quantity_of

Row = TimeEntry | Expense | Trip | ScheduledAmount
LINES_AT_ONCE = 200  # lines of one UPDATE


@dataclass(frozen=True)
class BilledRow:
    """A row billed on a line; `quantity` is in minutes for hours, in kilometres for trips."""

    kind: ItemKind
    line_id: int
    quantity: Decimal
    price: Decimal
    texts: dict[str, Any]


def specify(invoices: Sequence[Invoice]) -> None:
    """Store the specification of all lines with rows, in six queries and one for many lines."""
    lines = [line for line in lines_with_rows(*invoices) if line.specification]
    InvoiceLine.objects.bulk_update(lines, ["specification"], batch_size=LINES_AT_ONCE)


def lines_with_rows(*invoices: Invoice) -> list[InvoiceLine]:
    """Return every line with its billed rows as its specification; store nothing."""
    by_line: dict[int, list[BilledRow]] = defaultdict(list)
    for row in billed_rows(*invoices):
        by_line[row.line_id].append(row)
    lines = list(InvoiceLine.objects.filter(invoice__in=invoices).select_related("vat_rate"))
    languages = {invoice.pk: invoice.language for invoice in invoices}
    for line in lines:
        if line.pk in by_line:
            amount = net_amount(line.quantity, line.price)
            with override(languages[line.invoice_id]):
                line.specification = specified(
                    by_line[line.pk], amount=amount, rounding=line.rounding or ()
                )
    return lines


def billed_rows(*invoices: Invoice) -> list[BilledRow]:
    """Load the rows billed on the invoices, by kind and day."""
    of_invoice = {"invoice_line__invoice__in": invoices}
    relations = ("project", "membership__user")
    order = ("date", "pk")
    hours = (
        TimeEntry.objects.filter(**of_invoice).select_related(*relations, "task").order_by(*order)
    )
    expenses = (
        Expense.objects.filter(**of_invoice).select_related(*relations, "category").order_by(*order)
    )
    trips = Trip.objects.filter(**of_invoice).select_related(*relations).order_by(*order)
    scheduled_amounts = (
        ScheduledAmount.objects.filter(**of_invoice)
        .select_related("project", "task")
        .order_by("due_on", "pk")
    )
    return [
        *map(_hours, hours),
        *map(_scheduled, scheduled_amounts),
        *map(_expense, expenses),
        *map(_trip, trips),
    ]


def specified(
    rows: Sequence[BilledRow],
    *,
    amount: Decimal | None = None,
    rounding: Iterable[tuple[int, str, int]] = (),
) -> list[dict[str, Any]]:
    """Return the rows of one line as JSON: amounts and quantities as strings, days in ISO format.

    `amount` is what the rows add up to; by default what they are worth. `minutes` is set for hours
    only; `until` is the last day of a subscription's period. `rounding` is what the rounding of the
    line added to its hours: project, price and minutes.
    """
    added = [_rounding(rows, project, Decimal(price), more) for project, price, more in rounding]
    rest = None if amount is None else amount - sum((euros for _row, euros in added), ZERO)
    amounts = _adding_up(_amounts(rows), rest)
    every_row = [*zip(rows, amounts, strict=True), *added]
    return [
        {
            "kind": str(row.kind),
            **row.texts,
            "minutes": int(row.quantity) if row.kind is ItemKind.HOURS else None,
            "quantity": str(quantity_of(row.kind, row.quantity)),
            "unit": UNITS.get(row.kind, ""),
            "price": str(row.price),
            "amount": str(part),
        }
        for row, part in sorted(every_row, key=lambda pair: ORDER[pair[0].kind])
    ]


def _rounding(
    rows: Sequence[BilledRow], project_id: int, price: Decimal, more: int
) -> tuple[BilledRow, Decimal]:
    """Return the row for what rounding adds to the hours of a project at a price, and its euros."""
    rounded = [
        row
        for row in rows
        if row.kind is ItemKind.HOURS
        and (row.texts["project_id"], row.price) == (project_id, price)
    ]
    last = max(rounded, key=lambda row: row.texts["date"])
    texts = {"id": 0, "employee": "", "employee_id": None, "task": ""}
    texts = {**last.texts, **texts, "description": _("Rounding of the hours of this line")}
    worked = int(sum(row.quantity for row in rounded))
    euros = net_amount(hours(worked + more), price) - net_amount(hours(worked), price)
    return BilledRow(ItemKind.HOURS, last.line_id, Decimal(more), price, texts), euros


def _adding_up(amounts: Sequence[Decimal], total: Decimal | None) -> list[Decimal]:
    """Return the amounts so that they add up to the total, in proportion where they do not."""
    worth = sum(amounts, ZERO)
    if total is None or total == worth:
        return list(amounts)
    shares = [one / worth if worth else 1 / Decimal(len(amounts)) for one in amounts]
    return divide(total, [total * share for share in shares])


def _amounts(rows: Sequence[BilledRow]) -> list[Decimal]:
    """Return the amount of each row: rows that are added up divide their joint amount."""
    alike: dict[Key, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        number = alone(row.kind, row.texts["id"])
        alike[row.kind, row.texts["project_id"], row.price, number].append(place)
    amounts = [ZERO] * len(rows)
    for (kind, _project, price, _alone), places in alike.items():
        quantities = [rows[place].quantity for place in places]
        for place, part in zip(places, _parts(kind, quantities, price), strict=True):
            amounts[place] = part
    return amounts


def _parts(kind: ItemKind, quantities: Sequence[Decimal], price: Decimal) -> list[Decimal]:
    total = sum(quantities, Decimal(0))
    if not total:
        return [net_amount(quantity, price) for quantity in quantities]
    amount = net_amount(quantity_of(kind, total), price)
    return divide(amount, [amount * quantity / total for quantity in quantities])


# --- Reading the rows -----------------------------------------------------------------------------


def _hours(entry: TimeEntry) -> BilledRow:
    texts = _texts(entry, task=entry.task.name, description=entry.description)
    quantity = Decimal(entry.rounded_minutes)
    return _billed_row(ItemKind.HOURS, entry, quantity, entry.hourly_rate or ZERO, texts)


def _expense(expense: Expense) -> BilledRow:
    texts = _texts(expense, task=expense.category.name, description=expense.description)
    return _billed_row(ItemKind.EXPENSE, expense, expense.quantity, expense.price, texts)


def _trip(trip: Trip) -> BilledRow:
    route = f"{trip.origin} – {trip.destination}"
    texts = _texts(trip, task="", description=route)
    return _billed_row(ItemKind.TRIP, trip, Decimal(trip.distance), trip.rate, texts)


def _scheduled(scheduled: ScheduledAmount) -> BilledRow:
    texts = {
        "id": scheduled.pk,
        "date": scheduled.due_on.isoformat(),
        "until": scheduled.period_until.isoformat() if scheduled.period_until else None,
        "employee": "",
        "employee_id": None,
        "project": scheduled.project.name,
        "project_id": scheduled.project_id,
        "task": scheduled.task.name if scheduled.task else "",
        "description": scheduled.description,
    }
    return _billed_row(ItemKind.SCHEDULED, scheduled, scheduled.quantity, scheduled.price, texts)


def _texts(row: TimeEntry | Expense | Trip, *, task: str, description: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "date": row.date.isoformat(),
        "until": None,
        "employee": str(row.membership),
        "employee_id": row.membership_id,
        "project": row.project.name,
        "project_id": row.project_id,
        "task": task,
        "description": description,
    }


def _billed_row(
    kind: ItemKind, row: Row, quantity: Decimal, price: Decimal, texts: dict[str, Any]
) -> BilledRow:
    return BilledRow(kind, row.invoice_line_id or 0, quantity, price, texts)
