"""All texts of an invoice in its own language; the drawing adds none."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from lib.countries import country_name
from lib.formats import amount, day, iban, percentage
from vat.total_rows import total_rows
from vat.treatments import TREATMENTS, words_of

from ...models import InvoiceLine, InvoiceSettings
from ..document import InvoiceDocument
from .annex import filled, receipts, specification
from .paying import payment, payment_code
from .units import unit_name

Content = dict[str, Any]
Party = Mapping[str, str]


def content_of(document: InvoiceDocument, choices: InvoiceSettings, *, language: str) -> Content:
    """Return the texts of the invoice in a language, with amounts formatted for it."""
    invoice = document.invoice
    with override(language):
        return {
            "lang": language,
            "draft": _("DRAFT") if invoice.is_draft else "",
            "title": _title(document),
            "accent": invoice.organisation.theme_colour,
            **_parties(document),
            "meta": [list(pair) for pair in _meta(document)],
            "notes": invoice.notes.strip(),
            "columns": _columns(document),
            "lines": [_line(line, document) for line in document.lines],
            "totals": _totals(document),
            "total": [_("Total"), amount(invoice.gross)],
            "remarks": _remarks(document),
            "payment": payment(document),
            "qr": payment_code(document) if choices.payment_code else "",
            "qr_text": _("Scan to pay"),
            "closing": choices.footer_in(language),
            "page": [_("Page"), _("of")],
            "specification": specification(document),
            "receipts": receipts(document),
        }


def _title(document: InvoiceDocument) -> str:
    kind = _("Credit invoice") if document.is_credit else _("Invoice")
    return f"{kind} {document.invoice.number}".strip()


def _parties(document: InvoiceDocument) -> Content:
    issuer = document.issuer
    return {
        "issuer": issuer["name"],
        "issuer_lines": _issuer_lines(issuer),
        "addressee": _addressee_lines(document.addressee, home=issuer["country"]),
        "foot": _foot(issuer),
    }


def _issuer_lines(issuer: Party) -> list[str]:
    city_line = f"{issuer['postal_code']} {issuer['city']}".strip()
    return filled(issuer["address"], city_line, issuer["email"], issuer["phone"], issuer["website"])


def _addressee_lines(addressee: Party, *, home: str) -> list[str]:
    contact = addressee["contact_name"]
    attention = _("Attn. %(name)s") % {"name": contact} if contact else ""
    city_line = f"{addressee['postal_code']} {addressee['city']}".strip()
    abroad = addressee["country"] not in ("", home)
    country = country_name(addressee["country"]) if abroad else ""
    vat = addressee["vat_number"]
    vat_line = _("VAT number %(number)s") % {"number": vat} if vat else ""
    name = addressee["name"]
    # Older snapshots have no P.O. box of their own.
    box = addressee.get("po_box", "")
    return filled(name, attention, addressee["address"], city_line, country, box, vat_line)


def _meta(document: InvoiceDocument) -> Iterable[tuple[str, str]]:
    invoice = document.invoice
    if invoice.number:
        yield _("Invoice number"), invoice.number
    if invoice.credit_of:
        yield _("Credits invoice"), invoice.credit_of.number
    yield _("Invoice date"), day(invoice.date)
    if document.asks_payment:
        yield _("Due date"), day(invoice.due_on)
    if document.supplied:
        first, last = (day(one) for one in document.supplied)
        yield _("Supplied"), first if first == last else f"{first} – {last}"
    if invoice.reference:
        yield _("Your reference"), invoice.reference
    yield _("Customer number"), document.addressee["number"]


def _columns(document: InvoiceDocument) -> list[str]:
    discount = [_("Discount")] if document.has_discounts else []
    return [
        *(_("Description"), _("Quantity"), _("Unit"), _("Price")),
        *discount,
        *(_("VAT"), _("Excl. VAT")),
    ]


def _line(line: InvoiceLine, document: InvoiceDocument) -> list[str]:
    discount = (
        [percentage(line.discount) if line.discount else ""] if document.has_discounts else []
    )
    return [
        *(line.description, amount(line.quantity), unit_name(line.unit), amount(line.price)),
        *discount,
        *(line.rate_label, amount(line.net)),
    ]


def _totals(document: InvoiceDocument) -> list[list[str]]:
    invoice = document.invoice
    rows = total_rows(invoice.vat_by_rate, net=invoice.net, discount=invoice.discount)
    return [[row.label, amount(row.amount)] for row in rows]


def _remarks(document: InvoiceDocument) -> list[str]:
    """Return the reasons why no VAT is charged, with the VAT number of a customer who owes it."""
    remarks = []
    for treatment in dict.fromkeys(rate.treatment for rate in document.invoice.vat_by_rate):
        words, number = words_of(treatment), document.addressee["vat_number"]
        if TREATMENTS[treatment].needs_vat_number and number:
            names = {"why": words, "number": number}
            remarks.append(_("%(why)s. VAT number of the customer: %(number)s.") % names)
        elif words:
            remarks.append(f"{words}.")
    return remarks


def _foot(issuer: Party) -> list[list[str]]:
    """Return the identification and the bank account of the issuer, for every page."""
    coc, vat = issuer["coc_number"], issuer["vat_number"]
    identification = filled(
        issuer["name"],
        _("CoC %(number)s") % {"number": coc} if coc else "",
        _("VAT %(number)s") % {"number": vat} if vat else "",
    )
    bank = filled(
        f"IBAN {iban(issuer['iban'])}" if issuer["iban"] else "",
        f"BIC {issuer['bic']}" if issuer["bic"] else "",
    )
    return [parts for parts in (identification, bank) if parts]
