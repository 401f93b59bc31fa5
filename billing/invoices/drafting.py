"""Change a draft: its dates, texts, discounts and lines, also lines without registrations.

A line with registrations keeps their quantity and price. Totals are computed in one place, for the
preview and for what is stored.
"""

import copy
import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit.changes import Changes, change
from audit.kinds import Action, Kind
from audit.recording import record
from customers.models import Customer
from lib.money import net_amount
from vat.models import VatRate
from vat.total_rows import total_fields
from vat.totals import totals

from ..events import add_event, name_of
from ..models import Invoice, InvoiceEvent, InvoiceLine, InvoiceStatus, Origin
from ..numbering import payment_term, settings_of
from ..unbilled.claiming import line_ids_with_rows, release, release_lines
from .crediting import restate_drafts
from .locking import NotAllowed, lock_invoice

# The product code of a free line; the service asks for one on every line.
FREE_CODE = "FREE"
LINE_FIELDS = (
    "position",
    "description",
    "quantity",
    "unit",
    "price",
    "discount",
    "net",
    "vat_rate",
    "vat_percentage",
    "vat_code",
    "vat_treatment",
    "ledger_account",
    "cost_centre_id",
)
TOTAL_FIELDS = ("net", "vat", "gross", "vat_totals")


class ChangedMeanwhile(Exception):
    """Another user changed the draft after it was shown; `event` says who, if that is known."""

    def __init__(self, event: InvoiceEvent | None) -> None:
        super().__init__("the draft has changed")
        self.event = event


@dataclass(frozen=True)
class LineInput:
    """A line as the user typed it; without id it is a new one. Price in euros excl. VAT.

    Without quantity, price and unit, those of the stored line are kept.
    """

    id: int | None
    description: str
    discount: Decimal
    vat_rate: VatRate
    ledger_account: str
    cost_centre_id: int | None
    quantity: Decimal | None = None
    price: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class DraftInput:
    """A draft as the user typed it; without `lines` the stored lines are kept."""

    date: datetime.date
    payment_term: int
    language: str
    reference: str
    notes: str
    discount: Decimal
    supplied_from: datetime.date | None
    supplied_until: datetime.date | None
    with_specification: bool
    with_receipts: bool
    lines: tuple[LineInput, ...] | None


HEAD_FIELDS = tuple(name for name in DraftInput.__dataclass_fields__ if name != "lines")


def blank_draft(
    customer: Customer, *, by: User, now: datetime.datetime, today: datetime.date
) -> Invoice:
    """Create a draft without lines, to which the user adds lines."""
    organisation = customer.organisation
    term = payment_term(customer, settings_of(organisation))
    with transaction.atomic():
        invoice = Invoice.objects.create(
            organisation=organisation,
            customer=customer,
            origin=Origin.HERE,
            date=today,
            payment_term=term,
            due_on=today + datetime.timedelta(days=term),
            language=customer.document_language,
            created_at=now,
            created_by=by,
        )
        add_event(invoice=invoice, at=now, by=by, kind="begun")
    return invoice


def change_draft(
    invoice: Invoice, draft_input: DraftInput, *, version: int, by: User, now: datetime.datetime
) -> None:
    """Store the draft as typed, and release the rows of lines that were removed.

    Raises NotAllowed when it is final or gone, ChangedMeanwhile when it is no longer `version`.
    """
    with transaction.atomic():
        draft = Invoice.objects.select_for_update().filter(pk=invoice.pk).first()
        if draft is None or not draft.is_draft:
            raise NotAllowed("final")
        if draft.version != version:
            raise ChangedMeanwhile(draft.events.filter(kind="edited").first())
        stored = {line.pk: line for line in draft.lines.all()}
        typed, lines = as_input(draft, draft_input, stored, fixed=line_ids_with_rows(draft))
        if draft_input.lines is not None:
            _store_lines(draft, lines, stored)
        typed.version = version + 1
        typed.save(update_fields=[*HEAD_FIELDS, *TOTAL_FIELDS, "due_on", "version"])
        draft.events.filter(kind="edited", by=by).delete()
        changes = differences_of_draft(draft, typed)
        add_event(draft, at=now, by=by, kind="edited", changes=changes)


def differences_of_draft(draft: Invoice, typed: Invoice) -> Changes:
    """Return what differs in head and total; lines are told by the total they make."""
    found: Changes = {}
    for name in (*HEAD_FIELDS, "gross"):
        found |= change(name, getattr(draft, name), getattr(typed, name))
    return found


