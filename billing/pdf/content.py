"""Everything that an invoice says, as plain texts in its own language; the drawing adds nothing."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.countries import country_name

from ..copies import addressee_copy, issuer_copy
from ..formats import amount, day, euro, iban, percentage
from ..models import Invoice, InvoiceLine
from ..numbering import settings_of
from ..supply import supply_period
from ..total_rows import vat_label
from ..treatments import TREATMENTS, words_of

Content = dict[str, Any]
Parties = Mapping[str, str]


def content_of(invoice: Invoice, *, language: str) -> Content:
    """The texts of the invoice, in the language given, amounts written in its way."""
    with override(language):
        issuer, addressee = parties(invoice)
        return {
            "lang": language,
            "is_draft": invoice.is_draft,
            "draft": _("DRAFT"),
            "title": _title(invoice),
            "accent": invoice.organisation.theme_colour,
            "issuer": issuer["name"],
            "issuer_lines": _issuer_lines(issuer),
            "addressee": _addressee_lines(addressee, home=issuer["country"]),
            "meta": [list(pair) for pair in _meta(invoice, addressee)],
            "notes": invoice.notes.strip(),
            "columns": _columns(),
            "lines": [_line(line) for line in invoice.lines.all()],
            "totals": [list(pair) for pair in _totals(invoice)],
            "total": [_("Total"), euro(invoice.gross)],
            "remarks": _remarks(invoice, addressee),
            "payment": _payment(invoice, issuer),
            "closing": settings_of(invoice.organisation).footer.strip(),
            "foot": _foot(issuer),
            "page": [_("Page"), _("of")],
        }


def parties(invoice: Invoice) -> tuple[Parties, Parties]:
    """Who issues it and who receives it: the copies of a final invoice, of a draft as of now."""
    return (
        invoice.issuer or issuer_copy(invoice.organisation),
        invoice.addressee or addressee_copy(invoice.customer),
    )


def _title(invoice: Invoice) -> str:
    kind = _("Credit invoice") if invoice.credit_of_id else _("Invoice")
    return f"{kind} {invoice.number}".strip()


def _issuer_lines(issuer: Parties) -> list[str]:
    town = f"{issuer['postal_code']} {issuer['city']}".strip()
    return _filled(issuer["address"], town, issuer["email"], issuer["phone"], issuer["website"])


def _addressee_lines(addressee: Parties, *, home: str) -> list[str]:
    contact = addressee["contact_name"]
    attention = _("Attn. %(name)s") % {"name": contact} if contact else ""
    town = f"{addressee['postal_code']} {addressee['city']}".strip()
    abroad = addressee["country"] not in ("", home)
    country = country_name(addressee["country"]) if abroad else ""
    vat = addressee["vat_number"]
    vat_line = _("VAT number %(number)s") % {"number": vat} if vat else ""
    name = addressee["name"]
    return _filled(name, attention, addressee["address"], town, country, vat_line)


def _meta(invoice: Invoice, addressee: Parties) -> Iterable[tuple[str, str]]:
    if invoice.number:
        yield _("Invoice number"), invoice.number
    if invoice.credit_of:
        yield _("Credits invoice"), invoice.credit_of.number
    yield _("Invoice date"), day(invoice.date)
    yield _("Due date"), day(invoice.due_on)
    if supplied := supply_period(invoice):
        first, last = (day(one) for one in supplied)
        yield _("Supplied"), first if first == last else f"{first} – {last}"
    if invoice.reference:
        yield _("Your reference"), invoice.reference
    yield _("Customer number"), addressee["number"]


def _columns() -> list[str]:
    return [_("Description"), _("Quantity"), _("Unit"), _("Price"), _("VAT"), _("Net")]


def _line(line: InvoiceLine) -> list[str]:
    units = {"hour": _("hour"), "piece": _("piece")}
    return [
        line.description,
        amount(line.quantity),
        units.get(line.unit, line.unit),
        amount(line.price),
        percentage(line.vat_percentage),
        amount(line.net),
    ]


def _totals(invoice: Invoice) -> Iterable[tuple[str, str]]:
    yield _("Total excl. VAT"), euro(invoice.net)
    for rate in invoice.vat_totals:
        yield vat_label(rate), euro(Decimal(rate["vat"]))


def _remarks(invoice: Invoice, addressee: Parties) -> list[str]:
    """Why no VAT is charged; with the VAT number of a customer who pays it instead."""
    remarks = []
    for treatment in dict.fromkeys(rate["treatment"] for rate in invoice.vat_totals):
        words = words_of(treatment)
        if TREATMENTS[treatment].needs_vat_number and addressee["vat_number"]:
            names = {"why": words, "number": addressee["vat_number"]}
            remarks.append(_("%(why)s. VAT number of the customer: %(number)s.") % names)
        elif words:
            remarks.append(f"{words}.")
    return remarks


def _payment(invoice: Invoice, issuer: Parties) -> str:
    """How to pay; nothing on an invoice that asks no money."""
    if invoice.gross <= 0:
        return ""
    names = {
        "total": euro(invoice.gross),
        "day": day(invoice.due_on),
        "iban": iban(issuer["iban"]),
        "name": issuer["name"],
        "number": invoice.number or "…",
    }
    if not issuer["iban"]:
        return _("Please pay %(total)s by %(day)s, mentioning %(number)s.") % names
    text = _(
        "Please pay %(total)s by %(day)s to %(iban)s in the name of %(name)s, "
        "mentioning %(number)s."
    )
    return text % names


def _foot(issuer: Parties) -> str:
    """What must be known of who issues it, on every page."""
    parts = [
        issuer["name"],
        _("CoC %(number)s") % {"number": issuer["coc_number"]} if issuer["coc_number"] else "",
        _("VAT %(number)s") % {"number": issuer["vat_number"]} if issuer["vat_number"] else "",
        f"IBAN {iban(issuer['iban'])}" if issuer["iban"] else "",
        f"BIC {issuer['bic']}" if issuer["bic"] else "",
    ]
    return "  ·  ".join(_filled(*parts))


def _filled(*texts: str) -> list[str]:
    return [text for text in texts if text]
