"""Export registrations as a table, read from the database while the file is written.

Rows are read as plain values with the names of related rows: one query per kind, and no object
for a row. Texts are translated once per file.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import full_name
from lib.kilometres import short
from lib.money import hours
from lib.spreadsheets import Cell, Sheet

from ..models import DRAFT, Expense, Registration, Status, TimeEntry, Trip

CHUNK = 2_000  # rows that the database sends at a time
# The names of an employee, and of the customer and the project of a row.
NAMES = (
    "membership__user__first_name",
    "membership__user__last_name",
    "membership__user__email",
    "project__customer__number",
    "project__customer__name",
    "project__code",
    "project__name",
)
STATUS = ("is_billable", "status", "invoice_line__invoice__status", "invoice_line__invoice__number")

_hours = lru_cache(maxsize=24 * 60)(hours)


@dataclass(frozen=True)
class Kind:
    """What one kind of registration has of its own.

    `subject` is its task, category or vehicle, and `price` its rate. `figures` makes hours as
    worked and as rounded, quantity and kilometres of the values of `quantities`; `places` are the
    fields from and to.
    """

    label: Promise
    subject: str
    price: str
    quantities: tuple[str, ...]
    figures: Callable[..., list[Cell]]
    places: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields to read, in the order in which `_rows` unpacks them."""
        own = (self.subject, "description", *self.quantities)
        return ("date", *NAMES, *own, *STATUS, self.price, "amount", *self.places)


KINDS: dict[type[Registration], Kind] = {
    TimeEntry: Kind(
        label=gettext_lazy("Hours"),
        subject="task__name",
        price="hourly_rate",
        quantities=("minutes", "rounded_by"),
        figures=lambda minutes, more: [_hours(minutes), _hours(minutes + more), None, None],
    ),
    Expense: Kind(
        label=gettext_lazy("Expense"),
        subject="category__name",
        price="price",
        quantities=("quantity",),
        figures=lambda quantity: [None, None, quantity, None],
    ),
    Trip: Kind(
        label=gettext_lazy("Trip"),
        subject="vehicle__name",
        price="rate",
        quantities=("distance",),
        figures=lambda distance: [None, None, None, short(distance)],
        places=("origin", "destination"),
    ),
}


def sheet_of(querysets: Iterable[QuerySet[Any]], *, with_amounts: bool, name: str) -> Sheet:
    """Return the rows as a table; the file name is `name` followed by today's date."""
    day = timezone.localdate().isoformat()
    rows = (row if with_amounts else row[:-2] for queryset in querysets for row in _rows(queryset))
    return Sheet(f"{name}-{day}", name, _head(with_amounts=with_amounts), rows)


def _head(*, with_amounts: bool) -> list[str]:
    names = [
        _("Kind"),
        _("Date"),
        _("Employee"),
        _("Customer number"),
        _("Customer"),
        _("Project code"),
        _("Project"),
        _("Task, category or vehicle"),
        _("Description"),
        _("Hours"),
        _("Rounded hours"),
        _("Quantity"),
        _("Km"),
        _("Billable"),
        _("Status"),
        _("Invoice"),
    ]
    return names + ([_("Price"), _("Amount excl. VAT")] if with_amounts else [])


def _rows(queryset: QuerySet[Any]) -> Iterator[list[Cell]]:
    """Yield the cells of each row; price and amount are the last two."""
    kind = KINDS[queryset.model]
    label, yes, no, on_draft = str(kind.label), _("yes"), _("no"), _("On a draft")
    statuses = {value: str(text) for value, text in Status.choices}
    for row in queryset.values_list(*kind.fields).iterator(chunk_size=CHUNK):
        day, first, last, email, number, customer, code, project, *rest = row
        subject, text, *rest = rest
        quantities, rest = rest[: len(kind.quantities)], rest[len(kind.quantities) :]
        billable, status, invoice_status, invoice, price, amount, *places = rest
        yield [
            label,
            day,
            full_name(first, last, email),
            number,
            customer,
            code,
            project,
            subject,
            _with_places(text, *places) if places else text,
            *kind.figures(*quantities),
            yes if billable else no,
            on_draft if invoice_status == DRAFT else statuses[status],
            invoice,
            price,
            amount,
        ]


def _with_places(text: str, origin: str, destination: str) -> str:
    return f"{origin} – {destination}. {text}".removesuffix(". ")
