"""The rows of Overview: read as plain values, with the texts and URLs that a line shows.

One query reads the columns of a page; no object is made of a registration or a related row. What is
the same for every row, such as the words of a status, is translated once.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Membership, full_name
from lib.formats import day as shown_day
from lib.row_urls import row_urls

from ..models import DRAFT, Expense, Registration, Status, TimeEntry, Trip
from ..overview.overviews import Overview

# The kind of tag of a row on a draft, which is not invoiced yet.
WAITING = "waiting"
USER_NAMES = ("first_name", "last_name", "email")
SHOWN = (
    "pk",
    "date",
    "description",
    "status",
    "amount",
    "is_billable",
    "project_id",
    "project__name",
    "project__customer__name",
    *(f"membership__user__{name}" for name in USER_NAMES),
    "invoice_line__invoice_id",
    "invoice_line__invoice__status",
    "invoice_line__invoice__number",
)
# What only one kind has.
OWN: Mapping[type[Registration], tuple[str, ...]] = {
    TimeEntry: ("rounded_by",),
    Expense: ("receipt", "receipt_name"),
    Trip: ("origin", "destination"),
}
# The rate by which the selection adds up rows of one project.
RATES: Mapping[type[Registration], tuple[str, ...]] = {
    TimeEntry: ("hourly_rate",),
    Trip: ("rate",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list.

    `figure` is its minutes, quantity or kilometres; `rounded_minutes` is None where rounding
    changes nothing. `amount` is its worth in euros excl. VAT, None for what is not billed.
    `figures` are attributes for what the selection adds up. `invoice` is the number of its invoice,
    with `invoice_url` for members who may open it.
    """

    pk: int
    date: datetime.date
    select_label: str
    figures: SafeString
    employee: str
    customer: str
    project: str
    special: str
    places: str
    description: str
    receipt_url: str
    receipt_name: str
    figure: Any
    rounded_minutes: int | None
    amount: Decimal | None
    tag: str
    status: str
    invoice: str
    invoice_url: str
    edit_url: str


class RowReader:
    """Reads the rows with some ids, as this member sees them. One reader serves one page."""

    def __init__(self, overview: Overview, *, by: Membership) -> None:
        self._overview = overview
        self._special = f"{overview.special}__name"
        self._figure = overview.figure or "quantity"
        self._sees_amounts = by.sees_amounts
        self._statuses = {value: str(label) for value, label in Status.choices}
        self._on_draft, self._no_number = _("On a draft"), _("no number yet")
        self._no_project = _("no project")
        self._select = _("Select %(day)s, %(project)s")
        name = {"hours": "hour", "expenses": "expense", "trips": "trip"}[overview.key]
        self._edit_url = row_urls(f"registrations:{name}-edit")
        self._receipt_url = row_urls("registrations:expense-receipt")
        self._invoice_url = row_urls("billing:invoice-detail") if by.is_invoicer else None

    def __call__(self, ids: Sequence[int]) -> dict[int, Row]:
        model = self._overview.model
        rate = RATES.get(model, ())
        columns = (*SHOWN, *OWN.get(model, ()), *rate, self._special, self._figure)
        found = model.objects.filter(pk__in=ids).order_by().values(*columns)
        return {values["pk"]: self._row(values) for values in found}

    def _row(self, values: dict[str, Any]) -> Row:
        day, project = values["date"], values["project__name"] or ""
        pk, amount, figure = values["pk"], values["amount"], values[self._figure]
        origin = values.get("origin", "")
        return Row(
            pk=pk,
            date=day,
            select_label=self._select
            % {"day": shown_day(day), "project": project or self._no_project},
            figures=self._figures(values),
            employee=full_name(*(values[f"membership__user__{name}"] for name in USER_NAMES)),
            customer=values["project__customer__name"] or "",
            project=project,
            special=values[self._special],
            places=f"{origin} – {values['destination']}" if origin else "",
            description=values["description"],
            receipt_url=self._receipt_url(pk) if values.get("receipt") else "",
            receipt_name=values.get("receipt_name", ""),
            figure=figure,
            rounded_minutes=figure + more if (more := values.get("rounded_by")) else None,
            amount=amount if values["is_billable"] and amount else None,
            edit_url=self._edit_url(pk),
            **self._status(values),
        )

    def _figures(self, values: dict[str, Any]) -> SafeString:
        """Return the attributes of the tick box: numbers, which need no escaping."""
        found = {"minutes": values.get("minutes"), "km": values.get("distance")}
        if self._sees_amounts:
            found["amount"] = values["amount"]
            rate = values.get("hourly_rate", values.get("rate"))
            # What a trip that is not billed was registered at counts for nothing.
            if rate is not None and ("hourly_rate" in values or values["is_billable"]):
                found |= {"rate": rate, "project": values["project_id"]}
                if more := values.get("rounded_by"):
                    found["rounded"] = values["minutes"] + more
        parts = (f' data-{name}="{value}"' for name, value in found.items() if value is not None)
        return mark_safe("".join(parts))  # noqa: S308 - numbers

    def _status(self, values: dict[str, Any]) -> dict[str, str]:
        """Return tag, status, invoice and its URL: a row on a draft is not invoiced yet."""
        pk, status = values["invoice_line__invoice_id"], values["status"]
        about = {"tag": status, "status": self._statuses[status], "invoice": "", "invoice_url": ""}
        if pk and self._invoice_url:
            about["invoice_url"] = self._invoice_url(pk)
        if values["invoice_line__invoice__status"] == DRAFT:
            return {**about, "tag": WAITING, "status": self._on_draft}
        if pk:
            # An invoice that e-Boekhouden numbers has no number at first.
            about["invoice"] = values["invoice_line__invoice__number"] or self._no_number
        return about
