"""The lines of an invoice that can be credited, and the credit invoice of chosen lines."""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from lib.money import ZERO
from vat.totals import Totals, rate_of

from ..legal.content import why_totals_corrected
from ..legal.loading import filed_on
from ..models import Booking, Invoice, InvoiceLine, InvoiceStatus, Origin, RowDisposition, State
from ..unbilled.items import ItemKind
from ..unbilled.releasing import rows_of_kind
from .credit_totals import Original, credit_totals, difference


class CannotCredit(Exception):
    """The invoice or a line cannot be credited; the text is a sentence for the user."""


@dataclass(frozen=True)
class CreditInput:
    """The lines to credit by id, each with the disposition of its rows; reason and date."""

    dispositions: Mapping[int, RowDisposition]
    reason: str
    date: datetime.date


@dataclass(frozen=True)
class CreditableLine:
    """A line, the number of its rows, and the credit invoice that already takes it back."""

    line: InvoiceLine
    row_count: int
    taken_by: Invoice | None

    @property
    def quantity(self) -> Decimal:
        return -self.line.quantity

    @property
    def net(self) -> Decimal:
        return -self.line.net


@dataclass(frozen=True)
class Preview:
    """The totals of a credit invoice before it is created.

    `apart` is in euros incl. VAT. For an invoice created here, it is how far the last credit
    differs from its own lines. For one in e-Boekhouden, it is how far all credits differ from the
    invoice. `warning` says what its date does to a VAT return.
    """

    totals: Totals
    apart: Decimal
    warning: str = ""


def why_no_credit(invoice: Invoice) -> str:
    """Return the reason why this invoice cannot be credited; empty if it can."""
    if invoice.is_draft:
        return _("This invoice is a draft. Edit or delete it instead.")
    if invoice.status == InvoiceStatus.VOID:
        return _("This invoice has been cancelled.")
    if invoice.is_credit:
        return _("This invoice is a credit invoice itself.")
    if invoice.origin == Origin.EBOEKHOUDEN and not _is_booked_there(invoice):
        return _("This invoice is not booked in e-Boekhouden yet.")
    if not uncredited_lines(invoice).exists():
        return _("All lines of this invoice have been credited.")
    return ""


def uncredited_lines(invoice: Invoice) -> QuerySet[InvoiceLine]:
    """Return the lines that no credit invoice takes back; cancelled ones do not count."""
    taken = InvoiceLine.objects.filter(credits__invoice=invoice, is_withdrawn=False)
    return invoice.lines.exclude(pk__in=taken.values("credits"))


def creditable_lines(invoice: Invoice) -> list[CreditableLine]:
    """Return all lines of the invoice in order."""
    taking = InvoiceLine.objects.filter(credits__invoice=invoice, is_withdrawn=False)
    taken_by = {line.credits_id: line.invoice for line in taking.select_related("invoice")}
    counts = _row_counts(invoice)
    return [
        CreditableLine(line, counts[line.pk], taken_by.get(line.pk)) for line in invoice.lines.all()
    ]


def with_takers(lines: Sequence[InvoiceLine], credits: Sequence[Invoice]) -> Sequence[InvoiceLine]:
    """Give each line `taking`: the lines of these credit invoices that take it back."""
    if credits:
        takers = InvoiceLine.objects.filter(is_withdrawn=False).select_related("invoice")
        prefetch_related_objects(lines, Prefetch("credited_by", takers, to_attr="taking"))
    return lines


def preview(
    invoice: Invoice, chosen: Iterable[int], *, date: datetime.date, today: datetime.date
) -> Preview:
    """Compute the totals of a credit of the chosen lines, on this date."""
    lines = lines_of_credit(invoice, dict.fromkeys(chosen, RowDisposition.RELEASED))
    before = credits_before(invoice)
    original = original_of(invoice, lines, before=before)
    totals = credit_totals(
        lines, discount=invoice.discount, original=_if_issued_here(invoice, original)
    )
    filed = filed_on(invoice.organisation, date)
    return Preview(
        totals,
        difference(lines, discount=invoice.discount, original=original),
        why_totals_corrected(totals.rates, date, filed=filed, today=today),
    )


def lines_of_credit(
    invoice: Invoice, dispositions: Mapping[int, RowDisposition]
) -> list[InvoiceLine]:
    """Return the chosen lines with negative quantities, unsaved.

    Raises CannotCredit if one has been credited.
    """
    uncredited = {line.pk: line for line in uncredited_lines(invoice)}
    if not dispositions:
        raise CannotCredit(_("Select at least one line."))
    if set(dispositions) - set(uncredited):
        raise CannotCredit(taken_meanwhile())
    counts = _row_counts(invoice)
    return [
        _taken_back(line, dispositions[line.pk] if counts[line.pk] else "")
        for line in uncredited.values()
        if line.pk in dispositions
    ]


def taken_meanwhile() -> str:
    """Return the sentence for lines that another user credited first."""
    return _("Some of these lines have been credited in the meantime. Reload the page.")


def totals_of_credit(
    original: Invoice, lines: Sequence[InvoiceLine], *, before: Sequence[Invoice]
) -> Totals:
    """Compute the totals of a credit of these lines, after the credits before it."""
    against = _if_issued_here(original, original_of(original, lines, before=before))
    return credit_totals(lines, discount=original.discount, original=against)


def credits_before(invoice: Invoice, draft: Invoice | None = None) -> list[Invoice]:
    """Return the credits before a draft or a new credit: final ones and earlier drafts."""
    others = invoice.credits.living().order_by("pk")
    if draft is None:
        return list(others)
    return list(others.exclude(pk__gte=draft.pk, status=InvoiceStatus.DRAFT))


def original_of(
    invoice: Invoice, lines: Iterable[InvoiceLine], *, before: Sequence[Invoice]
) -> Original:
    """Describe the invoice and its earlier credits, before a credit of these lines."""
    earlier = InvoiceLine.objects.filter(invoice__in=before).values_list("credits", flat=True)
    taken = {*earlier, *(line.credits_id for line in lines)}
    remaining = {rate_of(line) for line in invoice.lines.all() if line.pk not in taken}
    return Original(
        rates=invoice.vat_by_rate,
        credited=tuple(rate for credit in before for rate in credit.vat_by_rate),
        remaining=frozenset(remaining),
    )


def _if_issued_here(invoice: Invoice, original: Original) -> Original | None:
    """Return None for an invoice in e-Boekhouden, which computes VAT over the lines alone."""
    return original if invoice.origin == Origin.HERE else None


def _is_booked_there(invoice: Invoice) -> bool:
    return Booking.objects.filter(invoice=invoice, state=State.CONFIRMED).exists()


def _row_counts(invoice: Invoice) -> Counter[int]:
    counts: Counter[int] = Counter()
    for kind in ItemKind:
        rows = rows_of_kind(kind).filter(invoice_line__invoice=invoice).order_by()
        counts.update(dict(rows.values_list("invoice_line").annotate(n=Count("pk"))))
    return counts


def _taken_back(line: InvoiceLine, disposition: str) -> InvoiceLine:
    """Copy a line with a negative quantity, unsaved."""
    same = (
        "description unit price discount vat_rate_id vat_percentage vat_code vat_treatment code "
        "ledger_account cost_centre_id project_id task_id specification"
    )
    return InvoiceLine(
        position=line.position,
        quantity=-line.quantity,
        net=-line.net if line.net else ZERO,
        credits=line,
        row_action=disposition,
        **{name: getattr(line, name) for name in same.split()},
    )
