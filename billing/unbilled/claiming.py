"""Put rows on invoice lines, once: a conditional UPDATE must hit every row that it names."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, Case, OuterRef, QuerySet, Subquery, Value, When

from projects.models import ScheduledAmount
from registrations.models import Expense, Status, TimeEntry, Trip

from ..models import Invoice, InvoiceLine
from .items import Item, ItemKind

REGISTRATIONS: dict[ItemKind, type[TimeEntry] | type[Expense] | type[Trip]] = {
    ItemKind.HOURS: TimeEntry,
    ItemKind.EXPENSE: Expense,
    ItemKind.TRIP: Trip,
}
# Rows of one UPDATE, each named twice at most: SQLite takes no more than a thousand values.
ROWS_AT_ONCE = 300


class RowsTaken(Exception):
    """A row was changed, or billed by another user, between showing and booking."""


def claim_rows(line: InvoiceLine, items: Iterable[Item]) -> None:
    """Put the rows of the items on the invoice line. Raises RowsTaken unless all are unbilled."""
    claim_rows_of_lines([(line, items)])


def claim_rows_of_lines(lines: Iterable[tuple[InvoiceLine, Iterable[Item]]]) -> None:
    """Put the rows of the items of each line on it, in a query for three hundred rows of a kind.

    Must run in a transaction that is rolled back when this raises RowsTaken: not all are unbilled.
    """
    places: dict[ItemKind, list[tuple[int, int]]] = defaultdict(list)
    for line, items in lines:
        for item in items:
            places[item.kind].append((item.id, line.pk))
    for kind, all_of_kind in places.items():
        for start in range(0, len(all_of_kind), ROWS_AT_ONCE):
            _claim(kind, all_of_kind[start : start + ROWS_AT_ONCE])


def _claim(kind: ItemKind, places: Sequence[tuple[int, int]]) -> None:
    """Claim some rows, given as the id of the row and of its line."""
    by_line: dict[int, list[int]] = defaultdict(list)
    for row_id, line_id in places:
        by_line[line_id].append(row_id)
    rows = _unbilled(kind, [row_id for row_id, _line_id in places])
    if rows.update(**_claimed(kind, by_line)) != len(places):
        raise RowsTaken(kind)


def release(invoice: Invoice) -> int:
    """Release every row of the invoice, as approved; return how many.

    Billing the rows approved them.
    """
    return _released(invoice_line__invoice=invoice)


def release_lines(lines: Iterable[int]) -> int:
    """Release every row of these lines, given by id; return how many."""
    return _released(invoice_line__in=list(lines))


def line_ids_with_rows(invoice: Invoice) -> set[int]:
    """Return the ids of the lines that were made from rows."""
    first, *others = (
        model._default_manager.filter(invoice_line__invoice=invoice)
        .order_by()
        .values_list("invoice_line", flat=True)
        for model in (*REGISTRATIONS.values(), ScheduledAmount)
    )
    return set(first.union(*others))


def _released(**filter_of_rows: object) -> int:
    count = 0
    for model in REGISTRATIONS.values():
        billed = model.objects.filter(**filter_of_rows)
        billed.hold()
        count += billed.update(invoice_line=None, status=Status.APPROVED)
    scheduled_amounts = ScheduledAmount.objects.filter(**filter_of_rows)
    scheduled_amounts.hold()
    return count + scheduled_amounts.update(invoice_line=None)


def move(old: Invoice, new: Invoice) -> None:
    """Move the rows of every line to the line at the same position of another invoice."""
    position = InvoiceLine.objects.filter(pk=OuterRef(OuterRef("invoice_line_id")))
    same = InvoiceLine.objects.filter(invoice=new, position=Subquery(position.values("position")))
    for model in (*REGISTRATIONS.values(), ScheduledAmount):
        taken = model._default_manager.filter(invoice_line__invoice=old)
        taken.update(invoice_line=Subquery(same.values("pk")))


def _unbilled(kind: ItemKind, ids: list[int]) -> QuerySet[Any]:
    if kind is ItemKind.SCHEDULED:
        return ScheduledAmount.objects.unbilled().filter(pk__in=ids)
    return REGISTRATIONS[kind].objects.unbilled().filter(pk__in=ids)


def _claimed(kind: ItemKind, by_line: dict[int, list[int]]) -> dict[str, Any]:
    status = {} if kind is ItemKind.SCHEDULED else {"status": Status.INVOICED}
    line = Case(
        *(When(pk__in=ids, then=Value(line_id)) for line_id, ids in by_line.items()),
        output_field=BigIntegerField(),
    )
    return {"invoice_line": line, **status}
