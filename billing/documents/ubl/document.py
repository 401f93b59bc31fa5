"""The whole document: an Invoice (type 380), or a CreditNote (381) that names its invoice.

After the NLCIUS (SI-UBL 2.0, https://stpe.nl): EN 16931, and what the Netherlands ask more. Amounts
are those that were stored; nothing is computed anew.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import override
from lxml import etree

from lib.countries import HOME
from lib.formats import day
from lib.money import cents
from vat.treatments import category_of

from ...models import Invoice, InvoiceLine
from ..document import Paper, paper_of
from .elements import Part, cac, cbc, cbc_amount, cbc_date, document, figure
from .parties import address, country, customer, registration, supplier
from .taxes import discount, discounts, line_category, monetary_total, tax_total

EN_16931 = "urn:cen.eu:en16931:2017"
NLCIUS = f"{EN_16931}#compliant#urn:fdc:nen.nl:nlcius:v1.0"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INVOICE, CREDIT_NOTE = "380", "381"
CREDIT_TRANSFER = "30"
# UN/ECE Recommendation 20: hour, kilometre; C62 is one of anything.
UNITS = {"hour": "HUR", "km": "KMT"}
PIECE = "C62"
LONGEST_NAME = 100


def invoice_ubl(invoice: Invoice) -> bytes:
    """The final invoice as UBL, in its language. Raises ValueError for a draft."""
    if invoice.is_draft:
        raise ValueError("a draft has no UBL")
    paper = paper_of(invoice)
    with override(invoice.language):
        root = _credit_note(paper) if paper.is_credit else _invoice(paper)
    etree.indent(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _invoice(paper: Paper) -> etree._Element:
    invoice = paper.invoice
    return document(
        "Invoice",
        *_profile(paper),
        cbc("ID", invoice.number),
        cbc_date("IssueDate", invoice.date),
        cbc_date("DueDate", invoice.due_on),
        cbc("InvoiceTypeCode", INVOICE),
        *_head(paper),
        *_payment(paper),
        *discounts(paper),
        *_foot(paper),
        *(_line("Invoice", "Invoiced", line, paper) for line in paper.lines),
    )


def _credit_note(paper: Paper) -> etree._Element:
    invoice = paper.invoice
    terms = _("Settled with invoice %(number)s, or paid back.")
    return document(
        "CreditNote",
        *_profile(paper),
        cbc("ID", invoice.number),
        cbc_date("IssueDate", invoice.date),
        cbc("CreditNoteTypeCode", CREDIT_NOTE),
        *_head(paper),
        cac("PaymentTerms", cbc("Note", terms % {"number": _credited(invoice)})),
        *discounts(paper),
        *_foot(paper),
        *(_line("CreditNote", "Credited", line, paper) for line in paper.lines),
    )


def _profile(paper: Paper) -> Iterator[Part]:
    """NLCIUS; but EN 16931 for a Dutch buyer without the registration it demands (BR-NL-10)."""
    is_private = country(paper.addressee) == HOME and not registration(paper.addressee)[0]
    yield cbc("CustomizationID", EN_16931 if is_private else NLCIUS)
    yield cbc("ProfileID", BILLING)


def _head(paper: Paper) -> Iterator[Part]:
    invoice = paper.invoice
    yield cbc("Note", invoice.notes)
    yield cbc("DocumentCurrencyCode", "EUR")
    if not invoice.reference.strip():
        # BR-NL-2 asks for a reference of the buyer.
        yield cbc("BuyerReference", paper.addressee["contact_name"] or paper.addressee["number"])
    if paper.supplied:
        first, last = paper.supplied
        yield cac("InvoicePeriod", cbc_date("StartDate", first), cbc_date("EndDate", last))
    yield cac("OrderReference", cbc("ID", invoice.reference))
    reference = cac("InvoiceDocumentReference", cbc("ID", _credited(invoice)))
    yield cac("BillingReference", reference)
    yield supplier(paper.issuer)
    yield customer(paper.addressee)
    yield _delivery(paper)


def _credited(invoice: Invoice) -> str:
    """The number of the invoice that is credited; empty when none is."""
    return invoice.credit_of.number if invoice.credit_of else ""


def _delivery(paper: Paper) -> Part:
    """Goods to another EU country say where they went, and when (BR-IC-11, BR-IC-12)."""
    goods = any(category_of(one.vat_treatment, one.vat_percentage) == "K" for one in paper.lines)
    if not goods:
        return None
    on = paper.supplied[1] if paper.supplied else paper.invoice.date
    return cac(
        "Delivery",
        cbc_date("ActualDeliveryDate", on),
        cac("DeliveryLocation", cac("Address", *address(paper.addressee))),
    )


def _payment(paper: Paper) -> Iterator[Part]:
    """How to pay and until when; a credit transfer when there is something to be paid."""
    invoice, issuer = paper.invoice, paper.issuer
    if issuer["iban"] and invoice.gross > 0:
        bank = cac("FinancialInstitutionBranch", cbc("ID", issuer["bic"]))
        yield cac(
            "PaymentMeans",
            cbc("PaymentMeansCode", CREDIT_TRANSFER),
            cbc("PaymentID", invoice.number),
            cac("PayeeFinancialAccount", cbc("ID", issuer["iban"]), bank),
        )
    terms = _("Within %(days)d days, by %(day)s.")
    names = {"days": invoice.payment_term, "day": day(invoice.due_on)}
    yield cac("PaymentTerms", cbc("Note", terms % names))


def _foot(paper: Paper) -> Iterator[Part]:
    yield tax_total(paper)
    yield monetary_total(paper)


def _line(kind: str, quantity_name: str, line: InvoiceLine, paper: Paper) -> Part:
    """One line. A price cannot be negative (BR-27), so then the quantity is."""
    is_negative = line.price < 0
    quantity = paper.signed(-line.quantity if is_negative else line.quantity)
    unit = UNITS.get(line.unit, PIECE)
    return cac(
        f"{kind}Line",
        cbc("ID", str(line.position)),
        cbc(f"{quantity_name}Quantity", figure(quantity), unitCode=unit),
        cbc_amount("LineExtensionAmount", paper.signed(line.net)),
        _line_discount(line, paper),
        cac("Item", *_item(line), line_category(line)),
        cac("Price", cbc_amount("PriceAmount", abs(line.price))),
    )


def _line_discount(line: InvoiceLine, paper: Paper) -> Part:
    base = cents(line.quantity * line.price)
    amount = paper.signed(base - line.net)
    return discount(amount=amount, base=paper.signed(base), percent=line.discount)


def _item(line: InvoiceLine) -> Iterator[Part]:
    """The name is the first line of the description (BT-153); the whole of it follows if longer."""
    name = next(iter(line.description.strip().splitlines()), "").strip()
    if name[:LONGEST_NAME] != line.description.strip():
        yield cbc("Description", line.description)
    yield cbc("Name", name[:LONGEST_NAME] or "–")
