"""Drafts follow the VAT code of their rate: only a final invoice keeps the one it was made with."""

from .models import Invoice, InvoiceLine, InvoiceStatus, VatRate
from .total_rows import total_fields
from .vat import totals


def restate_codes(rate: VatRate) -> None:
    """Puts the code of the rate on the lines of drafts; call it inside a transaction.

    A credit keeps the codes of the invoice that it takes back.
    """
    lines = InvoiceLine.objects.filter(vat_rate=rate).exclude(vat_code=rate.code)
    drafts = Invoice.objects.filter(
        organisation_id=rate.organisation_id, status=InvoiceStatus.DRAFT, credit_of=None
    )
    found = drafts.select_for_update(of=("self",)).filter(lines__in=lines).order_by("pk")
    for draft in {one.pk: one for one in found}.values():
        lines.filter(invoice=draft).update(vat_code=rate.code)
        sums = totals(draft.lines.all(), discount=draft.discount)
        Invoice.objects.filter(pk=draft.pk).update(**total_fields(sums))
