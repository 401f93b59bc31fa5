"""The texts that are printed on an invoice: a letter that no typeface has would be lost."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..documents.document import InvoiceDocument
from ..documents.pdf.glyphs import missing_letters, missing_signs
from ..models import Invoice
from ..numbering import settings_of
from .findings import Finding, Place, Severity, Where

PARTY: dict[str, str | Promise] = {
    "name": gettext_lazy("name"),
    "contact_name": gettext_lazy("contact"),
    "address": gettext_lazy("street and number"),
    "postal_code": gettext_lazy("postal code"),
    "city": gettext_lazy("city"),
    "country": gettext_lazy("country"),
    "po_box": gettext_lazy("postal address"),
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("phone"),
    "website": gettext_lazy("website"),
    "number": gettext_lazy("customer number"),
    "vat_number": gettext_lazy("VAT number"),
    "coc_number": gettext_lazy("Chamber of Commerce number"),
    "iban": "IBAN",
}
Printed = tuple[Place, str, str]


def letters_can_be_printed(document: InvoiceDocument) -> Iterator[Finding]:
    """Yield a finding for each text with letters, marks or digits that no typeface has.

    Signs such as emoji are left out of the PDF; that is a warning.
    """
    for place, name, text in _printed(document):
        if text.isascii():
            continue
        if letters := missing_letters(text):
            sentence = _(
                "%(field)s: no typeface has %(letters)s, so it cannot be printed. Write it in "
                "other letters."
            )
            names = {"field": _capitalised(name), "letters": " ".join(letters)}
            yield Finding(sentence % names, place, _severity(document.invoice, place))
        elif signs := missing_signs(text):
            sentence = _("%(field)s: %(signs)s will not be printed.")
            names = {"field": _capitalised(name), "signs": " ".join(signs)}
            yield Finding(sentence % names, place, Severity.WARNING)


def _severity(invoice: Invoice, place: Place) -> Severity:
    """Return an error; a warning for the lines of a credit invoice, which copy final ones."""
    is_copied = invoice.credit_of_id is not None and place.where is Where.DRAFT
    return Severity.WARNING if is_copied else Severity.ERROR


def _printed(document: InvoiceDocument) -> Iterator[Printed]:
    """Yield every text that a person typed and the PDF shows, with its place and its name."""
    invoice = document.invoice
    for key, label in PARTY.items():
        names = {"field": label}
        own, theirs = document.issuer.get(key, ""), document.addressee.get(key, "")
        yield Place(Where.ORGANISATION, key), _("Your organisation, %(field)s") % names, own
        place = Place(Where.CUSTOMER, "postal_address" if key == "po_box" else key)
        yield place, _("Customer, %(field)s") % names, theirs
    draft = Place(Where.DRAFT)
    yield Place(Where.DRAFT, "reference"), _("reference"), invoice.reference
    yield Place(Where.DRAFT, "notes"), _("notes"), invoice.notes
    yield Place(Where.INVOICE_SETTINGS, "footer"), _("text below the invoice"), _footer(invoice)
    for line in document.lines:
        position = {"position": line.position}
        yield draft, _("line %(position)d") % position, f"{line.description} {line.unit}"
        name = _("specification of line %(position)d") % position
        for row in line.specification or ():
            texts = (row["employee"], row["project"], row["task"], row["description"])
            yield draft, name, " ".join(texts)
    for receipt in document.receipts:
        printed = f"{receipt.description} {receipt.category} {receipt.receipt_name}"
        yield draft, _("receipt of %(name)s") % {"name": receipt.receipt_name}, printed


def _footer(invoice: Invoice) -> str:
    return settings_of(invoice.organisation).footer_in(invoice.language)


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
