"""The UBL document: an Invoice (type 380), or a CreditNote (381) that names its invoice.

It follows the NLCIUS (SI-UBL 2.0, https://stpe.nl): EN 16931 with additional Dutch rules. Amounts
are the stored ones; none is computed again.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import override
from lxml import etree

from lib.formats import day, euro
from lib.money import cents

from ...models import Invoice, InvoiceLine
from ..document import InvoiceDocument, ubl_document_of
from .categories import category, is_out_of_scope
from .elements import Part, cac, cbc, cbc_amount, cbc_date, figure, root_element
from .parties import address, customer, meets_nlcius, supplier
from .taxes import discount, discounts, line_category, monetary_total, tax_total

EN_16931 = "urn:cen.eu:en16931:2017"
NLCIUS = f"{EN_16931}#compliant#urn:fdc:nen.nl:nlcius:v1.0"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE, CREDIT_NOTE = "380", "381"
CREDIT_TRANSFER = "30"
# UN/ECE Recommendation 20: HUR is hour, KMT kilometre, C62 one piece.
UNITS = {"hour": "HUR", "km": "KMT"}
PIECE = "C62"
LONGEST_NAME = 100
# Three characters between the first two number signs of a note (BT-21).
SUBJECT_CODE = re.compile(r"\A([^#]*#)([^#]{3}#)")
# The number of a draft while it is tried.
NO_NUMBER = "0"


def invoice_ubl(invoice: Invoice) -> bytes:
    """Return the final invoice as UBL, in its language. Raises ValueError for a draft."""
    if invoice.is_draft:
        raise ValueError("a draft has no UBL")
    root = _root(ubl_document_of(invoice))
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def draft_root(invoice: Invoice, document: InvoiceDocument | None = None) -> etree._Element:
    """Return the UBL that a draft would get if it became final now, with a provisional number.

    `document` is that of the draft if it is loaded already.
    """
    numbered = copy.copy(invoice)
    numbered.number = invoice.number or NO_NUMBER
    return _root(replace(document or ubl_document_of(invoice), invoice=numbered))


def _root(document: InvoiceDocument) -> etree._Element:
    with override(document.invoice.language):
        return _credit_note(document) if document.is_credit else _invoice(document)


def _invoice(document: InvoiceDocument) -> etree._Element:
    invoice = document.invoice
    return root_element(
        "Invoice",
        *_profile(document),
        cbc("ID", invoice.number),
        cbc_date("IssueDate", invoice.date),
        cbc_date("DueDate", invoice.due_on if document.asks_payment else None),
        cbc("InvoiceTypeCode", INVOICE),
        *_head(document),
        *_payment(document),
        *discounts(document),
        *_foot(document),
        *(_line("Invoice", "Invoiced", line, document) for line in document.lines),
    )


def _credit_note(document: InvoiceDocument) -> etree._Element:
    invoice = document.invoice
    terms = _("Will be set off against invoice %(number)s or refunded.")
    return root_element(
        "CreditNote",
        *_profile(document),
        cbc("ID", invoice.number),
        cbc_date("IssueDate", invoice.date),
        cbc("CreditNoteTypeCode", CREDIT_NOTE),
        *_head(document),
        cac("PaymentTerms", cbc("Note", terms % {"number": _credited(invoice)})),
        *discounts(document),
        *_foot(document),
        *(_line("CreditNote", "Credited", line, document) for line in document.lines),
    )


def _profile(document: InvoiceDocument) -> Iterator[Part]:
    """Name NLCIUS, but EN 16931 for a Dutch buyer who lacks what NLCIUS asks of one."""
    yield cbc("CustomizationID", NLCIUS if meets_nlcius(document.addressee) else EN_16931)
    yield cbc("ProfileID", BILLING)


def _head(document: InvoiceDocument) -> Iterator[Part]:
    invoice = document.invoice
    yield cbc("Note", _without_subject_code(invoice.notes))
    yield cbc("DocumentCurrencyCode", "EUR")
    if not invoice.reference.strip():
        # BR-NL-2 requires a reference of the buyer.
        yield cbc(
            "BuyerReference", document.addressee["contact_name"] or document.addressee["number"]
        )
    if document.supplied:
        first, last = document.supplied
        yield cac("InvoicePeriod", cbc_date("StartDate", first), cbc_date("EndDate", last))
    yield cac("OrderReference", cbc("ID", invoice.reference))
    reference = cac("InvoiceDocumentReference", cbc("ID", _credited(invoice)))
    yield cac("BillingReference", reference)
    with_vat = not is_out_of_scope(document)
    yield supplier(document.issuer, with_vat=with_vat)
    yield customer(document.addressee, with_vat=with_vat)
    yield _delivery(document)


def _without_subject_code(note: str) -> str:
    """Return the note so that nobody reads a code of its subject in it, as in #AAI# (BR-CL-08)."""
    return SUBJECT_CODE.sub(r"\1 \2", note)


