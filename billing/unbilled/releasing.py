"""Release the rows of credited lines for billing, or write them off, and undo that on cancelling.

A credit invoice names the rows of the lines that it takes back. When it becomes final exactly those
rows leave exactly those lines; when its booking in e-Boekhouden is cancelled they go back there, or
nothing happens.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db.models import Case, QuerySet, Value, When
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Membership, User
from lib.kilometres import short
from projects.models import ScheduledAmount
from registrations.models import Registration, Status, TimeEntry

from ..models import CreditedRow, Invoice, InvoiceEvent, InvoiceLine, RowDisposition
from .claiming import REGISTRATIONS
from .items import ItemKind

# The billed fields: a row with another value in one of them is no longer the row of the line.
CONTENT: Mapping[ItemKind, tuple[str, ...]] = {
    ItemKind.HOURS: (
        *("project_id", "task_id", "date", "is_billable", "minutes", "rounded_by", "hourly_rate"),
    ),
    ItemKind.EXPENSE: ("project_id", "category_id", "date", "is_billable", "quantity", "price"),
    ItemKind.TRIP: ("project_id", "date", "is_billable", "distance", "rate"),
    ItemKind.SCHEDULED: ("project_id", "due_on", "quantity", "price"),
}

LONGEST_NOTE = cast(int, TimeEntry._meta.get_field("status_note").max_length)


class RowsMoved(Exception):
    """The rows are not on the expected lines; the text is for the screen."""


@dataclass(frozen=True)
class CreditedRows:
    """Rows of one kind that a credit names: by id, their invoice line and their former content."""

    kind: ItemKind
    lines: Mapping[int, int]
    dispositions: Mapping[int, str]
    was: Mapping[int, Mapping[str, str]]

    def stored(self) -> QuerySet[Any]:
        return rows_of_kind(self.kind).filter(pk__in=self.lines)

    def held(self) -> dict[int, dict[str, Any]]:
        """Return the rows as they are now, locked in one order until the end of the transaction."""
        rows = self.stored().order_by("pk").select_for_update(of=("self",))
        return {row["pk"]: row for row in rows.values("pk", "invoice_line_id", *CONTENT[self.kind])}


@dataclass(frozen=True)
class WriteOff:
    """The user who wrote an amount off with a credit, as far as known, and the reason."""

    by: Membership | None
    why: str


def rows_of_kind(kind: ItemKind) -> QuerySet[Any]:
    """Return all rows of a kind."""
    model: type[Any] = ScheduledAmount if kind is ItemKind.SCHEDULED else REGISTRATIONS[kind]
    return model._default_manager.all()


def hold_rows_of(lines: Iterable[int]) -> None:
    """Lock the rows of lines until the end of the transaction, in one order against deadlock."""
    for kind in ItemKind:
        rows = rows_of_kind(kind).filter(invoice_line__in=list(lines)).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))


def name_rows(taken_back: Mapping[int, InvoiceLine]) -> None:
    """Store which rows the credit lines take back; `taken_back` is by id of the credited line."""
    for kind in ItemKind:
        rows = rows_of_kind(kind).filter(invoice_line__in=list(taken_back)).order_by("pk")
        CreditedRow.objects.bulk_create(
            CreditedRow(
                line=taken_back[row["invoice_line_id"]],
                kind=kind,
                row_id=row["pk"],
                was=_content(kind, row),
            )
            for row in rows.values("pk", "invoice_line_id", *CONTENT[kind])
        )


def release_rows(credit: Invoice, *, by: User) -> int:
    """Take the rows off the credited lines, in the transaction that makes the credit final.

    What is written off says who did so, and of which invoice it is a credit and why. Returns how
    many. Raises RowsMoved when one of them, or one more, is not where it was.
    """
    named = _named(credit)
    written_off = _write_off_fields(credit, by=by)
    for rows in named:
        if {pk: row["invoice_line_id"] for pk, row in rows.held().items()} != dict(rows.lines):
            raise RowsMoved(
                _("The registrations on these lines have changed. Create the credit invoice again.")
            )
    for rows in named:
        for disposition in RowDisposition:
            ids = [pk for pk, chosen in rows.dispositions.items() if chosen == disposition]
            rows.stored().filter(pk__in=ids).update(
                **_released_fields(rows.kind, disposition, written_off)
            )
    lines = credit.lines.exclude(credits=None).values("credits")
    if any(rows_of_kind(kind).filter(invoice_line__in=lines).exists() for kind in ItemKind):
        raise RowsMoved(
            _("Registrations were added to these lines. Create the credit invoice again.")
        )
    return sum(len(rows.lines) for rows in named)


def take_rows_back(credit: Invoice) -> int:
    """Put the rows back on exactly the lines they came from, in the transaction that cancels it.

    Returns how many. Raises RowsMoved when one was billed again, changed or removed meanwhile.
    """
    named = _named(credit)
    for rows in named:
        _check_untouched(rows)
    for rows in named:
        back = Case(*(_row_date(line, rows) for line in set(rows.lines.values())))
        rows.stored().filter(invoice_line=None).update(
            invoice_line=back, **_billed_fields(rows.kind)
        )
    return sum(len(rows.lines) for rows in named)


def trail_of(row: Registration) -> list[InvoiceLine]:
    """Return the lines of final credits that took the row off an invoice, the oldest first."""
    (kind,) = (kind for kind, model in REGISTRATIONS.items() if isinstance(row, model))
    lines = InvoiceLine.objects.filter(
        credited_rows__kind=kind,
        credited_rows__row_id=row.pk,
        invoice__organisation=row.organisation_id,
        invoice__in=Invoice.objects.final(),
    )
    return list(lines.select_related("invoice", "credits__invoice").order_by("pk"))


def scheduled_amounts_written_off(ids: Collection[int]) -> dict[int, WriteOff]:
    """Return user and reason of agreed amounts that a final credit wrote off, by id.

    Takes three queries.
    """
    relations = ("line__invoice__credit_of", "line__invoice__organisation")
    rows = CreditedRow.objects.filter(
        kind=ItemKind.SCHEDULED,
        row_id__in=ids,
        line__row_action=RowDisposition.WRITTEN_OFF,
        line__invoice__in=Invoice.objects.final(),
    )
    by_row = {
        row.row_id: row.line.invoice for row in rows.select_related(*relations).order_by("pk")
    }
    people = _who_made_final(by_row.values())
    return {
        pk: WriteOff(people.get(credit.pk), _write_off_note(credit))
        for pk, credit in by_row.items()
    }


def _who_made_final(invoices: Collection[Invoice]) -> dict[int, Membership]:
    events = InvoiceEvent.objects.filter(invoice__in=invoices, kind="final").order_by("pk")
    users = dict(events.values_list("invoice", "by"))
    organisations = {invoice.organisation_id for invoice in invoices}
    members = Membership.objects.filter(organisation__in=organisations, user__in=users.values())
    known = {(one.organisation_id, one.user_id): one for one in members.select_related("user")}
    found = {one.pk: known.get((one.organisation_id, users.get(one.pk) or 0)) for one in invoices}
    return {pk: member for pk, member in found.items() if member}


def _named(credit: Invoice) -> list[CreditedRows]:
    """Return the rows that the lines of the credit name, by kind."""
    rows = CreditedRow.objects.filter(line__invoice=credit).select_related("line").order_by("pk")
    by_kind: dict[str, list[CreditedRow]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    return [_gathered(kind, by_kind[kind]) for kind in ItemKind if kind in by_kind]


def _gathered(kind: ItemKind, rows: Iterable[CreditedRow]) -> CreditedRows:
    rows = tuple(rows)
    return CreditedRows(
        kind=kind,
        lines={row.row_id: row.line.credits_id for row in rows if row.line.credits_id},
        dispositions={row.row_id: row.line.row_action for row in rows},
        was={row.row_id: row.was for row in rows},
    )


def _check_untouched(rows: CreditedRows) -> None:
    found = rows.held()
    if len(found) != len(rows.lines):
        raise RowsMoved(_("Cannot be cancelled: registrations on it were deleted."))
    if any(row["invoice_line_id"] for row in found.values()):
        raise RowsMoved(_("Cannot be cancelled: registrations on it were billed again."))
    if (
        rows.kind is not ItemKind.SCHEDULED
        and rows.stored().filter(status=Status.INVOICED).exists()
    ):
        text = _("Cannot be cancelled: registrations on it were marked as invoiced.")
        raise RowsMoved(text)
    if any(_is_changed(rows.kind, row, was=rows.was[pk]) for pk, row in found.items()):
        raise RowsMoved(_("Cannot be cancelled: registrations on it were changed."))


def _is_changed(kind: ItemKind, row: Mapping[str, Any], *, was: Mapping[str, str]) -> bool:
    """Compare what was stored; an older version of the program stored fewer fields."""
    content = _content(kind, row)
    return any(content[name] != value for name, value in was.items())


def _content(kind: ItemKind, row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _written(name, row[name]) for name in CONTENT[kind]}


def _written(name: str, value: object) -> str:
    """Return a value as text; a distance was a whole number once, and 104.0 is the same one."""
    return str(short(value) if name == "distance" and isinstance(value, Decimal) else value)


def _row_date(line: int, rows: CreditedRows) -> When:
    return When(pk__in=[pk for pk, own in rows.lines.items() if own == line], then=Value(line))


def _released_fields(
    kind: ItemKind, disposition: RowDisposition, written_off: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the new fields of a row that leaves its line; a released row is approved."""
    is_written_off = disposition is RowDisposition.WRITTEN_OFF
    if kind is ItemKind.SCHEDULED:
        return {"invoice_line": None, "is_written_off": is_written_off}
    if is_written_off:
        return {"invoice_line": None, **written_off}
    return {"invoice_line": None, "status": Status.APPROVED}


def _write_off_fields(credit: Invoice, *, by: User) -> dict[str, Any]:
    """Return the fields of a row that a credit writes off, as for a write-off by a user."""
    members = Membership.objects.filter(organisation=credit.organisation_id, user=by)
    return {
        "status": Status.WRITTEN_OFF,
        "status_note": _write_off_note(credit),
        "status_by": members.first(),
        # The credit invoice has the date.
        "status_at": None,
    }


def _write_off_note(credit: Invoice) -> str:
    """Return the credited invoice and the reason, in the language of the organisation."""
    number = credit.credit_of.number if credit.credit_of else ""
    with override(credit.organisation.language):
        note = _("Invoice %(number)s credited: %(reason)s")
    note = note % {"number": number, "reason": " ".join(credit.notes.split())}
    return Truncator(note.rstrip(": ")).chars(LONGEST_NOTE)


def _billed_fields(kind: ItemKind) -> dict[str, Any]:
    if kind is ItemKind.SCHEDULED:
        return {"is_written_off": False}
    return {"status": Status.INVOICED, "status_note": "", "status_by": None, "status_at": None}
