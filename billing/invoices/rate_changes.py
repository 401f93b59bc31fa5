"""Changing a VAT rate and the drafts that use it; final invoices keep their VAT code."""

from django.db import transaction

from vat import rates
from vat.models import VatRate
from vat.total_rows import total_fields
from vat.totals import totals

from ..models import Invoice, InvoiceLine, InvoiceStatus


@transaction.atomic
def change_rate(rate: VatRate, *, is_default: bool, **details: object) -> None:
    """Change a VAT rate and its code on the lines of drafts; final invoices do not change.

    Raises DefaultRateRequired when the organisation would have no default rate.
    """
    rates.change_rate(rate, is_default=is_default, **details)
    restate_codes(VatRate.objects.get(pk=rate.pk))


@transaction.atomic
def set_default_code(rate: VatRate) -> str:
    """Set the default VAT code on a rate without one and on the lines of drafts; return it.

    Returns an empty string when there is no default code, or when the rate already has a code.
    """
    code = rates.set_default_code(rate)
    if code:
        restate_codes(VatRate.objects.get(pk=rate.pk))
    return code


def restate_codes(rate: VatRate) -> None:
    """Write the code of the rate to the lines of drafts; call it inside a transaction.

    A credit keeps the codes of its invoice, and a line with another percentage or treatment than
    the rate has now keeps its own: the code of the rate would contradict it.
    """
    lines = InvoiceLine.objects.filter(
        vat_rate=rate, vat_percentage=rate.percentage, vat_treatment=rate.treatment
    ).exclude(vat_code=rate.code)
    drafts = Invoice.objects.filter(
        organisation_id=rate.organisation_id, status=InvoiceStatus.DRAFT, credit_of=None
    )
    found = drafts.select_for_update(of=("self",)).filter(lines__in=lines).order_by("pk")
    for draft in {one.pk: one for one in found}.values():
        lines.filter(invoice=draft).update(vat_code=rate.code)
        sums = totals(draft.lines.all(), discount=draft.discount)
        Invoice.objects.filter(pk=draft.pk).update(**total_fields(sums))