def as_input(
    draft: Invoice,
    draft_input: DraftInput,
    stored: Mapping[int, InvoiceLine],
    *,
    fixed: Collection[int],
) -> tuple[Invoice, list[InvoiceLine]]:
    """Return the draft and its lines as typed, with computed amounts; nothing is stored.

    The ids of lines must exist. A credit keeps its lines and amounts, which follow from the invoice
    it takes back.
    """
    typed = copy.copy(draft)
    for name in HEAD_FIELDS:
        setattr(typed, name, getattr(draft_input, name))
    typed.due_on = draft_input.date + datetime.timedelta(days=draft_input.payment_term)
    if draft.is_credit:
        typed.discount = draft.discount
        return typed, _with_texts(draft_input, stored)
    if draft_input.lines is None:
        lines = list(stored.values())
    else:
        lines = [
            _line(
                draft,
                line,
                stored.get(line.id or 0),
                position=n,
                is_fixed=line.id in fixed,
                language=typed.language,
            )
            for n, line in enumerate(_each_once(draft_input.lines, stored), start=1)
        ]
    for name, value in total_fields(totals(lines, discount=typed.discount)).items():
        setattr(typed, name, value)
    return typed, lines


def _each_once(
    line_inputs: Iterable[LineInput], stored: Mapping[int, InvoiceLine]
) -> Iterator[LineInput]:
    """Yield new lines, and each stored line the first time that it is named."""
    not_yet_named = set(stored)
    for line in line_inputs:
        if line.id is None or line.id in not_yet_named:
            not_yet_named.discard(line.id or 0)
            yield line


def _with_texts(draft_input: DraftInput, stored: Mapping[int, InvoiceLine]) -> list[InvoiceLine]:
    texts = {line.id: line.description for line in draft_input.lines or ()}
    lines = [copy.copy(line) for line in stored.values()]
    for line in lines:
        line.description = texts.get(line.pk, line.description)
    return lines


def _line(
    draft: Invoice,
    line_input: LineInput,
    stored: InvoiceLine | None,
    *,
    position: int,
    is_fixed: bool,
    language: str,
) -> InvoiceLine:
    line = copy.copy(stored) if stored else InvoiceLine(invoice=draft, code=FREE_CODE)
    line.position = position
    line.description = _in_language(line, line_input.description, language)
    line.discount = line_input.discount
    if line_input.quantity is not None and line_input.price is not None and not is_fixed:
        line.quantity, line.unit, line.price = (
            line_input.quantity,
            line_input.unit,
            line_input.price,
        )
    line.net = net_amount(line.quantity, line.price, line.discount)
    line.vat_rate = line_input.vat_rate
    line.vat_percentage = line_input.vat_rate.percentage
    line.vat_code = line_input.vat_rate.code
    line.vat_treatment = line_input.vat_rate.treatment
    line.ledger_account = line_input.ledger_account
    line.cost_centre_id = line_input.cost_centre_id
    return line


def _in_language(line: InvoiceLine, text: str, language: str) -> str:
    """Return the text; in the language of the invoice if nobody changed what was composed."""
    composed = line.texts or {}
    return str(composed.get(language, text)) if text in composed.values() else text


def _store_lines(
    draft: Invoice, lines: Sequence[InvoiceLine], stored: Mapping[int, InvoiceLine]
) -> None:
    kept = {line.pk for line in lines}
    removed = [pk for pk in stored if pk not in kept]
    if removed:
        release_lines(removed)
        draft.lines.filter(pk__in=removed).delete()
    _make_room(draft, lines, stored.values())
    InvoiceLine.objects.bulk_update([line for line in lines if line.pk], LINE_FIELDS)
    InvoiceLine.objects.bulk_create([line for line in lines if not line.pk])


def _make_room(draft: Invoice, lines: Sequence[InvoiceLine], stored: Iterable[InvoiceLine]) -> None:
    """Move the stored lines behind every needed position, because no position may occur twice."""
    last = max([len(lines), *(line.position for line in stored)])
    draft.lines.update(position=F("position") + last)


def delete_draft(invoice: Invoice) -> int:
    """Delete a draft and release its registrations; return how many.

    Raises NotAllowed when it is final, or deleted.
    """
    with transaction.atomic():
        draft = lock_invoice(invoice)
        if not draft.is_draft:
            raise NotAllowed("final")
        freed = release(draft)
        label = name_of(draft)
        changes = change("status", InvoiceStatus.DRAFT, None) | change("gross", draft.gross, None)
        note = str(freed) if freed else ""
        record(Kind.INVOICE, Action.DELETED, draft, label=label, note=note, changes=changes)
        draft.delete()
        if draft.credit_of:
            restate_drafts(draft.credit_of)
        return freed
