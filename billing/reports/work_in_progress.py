"""Work in progress: what was registered or agreed and not billed at the end of a day.

A registration or an agreed amount counts from its date. It is billed from the date of its invoice;
on a draft from the day on which the draft was created. A credit releases it on the date of the
credit. A cancelled invoice counts as never made. Rate and method are those of today. What a person
wrote off or marked as invoiced counts until that moment; where it is not stored, because that was
done by an older version, the work is reported apart.
Amounts are in euros excl. VAT.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from lib.money import ZERO, net_amount
from lib.spreadsheets import Cell, Sheet
from projects.models import Method, ScheduledAmount
from projects.models.project import HOURLY
from registrations.models import BILLABLE_STATUSES, Status
from registrations.worth import worth_by, worth_of

from ..models import CreditedRow, InvoiceLine, InvoiceStatus, RowDisposition
from .invoices import ISSUED
from .outstanding_at import end_of


class WorkKind(StrEnum):
    """The kind of work; the values are those of `CreditedRow.kind`."""

    HOURS = "hours"
    EXPENSE = "expense"
    TRIP = "trip"
    SCHEDULED = "scheduled"


KINDS: Mapping[WorkKind, str | Promise] = {
    WorkKind.HOURS: gettext_lazy("Hours"),
    WorkKind.EXPENSE: gettext_lazy("Expenses"),
    WorkKind.TRIP: gettext_lazy("Trips"),
    WorkKind.SCHEDULED: gettext_lazy("Fixed price / subscription"),
}
Customer = tuple[int, str, str]


@dataclass
class WorkRow:
    """The work in progress of one customer, or of all, in euros excl. VAT."""

    customer_id: int | None
    name: str
    number: str
    amounts: dict[WorkKind, Decimal] = field(default_factory=lambda: dict.fromkeys(KINDS, ZERO))

    @property
    def by_kind(self) -> list[tuple[str | Promise, Decimal]]:
        return [(label, self.amounts[kind]) for kind, label in KINDS.items()]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)


@dataclass(frozen=True)
class Undated:
    """Work that was written off or marked as invoiced on a day that is not stored."""

    count: int
    amount: Decimal


@dataclass(frozen=True)
class WorkItem:
    """A registration or agreed amount behind a figure; the amount is in euros excl. VAT."""

    kind: str | Promise
    date: datetime.date
    project: str
    who: str
    description: str
    amount: Decimal


@dataclass(frozen=True)
class WorkAt:
    """The work of an organisation at the end of a day; `today` is the state of now."""

    organisation: Organisation
    day: datetime.date
    today: datetime.date

    def work(self, kind: WorkKind) -> QuerySet[Any]:
        """Return the rows of a kind that were not billed."""
        rows = self._rows(kind)
        if self.day >= self.today:
            return rows.filter(_is_unbilled(kind))
        is_open = _is_unbilled(kind) | self._is_settled_later(kind)
        is_open |= self._is_billed_later() | self._was_billed_later(kind)
        return rows.filter(is_open).exclude(self._was_billed(kind))

    def undated(self) -> Undated:
        """Return the work of which it is not known whether it was settled before or after."""
        count, amount = 0, ZERO
        if self.day >= self.today:
            return Undated(count, amount)
        for kind in KINDS:
            rows = self._undated_rows(kind)
            if kind is WorkKind.SCHEDULED:
                values = rows.values_list("quantity", "price")
                amounts = [net_amount(quantity, price) for quantity, price in values]
                count, amount = count + len(amounts), amount + sum(amounts, ZERO)
            else:
                worth = worth_of(rows)
                count, amount = count + worth.count, amount + worth.amount
        return Undated(count, amount)

    def _rows(self, kind: WorkKind) -> QuerySet[Any]:
        """Filter the rows of a kind, dated until the day, that an invoice bills one by one."""
        if kind is WorkKind.SCHEDULED:
            agreed = ScheduledAmount.objects.filter(project__organisation=self.organisation)
            return agreed.filter(due_on__lte=self.day).exclude(project__method=Method.NONE)
        rows: QuerySet[Any] = {
            WorkKind.HOURS: self.organisation.time_entries.filter(
                project__method__in=HOURLY, hourly_rate__isnull=False
            ),
            WorkKind.EXPENSE: self.organisation.expenses.exclude(project__method=Method.NONE),
            WorkKind.TRIP: self.organisation.trips.exclude(project__method=Method.NONE),
        }[kind]
        return rows.filter(date__lte=self.day, is_billable=True)

    def _is_billed_later(self) -> Q:
        """Return the condition on rows whose invoice is dated, or whose draft is, after the day."""
        on_draft = Q(invoice__status=InvoiceStatus.DRAFT)
        drafted = on_draft & Q(invoice__created_at__gte=end_of(self.day))
        is_later = drafted | (~on_draft & Q(invoice__date__gt=self.day))
        lines = InvoiceLine.objects.filter(is_later, invoice__organisation=self.organisation)
        return Q(invoice_line__in=lines.order_by().values("pk"))

    def _is_settled_later(self, kind: WorkKind) -> Q:
        """Return the condition on rows that a person settled after the day."""
        if kind is WorkKind.SCHEDULED:
            return Q(pk=None)
        return _is_settled(kind) & Q(invoice_line=None, status_at__gte=end_of(self.day))

    def _credited(self, kind: WorkKind, **narrowed: object) -> Q:
        """Return the condition on rows that a final credit took off such an invoice."""
        rows = CreditedRow.objects.filter(
            kind=kind,
            line__invoice__organisation=self.organisation,
            line__invoice__status__in=ISSUED,
            **narrowed,
        )
        return Q(pk__in=rows.values("row_id"))

    def _was_billed(self, kind: WorkKind) -> Q:
        """Return the condition on rows that were on an invoice then that is credited now."""
        return self._credited(
            kind, line__credits__invoice__date__lte=self.day, line__invoice__date__gt=self.day
        )

    def _was_billed_later(self, kind: WorkKind) -> Q:
        return self._credited(kind, line__credits__invoice__date__gt=self.day)

    def _undated_rows(self, kind: WorkKind) -> QuerySet[Any]:
        written_off = self._credited(kind, line__row_action=RowDisposition.WRITTEN_OFF)
        known = self._was_billed(kind) | self._was_billed_later(kind) | written_off
        settled = self._rows(kind).filter(_is_settled(kind), invoice_line=None)
        if kind is not WorkKind.SCHEDULED:
            settled = settled.filter(status_at=None)
        return settled.exclude(known)


def work_at(at: WorkAt) -> list[WorkRow]:
    """Return the work per customer, the largest first; four queries."""
    rows: dict[int, WorkRow] = {}
    for kind in KINDS:
        for customer, amount in _per_customer(kind, at.work(kind)):
            row = rows.setdefault(customer[0], WorkRow(*customer))
            row.amounts[kind] += amount
    return sorted(rows.values(), key=lambda row: (-row.total, row.name.lower(), row.customer_id))


def total_of(rows: Iterable[WorkRow]) -> WorkRow:
    """Return the totals of all customers."""
    total = WorkRow(None, "", "")
    for row in rows:
        for kind, amount in row.amounts.items():
            total.amounts[kind] += amount
    return total


def work_sheet(at: WorkAt) -> Sheet:
    """Return the report as a spreadsheet; amounts in euros excl. VAT."""
    head = [
        _("Customer number"),
        _("Customer"),
        *(f"{label} €" for label in KINDS.values()),
        _("Total €"),
    ]
    rows = sorted(work_at(at), key=lambda row: (row.name.lower(), row.customer_id))
    return Sheet(f"work-{at.day.isoformat()}", _("Work in progress"), head, _cells(rows))


def keys_of(at: WorkAt, customer_id: int | None) -> list[tuple[datetime.date, WorkKind, int]]:
    """Return date, kind and id of the work of one customer or of all, the latest first."""
    found: list[tuple[datetime.date, WorkKind, int]] = []
    for kind in KINDS:
        rows = at.work(kind).order_by()
        if customer_id is not None:
            rows = rows.filter(project__customer=customer_id)
        found += [(day, kind, pk) for day, pk in rows.values_list(_date_of(kind), "pk")]
    return sorted(found, key=lambda key: (key[0], key[1], key[2]), reverse=True)


def items_of(at: WorkAt, keys: Iterable[tuple[datetime.date, WorkKind, int]]) -> list[WorkItem]:
    """Return the work with these keys, in their order; a query per kind."""
    keys = list(keys)
    found: dict[tuple[WorkKind, int], WorkItem] = {}
    for kind in KINDS:
        ids = [pk for _day, one, pk in keys if one is kind]
        relations = ["project"] if kind is WorkKind.SCHEDULED else ["project", "membership__user"]
        if kind is WorkKind.HOURS:
            relations.append("task")
        for row in at.work(kind).filter(pk__in=ids).select_related(*relations):
            found[kind, row.pk] = _work_item(kind, row)
    return [found[kind, pk] for _day, kind, pk in keys if (kind, pk) in found]


def _work_item(kind: WorkKind, row: Any) -> WorkItem:
    if kind is WorkKind.SCHEDULED:
        amount = net_amount(row.quantity, row.price)
        return WorkItem(KINDS[kind], row.due_on, row.project.name, "", row.description, amount)
    what = row.description
    if kind is WorkKind.HOURS:
        what = " · ".join(filter(None, (row.task.name, what)))
    elif kind is WorkKind.TRIP:
        what = f"{row.origin} – {row.destination}"
    who = str(row.membership)
    return WorkItem(KINDS[kind], row.date, row.project.name, who, what, row.amount)


def _per_customer(kind: WorkKind, rows: QuerySet[Any]) -> Iterator[tuple[Customer, Decimal]]:
    fields = ("project__customer", "project__customer__name", "project__customer__number")
    groups = rows.order_by()
    if kind is not WorkKind.SCHEDULED:
        for (pk, name, number), worth in worth_by(groups, *fields).items():
            yield (pk, name, number), worth.amount
        return
    agreed: dict[Customer, Decimal] = defaultdict(lambda: ZERO)
    counted = groups.values_list(*fields, "quantity", "price").annotate(n=Count("pk"))
    for pk, name, number, quantity, price, count in counted:
        agreed[pk, name, number] += net_amount(quantity, price) * count
    yield from agreed.items()


def _cells(rows: Iterable[WorkRow]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [row.number, row.name, *(row.amounts[kind] for kind in KINDS), row.total]


def _date_of(kind: WorkKind) -> str:
    return "due_on" if kind is WorkKind.SCHEDULED else "date"


def _is_unbilled(kind: WorkKind) -> Q:
    """Return the condition on rows that can be billed now."""
    if kind is WorkKind.SCHEDULED:
        return Q(invoice_line=None, is_written_off=False)
    return Q(invoice_line=None, status__in=BILLABLE_STATUSES)


def _is_settled(kind: WorkKind) -> Q:
    """Return the condition on rows without an invoice that are not billed any more."""
    if kind is WorkKind.SCHEDULED:
        return Q(is_written_off=True)
    return Q(status__in=(Status.WRITTEN_OFF, Status.INVOICED))