def _credited(invoice: Invoice) -> str:
    """Return the number of the credited invoice; empty if this is no credit."""
    return invoice.credit_of.number if invoice.credit_of else ""


def _delivery(document: InvoiceDocument) -> Part:
    """State date and place of delivery of goods to another EU country (BR-IC-11, BR-IC-12)."""
    categories = {
        category(document, one.vat_treatment, one.vat_percentage) for one in document.lines
    }
    if "K" not in categories:
        return None
    on = document.supplied[1] if document.supplied else document.invoice.date
    return cac(
        "Delivery",
        cbc_date("ActualDeliveryDate", on),
        cac("DeliveryLocation", cac("Address", *address(document.addressee))),
    )


def _payment(document: InvoiceDocument) -> Iterator[Part]:
    """State how to pay and by when; a credit transfer if there is an amount to pay."""
    invoice, issuer = document.invoice, document.issuer
    if issuer["iban"] and invoice.gross > 0:
        bank = cac("FinancialInstitutionBranch", cbc("ID", issuer["bic"]))
        yield cac(
            "PaymentMeans",
            cbc("PaymentMeansCode", CREDIT_TRANSFER),
            cbc("PaymentID", invoice.number),
            cac("PayeeFinancialAccount", cbc("ID", issuer["iban"]), bank),
        )
    yield cac("PaymentTerms", cbc("Note", _terms(document)))


def _terms(document: InvoiceDocument) -> str:
    """Say by when to pay, or that a negative amount is refunded; empty if nothing is due."""
    invoice = document.invoice
    if document.asks_payment:
        names = {"days": invoice.payment_term, "day": day(invoice.due_on)}
        return _("Within %(days)d days, by %(day)s.") % names
    if invoice.gross < 0:
        return _("%(total)s will be refunded to you.") % {"total": euro(-invoice.gross)}
    return ""


def _foot(document: InvoiceDocument) -> Iterator[Part]:
    yield tax_total(document)
    yield monetary_total(document)


def _line(kind: str, quantity_name: str, line: InvoiceLine, document: InvoiceDocument) -> Part:
    """Write one line. A price cannot be negative (BR-27): the quantity takes the sign instead."""
    is_negative = line.price < 0
    quantity = document.signed(-line.quantity if is_negative else line.quantity)
    unit = UNITS.get(line.unit, PIECE)
    return cac(
        f"{kind}Line",
        cbc("ID", str(line.position)),
        cbc(f"{quantity_name}Quantity", figure(quantity), unitCode=unit),
        cbc_amount("LineExtensionAmount", document.signed(line.net)),
        _line_discount(line, document),
        cac("Item", *_item(line), line_category(line, document)),
        cac("Price", cbc_amount("PriceAmount", abs(line.price))),
    )


def _line_discount(line: InvoiceLine, document: InvoiceDocument) -> Part:
    base = cents(line.quantity * line.price)
    amount = document.signed(base - line.net)
    return discount(amount=amount, base=document.signed(base), percent=line.discount)


def _item(line: InvoiceLine) -> Iterator[Part]:
    """Name the item by the first line of its description (BT-153); add all of it if longer."""
    name = next(iter(line.description.strip().splitlines()), "").strip()
    if name[:LONGEST_NAME] != line.description.strip():
        yield cbc("Description", line.description)
    yield cbc("Name", name[:LONGEST_NAME] or "–")
