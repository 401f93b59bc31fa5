"""The UBL: UBL 2.1, the rules of EN 16931, and the Dutch rules (NLCIUS).

The schemas are those of OASIS; the rules are written again in ubl_rules.py. The official
rules (github.com/peppolautoriteit-nl/validation, si-ubl-2.0.xsl) say the same of the
random documents below; they need an XSLT 2 processor, so they are not run here.
"""

import datetime
import random
import re
from decimal import Decimal

import pytest
from lxml import etree

from billing.documents.ubl import invoice_ubl
from billing.models import Invoice
from tests import factories
from tests.billing import issued as invoices
from tests.billing.documents.ubl_rules import NAMES, broken_rules
from tests.billing.documents.ubl_schema import schema_errors
from tests.billing.issued import Item

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 3)


def read(invoice: Invoice) -> etree._Element:
    return etree.fromstring(invoice_ubl(invoice))


def texts(root: etree._Element, path: str) -> list[str]:
    """Return the values at a path such as `cac:TaxTotal/cbc:TaxAmount`, from the root."""
    return [str(one.text) for one in root.iterfind(path, NAMES)]


def test_the_schemas_find_what_is_out_of_place(issuer):
    invoice = invoices.issued(invoices.buyer(issuer), [Item()])
    written = invoice_ubl(invoice)
    without_id = re.sub(rb"<cbc:ID>2026-0001</cbc:ID>", b"", written)
    assert without_id != written

    assert schema_errors(written) == []
    assert "IssueDate': This element is not expected" in schema_errors(without_id)[0]


def test_a_plain_invoice_says_who_what_and_how_much(issuer):
    """NLCIUS 1.0; the amounts: 9.5 × 90 = 855.00, VAT 179.55, together 1,034.55."""
    invoice = invoices.issued(
        invoices.buyer(issuer),
        [Item(quantity="9.5", price="90", description="Webshop")],
        reference="PO 88120",
        notes="Bedankt!",
    )

    root = read(invoice)

    said = {
        "cbc:CustomizationID": "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0",
        "cbc:ID": "2026-0001",
        "cbc:IssueDate": "2026-11-22",
        "cbc:DueDate": "2026-12-22",
        "cbc:InvoiceTypeCode": "380",
        "cbc:Note": "Bedankt!",
        "cbc:DocumentCurrencyCode": "EUR",
        "cac:OrderReference/cbc:ID": "PO 88120",
        ".//cac:PaymentMeans/cbc:PaymentMeansCode": "30",
        ".//cac:PaymentMeans/cbc:PaymentID": "2026-0001",
        ".//cac:PayeeFinancialAccount/cbc:ID": "NL91ABNA0417164300",
        ".//cac:PaymentTerms/cbc:Note": "Binnen 30 dagen, uiterlijk 22-12-2026.",
        "cac:TaxTotal/cbc:TaxAmount": "179.55",
        "cac:LegalMonetaryTotal/cbc:PayableAmount": "1034.55",
        "cac:InvoiceLine/cbc:InvoicedQuantity": "9.50",
        "cac:InvoiceLine/cac:Item/cbc:Name": "Webshop",
        "cac:InvoiceLine/cac:Price/cbc:PriceAmount": "90.00",
    }
    assert {path: texts(root, path) for path in said} == {p: [said[p]] for p in said}


@pytest.mark.parametrize(
    ("coc_number", "scheme", "number"),
    [
        ("87654321", "0106", "87654321"),
        ("0000 0001 0032 1434 5000", "0190", "00000001003214345000"),
    ],
)
def test_a_dutch_buyer_is_known_by_its_coc_number_or_oin(issuer, coc_number, scheme, number):
    """BR-NL-10: KvK (ISO 6523 scheme 0106), or the OIN of a government body (0190)."""
    customer = invoices.buyer(issuer)
    customer.coc_number = coc_number

    root = read(invoices.issued(customer, [Item()]))

    (legal,) = root.iterfind(
        ".//cac:AccountingCustomerParty//cac:PartyLegalEntity/cbc:CompanyID", NAMES
    )
    (endpoint,) = root.iterfind(".//cac:AccountingCustomerParty//cbc:EndpointID", NAMES)
    assert (legal.get("schemeID"), legal.text) == (scheme, number)
    assert (endpoint.get("schemeID"), endpoint.text) == (scheme, number)


def test_a_private_buyer_gets_an_invoice_of_en_16931(issuer):
    """NLCIUS refuses a buyer without a registration (BR-NL-10 is fatal); EN 16931 does not."""
    root = read(invoices.issued(invoices.buyer(issuer, "private"), [Item()]))

    assert texts(root, "cbc:CustomizationID") == ["urn:cen.eu:en16931:2017"]
    assert not texts(root, ".//cac:AccountingCustomerParty//cbc:CompanyID")


