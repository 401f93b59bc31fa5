"""A row is billed once: claiming it for an invoice line is one conditional update that must hit."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from projects.models import ScheduledAmount
from registrations.models import BILLABLE_STATUSES, Expense, Status, TimeEntry, Trip

from ..models import Invoice, InvoiceLine
from .billable import Rows
from .lines import Item, ItemKind

REGISTRATIONS: dict[ItemKind, type[TimeEntry] | type[Expense] | type[Trip]] = {
    ItemKind.HOURS: TimeEntry,
    ItemKind.EXPENSE: Expense,
    ItemKind.TRIP: Trip,
}


class RowsTaken(Exception):
    """A row was changed, or billed by somebody else, between showing and booking."""


def lock(rows: Rows) -> None:
    """Holds the rows until the end of the transaction, in one order against deadlock."""
    for some in (rows.time_entries, rows.expenses, rows.trips, rows.scheduled_amounts):
        if some:
            ids = sorted(row.pk for row in some)
            stored: QuerySet[Any] = type(some[0])._default_manager.filter(pk__in=ids)
            list(stored.order_by("pk").select_for_update().values("pk"))


def claim(line: InvoiceLine, items: Iterable[Item]) -> None:
    """Ties the rows of the items to the line. Raises RowsTaken if one of them was not free."""
    by_kind: dict[ItemKind, list[int]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item.id)
    for kind, ids in by_kind.items():
        if _free(kind, ids).update(**_claimed(kind, line)) != len(ids):
            raise RowsTaken(kind)


def release(invoice: Invoice) -> int:
    """Frees every row of the invoice; billing them had approved them. Returns how many."""
    return _released(invoice_line__invoice=invoice)


def release_lines(lines: Iterable[int]) -> int:
    """Frees every row of these lines, given by id. Returns how many."""
    return _released(invoice_line__in=list(lines))


def lines_with_rows(invoice: Invoice) -> set[int]:
    """The ids of the lines that were made from rows."""
    ours = {"invoice_line__invoice": invoice}
    found: set[int] = set()
    for model in (*REGISTRATIONS.values(), ScheduledAmount):
        found.update(model._default_manager.filter(**ours).values_list("invoice_line", flat=True))
    return found


def _released(**which: object) -> int:
    freed = 0
    for model in REGISTRATIONS.values():
        taken = model.objects.filter(**which)
        taken.hold()
        freed += taken.update(invoice_line=None, status=Status.APPROVED)
    return freed + ScheduledAmount.objects.filter(**which).update(invoice_line=None)


def move(old: Invoice, new: Invoice) -> None:
    """The rows of every line go to the line at the same position of another invoice."""
    position = InvoiceLine.objects.filter(pk=OuterRef(OuterRef("invoice_line_id")))
    same = InvoiceLine.objects.filter(invoice=new, position=Subquery(position.values("position")))
    for model in (*REGISTRATIONS.values(), ScheduledAmount):
        taken = model._default_manager.filter(invoice_line__invoice=old)
        taken.update(invoice_line=Subquery(same.values("pk")))


def _free(kind: ItemKind, ids: list[int]) -> QuerySet[Any]:
    if kind is ItemKind.SCHEDULED:
        return ScheduledAmount.objects.filter(pk__in=ids, invoice_line=None, is_written_off=False)
    return REGISTRATIONS[kind].objects.filter(
        pk__in=ids, invoice_line=None, is_billable=True, status__in=BILLABLE_STATUSES
    )


def _claimed(kind: ItemKind, line: InvoiceLine) -> dict[str, Any]:
    status = {} if kind is ItemKind.SCHEDULED else {"status": Status.INVOICED}
    return {"invoice_line": line, **status}
