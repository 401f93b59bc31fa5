"""PDF, UBL and page of an invoice show the amounts that are stored, to the cent."""

import io
import random
from decimal import Decimal

import pytest
from django.urls import reverse
from lxml import etree
from pypdf import PdfReader

from billing.documents.pdf import invoice_pdf
from billing.documents.ubl import invoice_ubl
from billing.models import Design, Invoice, InvoiceSettings
from lib.formats import amount
from tests.billing import issued as invoices
from tests.billing.documents.ubl_rules import NAMES
from tests.billing.issued import Item
from vat.totals import without_codes

pytestmark = pytest.mark.django_db

# Name → kind of customer, discount on the whole, lines, and net, VAT and total incl. VAT.
EXAMPLES = {
    # EN 16931 BR-CO-14 and -17: once per rate; a line at a time it would be 7.88 + 2.63 = 10.51.
    "VAT once per rate": (
        "here", "0", [Item(price="37.50"), Item(price="12.50")], ("50.00", "10.50", "60.50"),
    ),
    # One rate on the invoice, two codes in the books: still once over the sum.
    "two codes of one rate": (
        "here", "0",
        [Item(price="37.50"), Item(price="12.50", vat_code="HOOG_VERK")],
        ("50.00", "10.50", "60.50"),
    ),
    "two codes of one rate, with a discount": (
        "here", "10",
        [Item(price="37.55"), Item(price="12.55", vat_code="HOOG_VERK"), Item(percentage="9")],
        ("135.09", "17.57", "152.66"),
    ),
    # Tax office: a third decimal of 5 or more goes up. 21% of 0.50 is 0.105.
    "half a cent goes up": ("here", "0", [Item(price="0.50")], ("0.50", "0.11", "0.61")),
    # EN 16931 BG-27 and BG-20: 200 less 5%; then 10% of 190 at 21% and of 100 at 9%.
    "discounts on a line and on the whole": (
        "here", "10",
        [Item(price="200", discount="5"), Item(percentage="9")],
        ("261.00", "44.01", "305.01"),
    ),
    # EN 16931 BT-131: quantity × price to the cent first, 1.75 × 95 = 166.25 and 9.5 × 90 = 855.
    "hours and kilometres": (
        "here", "0",
        [Item("9.5", "90"), Item("1.75", "95"), Item("86", "0.30", unit="km")],
        ("1047.05", "219.88", "1266.93"),
    ),
    # Art. 12(5) and 35a(1)(m) of the Turnover Tax Act.
    "reverse charge": (
        "reverse", "0",
        [Item(price="1000", percentage="0", treatment="reverse_charge"), Item()],
        ("1100.00", "21.00", "1121.00"),
    ),
    # Art. 25 of the Act: KOR.
    "small-business scheme": (
        "kor", "2.5",
        [Item("3", "33.33", percentage="0", treatment="small_business")],
        ("97.49", "0.00", "97.49"),
    ),
}  # fmt: skip


def in_pdf(invoice: Invoice, **options: str) -> str:
    pages = PdfReader(io.BytesIO(invoice_pdf(invoice, **options))).pages
    said = " ".join(page.extract_text() for page in pages)
    return " ".join(said.replace("\u00a0", " ").split())


def in_ubl(invoice: Invoice) -> tuple[Decimal, ...]:
    """Net, VAT and total of the UBL, with the sign of the invoice."""
    root = etree.fromstring(invoice_ubl(invoice))
    paths = (
        "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",
        "cac:TaxTotal/cbc:TaxAmount",
        "cac:LegalMonetaryTotal/cbc:PayableAmount",
    )
    sign = -1 if invoice.credit_of_id else 1
    return tuple(sign * Decimal(root.findtext(path, namespaces=NAMES)) for path in paths)


@pytest.mark.parametrize("credit", [False, True], ids=["invoice", "credit"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_to_the_same_everywhere(inside, agency, issuer, name, credit):
    kind, discount, items, expected = EXAMPLES[name]
    invoice = invoices.issued(
        invoices.buyer(issuer, kind), items, discount=Decimal(discount), language="en"
    )
    if credit:
        invoice = invoices.credited(invoice)
    wanted = tuple(Decimal(one) * (-1 if credit else 1) for one in expected)

    screen = inside.get(reverse("billing:invoice-detail", args=[invoice.pk])).content.decode()
    pdf_text = in_pdf(invoice)

    assert (invoice.net, invoice.vat, invoice.gross) == wanted
    assert in_ubl(invoice) == wanted
    for one in (invoice.net, invoice.gross):
        assert f"€ {amount(one)}" in pdf_text
        assert amount(one) in screen
    assert pdf_text.count(f"€ {amount(invoice.vat)}") >= (1 if len(invoice.vat_by_rate) == 1 else 0)


@pytest.mark.once
def test_fifty_random_invoices_say_their_stored_amounts_in_every_design(issuer):
    dice = random.Random(50)
    customers = {kind: invoices.buyer(issuer, kind) for kind in invoices.KINDS}
    for n in range(50):
        InvoiceSettings.objects.update_or_create(
            organisation=issuer, defaults={"design": Design.values[n % 3]}
        )
        invoice = invoices.random_invoice(dice, customers, number=f"2026-{n:04d}")

        pdf_text = in_pdf(invoice, language="en")

        rates = without_codes(invoice.vat_by_rate)
        totals = [invoice.net, invoice.gross, *(one.vat for one in rates)]
        for one in totals:
            assert f"€ {amount(one)}" in pdf_text, (invoice.number, one)
        for line in invoice.lines.all():
            assert amount(line.net) in pdf_text, (invoice.number, line.net)
        assert in_ubl(invoice) == (invoice.net, invoice.vat, invoice.gross)
