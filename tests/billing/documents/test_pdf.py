"""The PDF: it has the legal requirements, in its language, and does not change."""

import datetime
import hashlib
import io
import unicodedata
from decimal import Decimal

import pytest
import segno
from django.core.files.base import ContentFile
from django.utils import timezone
from lxml import etree
from PIL import Image
from pypdf import PdfReader

from accounts.logos import encode_logo, replace_logo
from billing.documents.archive import issued_file
from billing.documents.document import invoice_document_of
from billing.documents.pdf import invoice_pdf
from billing.documents.pdf.content import content_of
from billing.documents.pdf.paying import payment_code
from billing.documents.ubl import invoice_ubl
from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import make_final
from billing.models import Design, FileKind, Invoice, InvoiceLine, InvoiceSettings, Origin
from billing.unbilled.lines import Grouping
from registrations.models import Expense
from tests import factories
from tests.billing import issued as invoices
from tests.billing.documents.ubl_schema import schema_errors
from vat.treatments import VatTreatment

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOW = timezone.now()


def text_of(pdf: bytes) -> str:
    """Return the text with single spaces, so that a wrapped line is one line."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(" ".join(pages).replace("\u00a0", " ").split())


@pytest.fixture
def issuer(agency):
    """The agency with all fields that an invoice requires."""
    organisation = agency.organisation
    organisation.address, organisation.postal_code = "Javastraat 12", "1094 HH"
    organisation.city, organisation.email = "Amsterdam", "post@studio-oost.example"
    organisation.coc_number, organisation.vat_number = "12345678", "NL829088981B01"
    organisation.iban, organisation.language = "NL91ABNA0417164300", "en"
    organisation.save()
    return agency


def draft(agency, **customer):
    """A draft of ninety minutes and an expense for a customer."""
    customer = factories.create_customer(
        organisation=agency.organisation,
        name="De Groene Tuin",
        contact_name="Anna Smit",
        address="Dorpsstraat 12",
        postal_code="3511 AB",
        city="Utrecht",
        **customer,
    )
    project = factories.create_project(customer=customer, name="Webshop")
    agency.hours(project=project, minutes=90, date=datetime.date(2026, 11, 3))
    factories.create_expense(project=project, membership=agency.member, price=Decimal("58.75"))
    (invoice,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return invoice


def test_an_invoice_says_everything_that_it_must(issuer):
    invoice = make_final(draft(issuer), by=issuer.member.user, now=NOW)

    said = text_of(invoice_pdf(invoice))

    for part in [
        "Studio Oost", "Javastraat 12", "1094 HH Amsterdam", "12345678", "NL829088981B01",
        "De Groene Tuin", "Anna Smit", "Dorpsstraat 12", "3511 AB Utrecht",
        f"Invoice {invoice.number}", "22-11-2026", "22-12-2026", "03-11-2026 – 22-11-2026",
        "1.50", "hour", "90.00", "135.00", "58.75", "21%",
        "VAT 21% over 193.75", "€ 193.75", "€ 40.69", "€ 234.44",
        "NL91 ABNA 0417 1643 00", "Page 1 of 1",
    ]:  # fmt: skip
        assert part in said, part


def test_amounts_are_written_in_the_way_of_the_language(issuer):
    invoice = draft(issuer)
    line = invoice.lines.first()
    InvoiceLine.objects.filter(pk=line.pk).update(price=Decimal("12345.60"))

    assert "12,345.60" in text_of(invoice_pdf(invoice, language="en"))
    assert "12.345,60" in text_of(invoice_pdf(invoice, language="nl"))


def test_a_draft_says_that_it_is_one_and_has_no_number(issuer):
    said = text_of(invoice_pdf(draft(issuer)))

    assert "DRAFT" in said
    assert "Invoice number" not in said


def test_reverse_charged_vat_is_named_with_the_number_of_the_customer(issuer):
    shifted = factories.create_vat_rate(
        organisation=issuer.organisation,
        name="Reverse-charged",
        percentage=Decimal(0),
        treatment=VatTreatment.REVERSE_CHARGE,
        code="VERL_VERK",
    )

    said = text_of(invoice_pdf(draft(issuer, vat_rate=shifted, vat_number="NL009999999B99")))

    assert "VAT reverse charge. VAT number of the customer: NL009999999B99." in said
    assert "Total € 193.75" in said


def test_no_text_is_read_as_markup(issuer):
    invoice = draft(issuer)
    nasty = '#panic("x") *b* $1$ @ref <label> \\ https://x.example // `raw` #include "/etc/passwd"'
    InvoiceLine.objects.filter(invoice=invoice).update(description=nasty)

    assert '#panic("x") *b* $1$ @ref <label> \\' in text_of(invoice_pdf(invoice))


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("📦 verzenden 👨‍👩‍👧 klaar", "verzenden klaar"),
        ("Überarbeitung, Łódź, Đà Nẵng", "Überarbeitung, Łódź, Đà Nẵng"),
        ("日本語 site", "□□□ site"),
        ("tab\x07\ufffe bel", "tab bel"),
        ("Ω ≤ ½ €", "Ω ≤ ½ €"),
    ],
)
def test_what_no_typeface_has_never_stops_an_invoice(issuer, written, printed):
    """PDF/A (ISO 19005-3, 6.2.11.8) forbids missing glyphs."""
    invoice = draft(issuer)
    InvoiceLine.objects.filter(invoice=invoice).update(description=written)

    assert printed in text_of(invoice_pdf(invoice))


@pytest.mark.parametrize("written", ["عربي", "עברית"])
def test_other_scripts_than_ours_are_drawn_too(issuer, written):
    invoice = draft(issuer)
    InvoiceLine.objects.filter(invoice=invoice).update(description=written)

    said = text_of(invoice_pdf(invoice))

    assert "□" not in said
    assert "De Groene Tuin" in said


def test_many_lines_go_on_over_pages_with_the_head_of_the_table_on_each(issuer):
    invoice = draft(issuer)
    first = invoice.lines.first()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice, position=n, description=f"Line {n} " + "of much work " * (n % 9),
            quantity=1, price=1, net=1, vat_rate=first.vat_rate, vat_percentage=21,
        )
        for n in range(10, 150)
    )  # fmt: skip

    pages = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages

    assert len(pages) > 3
    assert all("Description" in page.extract_text() for page in pages[:-1])
    assert f"Page 2 of {len(pages)}" in pages[1].extract_text()


def test_the_issued_file_stays_whatever_changes_afterwards(issuer):
    invoice = make_final(draft(issuer), by=issuer.member.user, now=NOW)
    issued = issued_file(invoice, FileKind.PDF, now=NOW)
    with issued.file.open("rb") as file:
        before = file.read()

    issuer.organisation.theme_colour = "#00AA00"
    issuer.organisation.save()
    invoice.refresh_from_db()
    again = issued_file(invoice, FileKind.PDF, now=NOW)

    with again.file.open("rb") as file:
        assert file.read() == before
    assert again.pk == issued.pk
    assert issued.sha256 == hashlib.sha256(before).hexdigest()


def test_a_logo_is_drawn(issuer):
    picture = io.BytesIO()
    Image.new("RGB", (300, 100), "#6559D2").save(picture, "PNG")
    invoice = draft(issuer)
    plain = invoice_pdf(invoice)

    replace_logo(
        issuer.organisation,
        picture=encode_logo(ContentFile(picture.getvalue(), name="logo.png")),
    )
    invoice.refresh_from_db()

    drawn = PdfReader(io.BytesIO(invoice_pdf(invoice)))
    assert len(drawn.pages[0].images) == 1
    assert not PdfReader(io.BytesIO(plain)).pages[0].images


def test_a_draft_has_no_issued_file(issuer):
    with pytest.raises(ValueError, match="draft"):
        issued_file(draft(issuer), FileKind.PDF, now=NOW)


# --- Designs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", Design.values)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_design_says_the_same(issuer, design, language):
    InvoiceSettings.objects.create(organisation=issuer.organisation, design=design)
    customer = invoices.buyer(issuer.organisation)
    items = [
        invoices.Item(quantity="9.5", price="90", discount="10"),
        invoices.Item(percentage="9"),
    ]
    invoice = invoices.issued(customer, items, discount=Decimal("2.5"), language=language)

    said = text_of(invoice_pdf(invoice))

    parts = {
        "nl": ["Factuur 2026-0001", "769,50", "10%", "Korting 2,5%", "−21,74", "847,76", "Pagina"],
        "en": ["Invoice 2026-0001", "769.50", "10%", "Discount 2.5%", "−21.74", "847.76", "Page"],
    }
    for part in parts[language]:
        assert part in said, part


@pytest.mark.parametrize("design", Design.values)
def test_the_rows_behind_the_lines_follow_on_pages_of_their_own(issuer, design):
    InvoiceSettings.objects.create(organisation=issuer.organisation, design=design)
    invoice = draft(issuer)
    Invoice.objects.filter(pk=invoice.pk).update(with_specification=True)
    invoice.refresh_from_db()

    pages = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages

    last = " ".join(pages[-1].extract_text().split())
    assert len(pages) == 2
    for part in ["Specification", "03-11-2026", "Sanne de Vries", "1:30 hour", "135.00", "58.75"]:
        assert part in last, part


@pytest.mark.parametrize("design", Design.values)
def test_a_few_rows_of_a_specification_stay_on_one_page_with_their_total(issuer, design):
    InvoiceSettings.objects.create(organisation=issuer.organisation, design=design)
    project = factories.create_project(customer=invoices.buyer(issuer.organisation))
    for minutes in range(1, 61):
        issuer.hours(project=project, minutes=minutes)
    (made,) = draft_invoices(
        issuer.order(origin=Origin.HERE, grouping=Grouping.DETAILED), now=invoices.NOW
    )
    Invoice.objects.filter(pk=made.pk).update(with_specification=True, language="en")
    made.refresh_from_db()

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(invoice_pdf(made))).pages]

    counts = [
        (page.count("Total 0:") + page.count("Total 1:"), page.count(" hour")) for page in pages
    ]
    annex = [(totals, hours) for totals, hours in counts if totals]
    assert len(annex) > 3
    assert sum(totals for totals, _hours in annex) == 60
    assert all(hours == 2 * totals for totals, hours in annex)


def test_the_hours_of_a_specification_are_those_of_its_line(issuer):
    """Three times 20 minutes is one hour, not three times 0.33."""
    project = factories.create_project(customer=invoices.buyer(issuer.organisation))
    for _ in range(3):
        issuer.hours(project=project, minutes=20)
    (made,) = draft_invoices(
        issuer.order(origin=Origin.HERE, grouping=Grouping.PROJECT), now=invoices.NOW
    )
    made.with_specification = True
    made.language = "en"
    made.save()

    said = text_of(invoice_pdf(made))

    assert made.lines.get().quantity == Decimal("1.00")
    assert said.count("0:20 hour") == 3
    assert "Total 1:00 hour" in said
    assert "0.33" not in said


def test_receipts_that_go_along_are_listed(issuer):
    invoice = draft(issuer)
    line = Expense.objects.get().invoice_line
    Expense.objects.update(invoice_line=None, status="open")
    Expense.objects.update(receipt="receipts/0123.pdf", receipt_name="Hosting november.pdf")
    Expense.objects.update(invoice_line=line, status="invoiced")
    Invoice.objects.filter(pk=invoice.pk).update(with_receipts=True)
    invoice.refresh_from_db()

    assert "Receipts attached" in text_of(invoice_pdf(invoice))
    assert "Hosting november.pdf" in text_of(invoice_pdf(invoice))


def test_a_credit_invoice_names_what_it_credits_and_asks_no_money(issuer):
    customer = invoices.buyer(issuer.organisation)
    first = invoices.issued(customer, [invoices.Item()], language="en")

    said = text_of(invoice_pdf(invoices.credited(first)))

    assert "Credit invoice 2026-0002" in said
    assert "Credits invoice 2026-0001" in said
    assert "€ 121.00 will be set off against invoice 2026-0001 or refunded to you." in said
    assert "Please pay" not in said


def test_a_name_of_many_bytes_is_shortened_until_the_payment_code_holds_it(issuer):
    invoices.complete(issuer.organisation)
    issuer.organisation.name = "😀" * 70
    invoice = invoices.issued(invoices.buyer(issuer.organisation), [invoices.Item()])

    assert payment_code(invoice_document_of(invoice)).startswith("<svg")


def test_the_payment_code_says_what_banking_apps_read(issuer):
    """EPC069-12: service, version, character set, SCT, BIC, name, IBAN, amount, …, text."""
    invoices.complete(issuer.organisation)
    invoice = invoices.issued(invoices.buyer(issuer.organisation), [invoices.Item()])

    code = payment_code(invoice_document_of(invoice))

    wanted = segno.make(
        "BCD\n002\n1\nSCT\nABNANL2A\nStudio Oost\nNL91ABNA0417164300\nEUR121\n\n\n2026-0001",
        error="m",
        boost_error=False,
        micro=False,
    )
    drawn = io.BytesIO()
    wanted.save(drawn, kind="svg", border=0, xmldecl=False)
    assert code == drawn.getvalue().decode()


def test_nothing_can_be_paid_by_code_without_an_iban_or_an_amount(issuer):
    customer = invoices.buyer(issuer.organisation)
    issuer.organisation.iban = ""
    without = invoices.issued(customer, [invoices.Item()])
    issuer.organisation.iban = "NL91ABNA0417164300"
    for_nothing = invoices.issued(customer, [invoices.Item(price="0")], number="2026-0002")

    assert [payment_code(invoice_document_of(one)) for one in (without, for_nothing)] == ["", ""]


def test_a_word_wider_than_its_column_and_a_long_name_stay_on_the_page(issuer):
    customer = invoices.buyer(issuer.organisation)
    customer.name = "Stichting " + "Samenwerking " * 7
    invoice = invoices.issued(customer, [invoices.Item(description="W" * 400)])

    for design in Design.values:
        InvoiceSettings.objects.update_or_create(
            organisation=issuer.organisation, defaults={"design": design}
        )
        (page,) = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages
        assert max(len(line) for line in page.extract_text().splitlines()) < 150


@pytest.mark.parametrize("design", Design.values)
def test_no_invisible_character_is_copied_out_of_an_invoice(issuer, design):
    """Long words have break opportunities; these must not be characters of the text."""
    organisation = issuer.organisation
    organisation.email = "administratie-0123456789@studio-oost.example"
    organisation.save()
    InvoiceSettings.objects.create(organisation=organisation, design=design)
    item = invoices.Item(description="https://a.example/" + "0123" * 20)
    invoice = invoices.issued(invoices.buyer(organisation), [item])

    page = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages[0].extract_text()

    assert [one for one in page if unicodedata.category(one) == "Cf"] == []
    joined = "".join(page.split())
    assert organisation.email in joined
    assert "0123" * 20 in joined
    assert organisation.iban in joined


def test_a_logo_whose_file_is_gone_leaves_the_invoice_readable(issuer):
    issuer.organisation.logo = "logos/gone.png"
    issuer.organisation.save()
    invoice = draft(issuer)

    assert "De Groene Tuin" in text_of(invoice_pdf(invoice))


def test_an_issuer_without_an_account_asks_to_quote_the_number(issuer):
    issuer.organisation.iban = ""
    issuer.organisation.save()
    invoice = draft(issuer)

    said = text_of(invoice_pdf(invoice))

    assert "Please pay € 234.44 by 22-12-2026, quoting …." in said


UNTAXED = {
    "domestic": ("zero rate", "nultarief"),
    "exempt": ("exempt", "vrijgesteld"),
    "reverse_charge": ("reverse charge", "verlegd"),
    "eu_services": ("reverse charge", "verlegd"),
    "eu_goods": ("intra-EU", "intra-EU"),
    "export": ("export", "export"),
    "world_services": ("outside the EU", "buiten de EU"),
    "small_business": ("KOR", "KOR"),
}


@pytest.mark.parametrize("treatment", UNTAXED)
def test_a_line_without_vat_says_why_instead_of_nothing_percent(issuer, treatment):
    invoice = invoices.drafted(
        invoices.buyer(issuer.organisation),
        [invoices.Item(percentage="0", treatment=treatment, description="Work")],
    )
    document = invoice_document_of(invoice)

    for language, label in zip(("en", "nl"), UNTAXED[treatment], strict=True):
        content = content_of(document, InvoiceSettings(), language=language)
        assert content["lines"][0][-2] == label


def test_a_negative_invoice_asks_no_money_and_says_that_it_is_refunded(issuer):
    invoice = invoices.issued(
        invoices.buyer(issuer.organisation), [invoices.Item(quantity="-2")], language="en"
    )

    said = text_of(invoice_pdf(invoice))
    root = etree.fromstring(invoice_ubl(invoice))

    assert "€ 242.00 will be refunded to you." in said
    assert "Due date" not in said
    assert root.find("{*}DueDate") is None
    assert root.findtext("{*}PaymentTerms/{*}Note") == "€\u00a0242.00 will be refunded to you."
    assert schema_errors(invoice_ubl(invoice)) == []


@pytest.mark.parametrize("design", Design.values)
def test_the_totals_are_on_the_first_page_when_they_fit(issuer, design):
    """Words below the totals do not take them along to the next page."""
    invoices.complete(issuer.organisation)
    InvoiceSettings.objects.create(organisation=issuer.organisation, design=design)
    items = [invoices.Item(), *(invoices.Item(percentage="0", treatment=one) for one in UNTAXED)]
    invoice = invoices.issued(invoices.buyer(issuer.organisation), items[:-1], language="en")

    first = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages[0].extract_text()

    assert "821.00" in first


@pytest.mark.parametrize("design", Design.values)
@pytest.mark.parametrize("name", ["Studio Oost", "Studio Oost Ontwerp en Techniek B.V.", "W" * 90])
def test_the_bank_account_is_not_broken_over_lines_in_the_foot(issuer, design, name):
    invoices.complete(issuer.organisation)
    issuer.organisation.name = name
    issuer.organisation.save()
    InvoiceSettings.objects.create(organisation=issuer.organisation, design=design)
    invoice = invoices.issued(invoices.buyer(issuer.organisation), [invoices.Item()])

    lines = PdfReader(io.BytesIO(invoice_pdf(invoice))).pages[0].extract_text().splitlines()

    (foot,) = [line for line in lines if "BIC" in line]
    assert "IBAN" in foot.replace("\u00a0", " ")
    assert "ABNANL2A" in foot
