"""Put rows on invoice lines, once: one conditional UPDATE a kind that must hit every row."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from projects.models import ScheduledAmount
from registrations.models import Expense, Status, TimeEntry, Trip

from ..models import Invoice, InvoiceLine
from .items import Item, ItemKind

REGISTRATIONS: dict[ItemKind, type[TimeEntry] | type[Expense] | type[Trip]] = {
    ItemKind.HOURS: TimeEntry,
    ItemKind.EXPENSE: Expense,
    ItemKind.TRIP: Trip,
}


class RowsTaken(Exception):
    """A row was changed, or billed by another user, between showing and booking."""


def claim_rows(line: InvoiceLine, items: Iterable[Item]) -> None:
    """Put the rows of the items on the invoice line. Raises RowsTaken unless all are unbilled."""
    by_kind: dict[ItemKind, list[int]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item.id)
    for kind, ids in by_kind.items():
        if _unbilled(kind, ids).update(**_claimed(kind, line)) != len(ids):
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
    found: set[int] = set()
    for model in (*REGISTRATIONS.values(), ScheduledAmount):
        found.update(
            model._default_manager.filter(invoice_line__invoice=invoice).values_list(
                "invoice_line", flat=True
            )
        )
    return found


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


def _claimed(kind: ItemKind, line: InvoiceLine) -> dict[str, Any]:
    status = {} if kind is ItemKind.SCHEDULED else {"status": Status.INVOICED}
    return {"invoice_line": line, **status}
