"""VAT, discounts on the whole invoice and totals: the stored amounts in the form of EN 16931.

A group of EN 16931 is a category and a percentage (BG-23). Two stored rates can share a group, such
as services reverse-charged here and within the EU; then their amounts are added.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from lib.formats import percentage as written
from lib.money import ZERO
from vat.totals import VatTotal, without_codes
from vat.treatments import OUT_OF_SCOPE, words_of

from ...models import InvoiceLine
from ..document import InvoiceDocument
from .categories import category
from .elements import Part, cac, cbc, cbc_amount, plain


def rates(document: InvoiceDocument) -> list[VatTotal]:
    """Return the stored rates without their codes, with the sign of the document."""
    return [
        replace(
            rate,
            discount=document.signed(rate.discount),
            net=document.signed(rate.net),
            vat=document.signed(rate.vat),
        )
        for rate in without_codes(document.invoice.vat_by_rate)
    ]


def discount(*, amount: Decimal, base: Decimal, percent: Decimal, tax: Part = None) -> Part:
    """Return an allowance (BG-20, BG-27); a negative one is a charge, as both are positive."""
    if not amount:
        return None
    reason = _("Discount %(rate)s") % {"rate": written(percent)}
    return cac(
        "AllowanceCharge",
        cbc("ChargeIndicator", "true" if amount < 0 else "false"),
        cbc("AllowanceChargeReason", reason),
        cbc("MultiplierFactorNumeric", plain(percent)),
        cbc_amount("Amount", abs(amount)),
        cbc_amount("BaseAmount", abs(base)),
        tax,
    )


def discounts(document: InvoiceDocument) -> Iterator[Part]:
    """Yield the discount on the whole invoice, one per rate because of its VAT."""
    for rate in rates(document):
        yield discount(
            amount=rate.discount,
            base=rate.net + rate.discount,
            percent=document.invoice.discount,
            tax=_category("TaxCategory", _category_of(document, rate), rate.percentage),
        )


def line_category(line: InvoiceLine, document: InvoiceDocument) -> Part:
    code = category(document, line.vat_treatment, line.vat_percentage)
    return _category("ClassifiedTaxCategory", code, line.vat_percentage)


def tax_total(document: InvoiceDocument) -> Part:
    return cac(
        "TaxTotal",
        cbc_amount("TaxAmount", document.signed(document.invoice.vat)),
        *(_subtotal(code, group) for (code, _percent), group in _groups(document).items()),
    )


def monetary_total(document: InvoiceDocument) -> Part:
    """Return the totals; they add up to the cent (BR-CO-10 to -16)."""
    invoice, signed = document.invoice, document.signed
    discounts_given = [rate.discount for rate in rates(document)]
    allowances = sum((one for one in discounts_given if one > 0), ZERO)
    charges = sum((-one for one in discounts_given if one < 0), ZERO)
    return cac(
        "LegalMonetaryTotal",
        cbc_amount("LineExtensionAmount", signed(invoice.net) + allowances - charges),
        cbc_amount("TaxExclusiveAmount", signed(invoice.net)),
        cbc_amount("TaxInclusiveAmount", signed(invoice.gross)),
        cbc_amount("AllowanceTotalAmount", allowances) if allowances else None,
        cbc_amount("ChargeTotalAmount", charges) if charges else None,
        cbc_amount("PayableAmount", signed(invoice.gross)),
    )


def _category_of(document: InvoiceDocument, rate: VatTotal) -> str:
    return category(document, rate.treatment, rate.percentage)


def _groups(document: InvoiceDocument) -> dict[tuple[str, Decimal], list[VatTotal]]:
    """Return the rates of the invoice by category and percentage."""
    groups: dict[tuple[str, Decimal], list[VatTotal]] = defaultdict(list)
    for rate in rates(document):
        groups[_category_of(document, rate), rate.percentage].append(rate)
    return groups


def _subtotal(code: str, group: list[VatTotal]) -> Part:
    reasons = (words_of(rate.treatment) for rate in group)
    words = dict.fromkeys(reason for reason in reasons if reason)
    return cac(
        "TaxSubtotal",
        cbc_amount("TaxableAmount", sum((rate.net for rate in group), ZERO)),
        cbc_amount("TaxAmount", sum((rate.vat for rate in group), ZERO)),
        _category("TaxCategory", code, group[0].percentage, "; ".join(words)),
    )


def _category(name: str, code: str, percentage: Decimal, why: str = "") -> Part:
    """Return a VAT category; what is out of scope has no percentage (BR-O-05)."""
    return cac(
        name,
        cbc("ID", code),
        cbc("Percent", "" if code == OUT_OF_SCOPE else plain(percentage)),
        cbc("TaxExemptionReason", why),
        cac("TaxScheme", cbc("ID", "VAT")),
    )
