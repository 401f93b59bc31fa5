"""A draft being edited: the form as typed, with lines added, moved and removed.

The form carries everything that was typed. Nothing is stored before saving, and nothing is lost
when saving fails.
"""

import copy
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from integrations.eboekhouden.facts import limits
from lib.formats import day, euro, percentage
from lib.money import ZERO
from lib.questions import NAME as CONFIRMED
from lib.understanding import SUBMITTED
from lib.unlikely import LAST, typical
from registrations.overview.selection import is_id

from ..invoices.drafting import HEAD_FIELDS, DraftInput, LineInput, as_input
from ..models import Invoice, InvoiceLine, InvoiceStatus
from ..unbilled.claiming import line_ids_with_rows
from .drafts import ATTACHED, HeadForm, LineForm, Offers

# With more lines the page would be too long, so only the head can be edited.
MOST_LINES = 200
Raw = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """A field that another user changed meanwhile: its label, and its stored value."""

    label: str
    shown: str


class DraftEditor:
    """The forms of a draft: `head`, and `lines` in their order.

    `posted` is what was typed. Without it, or once a line was added, moved or removed, the forms
    are not checked yet.
    """

    def __init__(self, invoice: Invoice, posted: QueryDict | None = None) -> None:
        self.invoice = invoice
        self.stored = {line.pk: line for line in invoice.lines.select_related("vat_rate")}
        self.fixed = line_ids_with_rows(invoice)
        self.is_checked = posted is not None
        # The control to focus: `add`, or a control of a line, by its name and number.
        self.focus: tuple[str, int] = ("", -1)
        self.has_lines = len(self.stored) <= MOST_LINES
        # Whether the form was sent before, so that empty fields are wrong while typing too.
        self.submitted = {SUBMITTED: "1"} if posted and SUBMITTED in posted else {}
        if posted is None:
            self.head_raw: Raw = HeadForm.stored(invoice)
            self.raw = [LineForm.stored(line) for line in self.stored.values()]
            self.known = set(self.stored)
        else:
            typed = {name: posted.get(name) for name in HeadForm.base_fields}
            self.head_raw = typed | self.submitted | {CONFIRMED: posted.getlist(CONFIRMED)}
            self.raw = list(_typed_lines(posted))
            self.known = {int(pk) for pk in posted.getlist("known") if is_id(pk)}
        self.offers = Offers.of(invoice.organisation, day=self._first_day())

    # --- Forms ---

    def _first_day(self) -> datetime.date:
        """Return the first day of supply as typed; without one, the date of the invoice."""
        typed = HeadForm({k: v for k, v in self.head_raw.items() if v is not None})
        typed.is_valid()
        found = typed.cleaned_data
        return found.get("supplied_from") or found.get("date") or self.invoice.date

    @cached_property
    def head(self) -> HeadForm:
        if self.is_checked:
            typed = {k: v for k, v in self.head_raw.items() if v is not None}
            return HeadForm(typed, draft=self.invoice)
        return HeadForm(initial=self.head_raw)

    @cached_property
    def lines(self) -> list[LineForm]:
        return [self._line(n, raw) for n, raw in enumerate(self.raw)] if self.has_lines else []

    def _line(self, place: int, raw: Raw) -> LineForm:
        stored = self.stored.get(_id_of(raw) or 0)
        prefix = f"line-{place}"
        typed = {f"{prefix}-{name}": value for name, value in raw.items()} | self.submitted
        return LineForm(
            typed if self.is_checked else None,
            initial=None if self.is_checked else raw,
            prefix=prefix,
            offers=self.offers,
            stored=stored,
            is_fixed=bool(stored and stored.pk in self.fixed),
            typical=self._typical_line if self.is_checked else None,
        )

    @cached_property
    def _typical_line(self) -> Decimal | None:
        """The net amount that lines of this customer usually have, in euros."""
        lines = InvoiceLine.objects.filter(invoice__customer=self.invoice.customer_id)
        others = lines.exclude(invoice__status=InvoiceStatus.DRAFT).exclude(invoice=self.invoice)
        return typical(others.order_by("-pk").values_list("net", flat=True)[:LAST])

    def is_valid(self) -> bool:
        """Return whether the draft can be stored as typed."""
        if not all([self.head.is_valid(), *(line.is_valid() for line in self.lines)]):
            return False
        typed, _lines = self.preview()
        if max(abs(typed.net), abs(typed.gross)) > limits.MAX_AMOUNT:
            text = _("An invoice can be at most %(most)s. Split it into several invoices.")
            self.head.add_error(None, text % {"most": euro(limits.MAX_AMOUNT)})
        return not self.head.errors

    @property
    def wrong_lines(self) -> list[int]:
        """Return the numbers of the lines that cannot be computed yet."""
        return [n for n, line in enumerate(self.lines, start=1) if not line.is_valid()]

    def draft_input(self) -> DraftInput:
        """Return the typed values.

        A wrong field of the head has its stored value, and wrong lines are left out.
        """
        self.head.is_valid()
        found = self.head.cleaned_data
        values = {name: found.get(name, getattr(self.invoice, name)) for name in HEAD_FIELDS}
        return DraftInput(**values, lines=self._line_inputs())

    def _line_inputs(self) -> tuple[LineInput, ...] | None:
        if not self.has_lines:
            return None
        return tuple(line.line_input() for line in self.lines if line.is_valid())

    def for_preview(self) -> "DraftEditor":
        """Return the same editor with checked forms, so that amounts can be computed."""
        if self.is_checked:
            return self
        other = copy.copy(self)
        other.forget_forms()
        other.is_checked = True
        return other

    def forget_forms(self) -> None:
        """Make the forms anew from the typed values."""
        for name in ("head", "lines"):
            self.__dict__.pop(name, None)

    def preview(self) -> tuple[Invoice, list[InvoiceLine]]:
        """Return the invoice as it would be stored, with its amounts."""
        return as_input(self.invoice, self.draft_input(), self.stored, fixed=self.fixed)

    # --- Adding, moving and removing lines ---

    def carry_out(self, command: str) -> None:
        """Carry out `add`, `up-2`, `down-2` or `remove-2`; a credit keeps its lines."""
        if self.invoice.is_credit:
            command = ""
        name, _dash, direction = command.partition("-")
        place = int(direction) if direction.isdecimal() and len(direction) < 6 else -1
        if name == "add" and len(self.raw) < MOST_LINES:
            self.raw.append(self._fresh())
            self.focus = "description", len(self.raw) - 1
        elif 0 <= place < len(self.raw) and name in ("up", "down", "remove"):
            self._move(name, place)
        self.is_checked = False
        self.forget_forms()

    def _move(self, name: str, place: int) -> None:
        line = self.raw.pop(place)
        if name == "remove":
            self.focus = "add", -1
            return
        place = max(0, place - 1) if name == "up" else min(place + 1, len(self.raw))
        self.raw.insert(place, line)
        # The first line cannot go up, nor the last one down: focus the other arrow.
        ends = {0: "down", len(self.raw) - 1: "up"}
        self.focus = ends.get(place, name), place

    def _fresh(self) -> Raw:
        rate = self.offers.default_rate(self.invoice.customer)
        return {
            "quantity": "1",
            "unit": "",
            "price": "",
            "discount": ZERO,
            "vat_rate": rate.pk if rate else None,
        }

    # --- Concurrent changes ---

    def join(self) -> list[Difference]:
        """Merge the typed values into the draft as it is now; return the differences in its head.

        Lines that the other user added come last. A line without rows that the other user removed
        becomes a new one. A line whose rows were released is removed.
        """
        self.raw = [raw for raw in map(self._still, self.raw) if raw is not None]
        others = [line for pk, line in self.stored.items() if pk not in self.known]
        self.raw += [LineForm.stored(line) for line in others]
        self.known = set(self.stored)
        differences = self._differences()
        self.head_raw["version"] = self.invoice.version
        self.is_checked = False
        self.forget_forms()
        return differences

    def _still(self, raw: Raw) -> Raw | None:
        pk = _id_of(raw)
        if pk is None or pk in self.stored:
            return raw
        return {**raw, "id": ""} if "quantity" in raw else None

    def _differences(self) -> list[Difference]:
        typed = self.head.cleaned_data
        stored = HeadForm.stored(self.invoice)
        return [
            Difference(str(self.head.fields[name].label), _shown(stored[name]))
            for name in HEAD_FIELDS
            if name not in ATTACHED and typed.get(name) != stored[name]
        ]


def _shown(value: object) -> str:
    match value:
        case datetime.date():
            return day(value)
        case Decimal():
            return percentage(value)
    return str(value or "—")


def _typed_lines(posted: QueryDict) -> Iterator[Raw]:
    """Return the typed values of each line, in the order of the form."""
    count = posted.get("lines", "")
    for place in range(min(int(count), 2 * MOST_LINES) if is_id(count) else 0):
        prefix = f"line-{place}-"
        names = [name for name in LineForm.base_fields if prefix + name in posted]
        if names:
            confirmed = posted.getlist(prefix + CONFIRMED)
            yield {name: posted[prefix + name] for name in names} | {CONFIRMED: confirmed}


def _id_of(raw: Mapping[str, Any]) -> int | None:
    typed = str(raw.get("id") or "")
    return int(typed) if is_id(typed) else None