def test_a_credit_note_has_positive_amounts_and_names_its_invoice(issuer):
    """EN 16931 BG-3; type 381 uses the document CreditNote (BR-NL-8)."""
    first = invoices.issued(invoices.buyer(issuer), [Item(quantity="2", price="50")])

    root = read(invoices.credited(first))

    assert etree.QName(root).localname == "CreditNote"
    assert texts(root, "cbc:CreditNoteTypeCode") == ["381"]
    assert texts(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["2026-0001"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["121.00"]
    assert texts(root, "cac:CreditNoteLine/cbc:CreditedQuantity") == ["2.00"]


def test_a_negative_price_becomes_a_negative_quantity(issuer):
    """BR-27: the price of an item is not negative."""
    root = read(invoices.issued(invoices.buyer(issuer), [Item(price="-25"), Item(price="80")]))

    assert texts(root, "cac:InvoiceLine/cbc:InvoicedQuantity") == ["-1.00", "1.00"]
    assert texts(root, "cac:InvoiceLine/cac:Price/cbc:PriceAmount") == ["25.00", "80.00"]
    assert texts(root, "cac:InvoiceLine/cbc:LineExtensionAmount") == ["-25.00", "80.00"]


def test_vat_is_computed_once_per_rate(issuer):
    """37.50 + 12.50 at 21% is 10.50; a line at a time it would be 7.88 + 2.63 (BR-CO-14, -17)."""
    items = [Item(price="37.50"), Item(price="12.50")]

    root = read(invoices.issued(invoices.buyer(issuer), items))

    assert texts(root, "cac:TaxTotal/cbc:TaxAmount") == ["10.50"]


def test_discounts_are_on_their_line_and_per_rate_on_the_whole(issuer):
    """BG-27: 5% of 200 is 10. BG-20: 10% of 190 at 21% and of 100 at 9%. VAT 35.91 + 8.10."""
    items = [Item(price="200", discount="5"), Item(percentage="9")]
    invoice = invoices.issued(invoices.buyer(issuer), items, discount=Decimal(10))

    root = read(invoice)

    assert texts(root, "cac:InvoiceLine/cac:AllowanceCharge/cbc:Amount") == ["10.00"]
    assert texts(root, "cac:AllowanceCharge/cbc:Amount") == ["19.00", "10.00"]
    assert texts(root, "cac:AllowanceCharge/cac:TaxCategory/cbc:Percent") == ["21", "9"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:LineExtensionAmount") == ["290.00"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount") == ["29.00"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount") == ["261.00"]
    assert texts(root, "cac:TaxTotal/cbc:TaxAmount") == ["44.01"]
    assert texts(root, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["305.01"]


@pytest.mark.parametrize(
    ("kind", "treatment", "category", "words"),
    [
        ("reverse", "reverse_charge", "AE", "Btw verlegd"),  # art. 12(5) of the Act
        ("services", "eu_services", "AE", "Btw verlegd"),  # art. 44, 196 of the Directive
        ("goods", "eu_goods", "K", "Intracommunautaire levering"),  # art. 138
        ("export", "export", "G", "Export buiten de EU"),  # art. 146
        ("exempt", "exempt", "E", "Vrijgesteld van btw"),  # art. 11 of the Act
        ("kor", "small_business", "E", "KOR"),  # art. 25 of the Act
    ],
)
def test_where_no_vat_is_charged_it_says_why(issuer, kind, treatment, category, words):
    """BR-AE-10, BR-IC-10, BR-G-10, BR-E-10."""
    customer = invoices.buyer(issuer, kind)

    root = read(invoices.issued(customer, [Item(percentage="0", treatment=treatment)]))

    assert texts(root, ".//cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == [category]
    (why,) = texts(root, ".//cac:TaxSubtotal/cac:TaxCategory/cbc:TaxExemptionReason")
    assert words in why


def test_two_treatments_of_one_category_are_one_group(issuer):
    """BR-AE-01: exactly one group with category AE."""
    items = [Item(percentage="0", treatment=one) for one in ("eu_services", "reverse_charge")]

    root = read(invoices.issued(invoices.buyer(issuer, "both reversed"), items))

    assert texts(root, ".//cac:TaxSubtotal/cbc:TaxableAmount") == ["200.00"]


def test_goods_to_another_eu_country_say_where_they_went_and_when(issuer):
    """BR-IC-11 and BR-IC-12."""
    items = [Item(percentage="0", treatment="eu_goods")]

    root = read(invoices.issued(invoices.buyer(issuer, "goods"), items))

    where = "cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode"
    assert texts(root, where) == ["DE"]
    assert texts(root, "cac:Delivery/cbc:ActualDeliveryDate") == ["2026-11-22"]


def test_the_period_is_that_of_the_rows(agency, issuer):
    """BG-14; art. 35a(1)(g) of the Act requires the date of supply."""
    invoice = invoices.issued(invoices.buyer(issuer), [Item()])
    project = factories.create_project(customer=invoice.customer)
    for day in (DAY, DAY + datetime.timedelta(days=9)):
        agency.hours(project=project, date=day, status="invoiced", invoice_line=invoice.lines.get())

    root = read(invoice)

    assert texts(root, "cac:InvoicePeriod/*") == ["2026-11-03", "2026-11-12"]


def test_what_xml_cannot_carry_is_left_out(issuer):
    root = read(invoices.issued(invoices.buyer(issuer), [Item(description="A\x07 & <b>\n\nB")]))

    assert texts(root, "cac:InvoiceLine/cac:Item/cbc:Name") == ["A  & <b>"]


def test_a_draft_has_no_ubl(issuer):
    with pytest.raises(ValueError, match="draft"):
        invoice_ubl(Invoice(organisation=issuer))


@pytest.mark.once
def test_a_thousand_random_invoices_keep_every_rule(issuer):
    """In every treatment, with discounts, negative lines and credit notes; amounts as stored."""
    dice = random.Random(2026)
    customers = {kind: invoices.buyer(issuer, kind) for kind in invoices.KINDS}
    broken = []
    for n in range(0, 1000, 2):
        first = invoices.random_invoice(dice, customers, number=f"2026-{n:04d}")
        for one in (first, invoices.credited(first, number=f"2026-{n + 1:04d}")):
            written = invoice_ubl(one)
            root = etree.fromstring(written)
            broken += [(one.number, rule) for rule in broken_rules(root, one)]
            if n % 20 == 0:
                broken += [(one.number, text) for text in schema_errors(written)]

    assert Invoice.objects.count() == 1000
    assert broken == []
