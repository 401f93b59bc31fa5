"""What the e-invoice needs is said at its field before the invoice has a number."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from lxml import etree

from billing.documents.ubl import broken_rules, draft_root, invoice_ubl
from billing.invoices.issuing import Unlawful, make_final
from billing.legal import Place, Where, check_draft
from billing.legal.presenters import draft_report
from billing.models import NumberSeries
from tests.billing import issued as invoices
from tests.billing.documents.ubl_rules import NAMES
from tests.billing.documents.ubl_rules import broken_rules as broken_again
from tests.billing.documents.ubl_schema import schema_errors
from tests.billing.issued import Item

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture
def issuer(agency):
    return invoices.complete(agency.organisation)


def draft(issuer, *items: Item, kind: str = "here", **buyer: object):
    customer = invoices.buyer(issuer, kind)
    for name, value in buyer.items():
        setattr(customer, name, value)
    customer.save()
    return invoices.drafted(customer, list(items) or [Item()])


def errors(invoice) -> list[tuple[str, Place]]:
    return [(one.text, one.place) for one in check_draft(invoice, today=invoices.TODAY).errors]


UNTAXED = {"percentage": "0"}
CASES = {
    "a country that is no country": (
        {}, {"country": "Narnia"}, [Item()],
        "The country Narnia is unknown. Choose it from the list (BR-CL-14).",
        Place(Where.CUSTOMER, "country"),
    ),
    "the country of the postal address": (
        {}, {"postal_address": "Street 1", "postal_city": "Town", "postal_country": "Atlantis"},
        [Item()],
        "The country Atlantis is unknown. Choose it from the list (BR-CL-14).",
        Place(Where.CUSTOMER, "postal_country"),
    ),
    "a registration of seven digits": (
        {"coc_number": "1234567"}, {}, [Item()],
        "The e-invoice needs the Chamber of Commerce number of your organisation: 8 digits "
        "(BR-NL-1).",
        Place(Where.ORGANISATION, "coc_number"),
    ),
    "a registration in digits of another script": (
        {"coc_number": "١٢٣٤٥٦٧٨"}, {}, [Item()],
        "The e-invoice needs the Chamber of Commerce number of your organisation: 8 digits "
        "(BR-NL-1).",
        Place(Where.ORGANISATION, "coc_number"),
    ),
    "the same, of a small amount to a buyer without an address": (
        {"coc_number": "1234567"}, {"address": "", "postal_code": "", "city": ""},
        [Item(price="50")],
        "The e-invoice needs the Chamber of Commerce number of your organisation: 8 digits "
        "(BR-NL-1).",
        Place(Where.ORGANISATION, "coc_number"),
    ),
    "a rate that the standard rounds to nothing": (
        {}, {}, [Item(percentage="0.4", price="900")],
        "A VAT rate below 0.5% that is not 0 cannot be on an e-invoice (BR-CO-17).",
        Place(Where.DRAFT),
    ),
    "services outside the EU beside goods": (
        {}, {"country": "US", "vat_number": ""},
        [Item(treatment="world_services", **UNTAXED), Item(treatment="export", **UNTAXED)],
        "What is not subject to VAT, such as services outside the EU, cannot be on one invoice "
        "with other VAT. Make two invoices (BR-O-11).",
        Place(Where.DRAFT),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("own", "buyer", "items", "text", "place"), CASES.values(), ids=CASES)
def test_what_the_e_invoice_lacks_is_said_at_its_field(issuer, own, buyer, items, text, place):
    for name, value in own.items():
        setattr(issuer, name, value)
    issuer.save()

    assert errors(draft(issuer, *items, **buyer)) == [(text, place)]


def test_it_takes_no_number(agency, issuer):
    invoice = draft(issuer, country="Narnia")

    with pytest.raises(Unlawful, match="The country Narnia is unknown"):
        make_final(invoice, by=agency.member.user, now=invoices.NOW)

    assert not NumberSeries.objects.exists()


def test_the_page_of_the_draft_leads_to_the_field(agency, issuer):
    invoice = draft(issuer, country="Narnia")

    (error,) = draft_report(invoice, reader=agency.member, today=invoices.TODAY).errors

    assert error.url.endswith(f"/{invoice.customer_id}/edit/#id_country")


def test_what_the_law_check_says_is_not_said_again(issuer):
    issuer.address = issuer.city = issuer.iban = ""
    issuer.save()

    said = errors(draft(issuer))

    assert [place.field for _text, place in said] == ["address", "iban"]


SELLERS = {
    "exempt": [("exempt", "0")],
    "small business": [("small_business", "0")],
    "both": [("exempt", "0"), ("small_business", "0")],
}


@pytest.mark.parametrize("lines", SELLERS.values(), ids=SELLERS)
@pytest.mark.parametrize("credit", [False, True], ids=["invoice", "credit"])
def test_a_seller_without_a_vat_number_is_out_of_scope(agency, issuer, lines, credit):
    """BR-E-02 asks for a VAT number, BR-O-02 forbids one."""
    issuer.vat_number = ""
    issuer.save()
    items = [Item(percentage=rate, treatment=treatment, discount="5") for treatment, rate in lines]
    invoice = invoices.drafted(invoices.buyer(issuer), items, discount=Decimal(10), language="en")
    final = make_final(invoice, by=agency.member.user, now=invoices.NOW)
    if credit:
        final = invoices.credited(final)

    written = invoice_ubl(final)
    root = etree.fromstring(written)

    assert [*broken_rules(root), *broken_again(root, final), *schema_errors(written)] == []
    assert {one.text for one in root.iterfind(".//cac:TaxCategory/cbc:ID", NAMES)} == {"O"}
    assert root.find(".//cac:PartyTaxScheme", NAMES) is None


def test_a_business_without_an_address_gets_an_invoice_of_en_16931(issuer):
    """Up to € 100 the law asks for no address (art. 34d), NLCIUS does (BR-NL-4)."""
    invoice = draft(
        issuer, Item(price="50"), address="", postal_code="", city="", coc_number="12345678"
    )

    root = draft_root(invoice)

    assert errors(invoice) == []
    assert root.findtext("cbc:CustomizationID", namespaces=NAMES) == "urn:cen.eu:en16931:2017"
    assert broken_rules(root) == []


@pytest.mark.parametrize("written", ["8765.4321", "87 65 43 21", "8765-4321"])
def test_a_registration_with_marks_keeps_the_invoice_in_its_standard(issuer, written):
    root = draft_root(draft(issuer, coc_number=written))

    buyer = "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID"
    assert "nlcius" in root.findtext("cbc:CustomizationID", namespaces=NAMES)
    assert root.findtext(buyer, namespaces=NAMES) == "87654321"


@pytest.mark.parametrize(
    ("note", "is_written"),
    [
        ("#AAA# please pay", "# AAA# please pay"),
        ("Orders #12, #13 and #14", "Orders #12, #13 and #14"),
        ("Order #12#", "Order #12#"),
        ("a #é b# c", "a # é b# c"),
    ],
)
def test_a_number_sign_in_a_note_is_no_code_of_its_subject(issuer, note, is_written):
    """BR-CL-08: three characters between the first two signs would be one."""
    invoice = draft(issuer)
    invoice.notes = note

    root = draft_root(invoice)

    assert root.findtext("cbc:Note", namespaces=NAMES) == is_written
    assert broken_rules(root) == []


@pytest.mark.parametrize(
    ("country", "number", "scheme", "address"),
    [
        ("BE", "BE 0403.170.701", "0208", "0403170701"),
        ("DE", "DE129274202", "9930", "DE129274202"),
        ("FR", "FR83404833048", "9957", "FR83404833048"),
        ("GR", "GR094259216", "9933", "EL094259216"),
        ("SE", "SE556036079301", "0007", "5560360793"),
        ("IT", "IT00743110157", "0211", "IT00743110157"),
        ("DK", "DK13585628", "0198", "DK13585628"),
        ("NO", "NO 923 609 016 MVA", "0192", "923609016"),
        ("CH", "CHE-123.456.788 MWST", "9927", "CHE123456788MWST"),
        ("GB", "GB980780684", "9932", "GB980780684"),
        ("DE", "DE129274203", "EM", "anna@tuin.example"),
        ("US", "12-3456789", "EM", "anna@tuin.example"),
    ],
)
def test_a_foreign_buyer_has_the_electronic_address_of_its_vat_number(
    issuer, country, number, scheme, address
):
    root = draft_root(draft(issuer, country=country, vat_number=number, coc_number=""))

    endpoint = root.find("cac:AccountingCustomerParty//cbc:EndpointID", NAMES)
    assert (endpoint.get("schemeID"), endpoint.text) == (scheme, address)


@pytest.mark.parametrize("number", ["XX123456789", "btw-nummer", "btw 12", "ÄÖ123", "NL", "12345"])
def test_what_is_no_vat_number_is_not_written_as_one(issuer, number):
    """BR-CO-09: it begins with the code of a country."""
    root = draft_root(draft(issuer, vat_number=number))

    assert root.find("cac:AccountingCustomerParty//cac:PartyTaxScheme", NAMES) is None
    assert broken_rules(root) == []


@pytest.mark.parametrize("number", ["btw NL009999999B99", "VAT-nr: NL 0099.99999.B99"])
def test_a_word_before_the_vat_number_is_left_out(issuer, number):
    root = draft_root(draft(issuer, vat_number=number))

    path = "cac:AccountingCustomerParty//cac:PartyTaxScheme/cbc:CompanyID"
    assert root.findtext(path, namespaces=NAMES) == "NL009999999B99"


def test_a_planted_mistake_is_found(issuer):
    """Each rule speaks when its part of a good document is spoilt."""
    spoilt = {
        "BR-CO-10": (".//cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "1.00"),
        "BR-S-05": (".//cac:ClassifiedTaxCategory/cbc:Percent", "0"),
        "BR-CL-14": (".//cac:AccountingCustomerParty//cbc:IdentificationCode", "QQ"),
        "BR-S-08": (".//cac:TaxSubtotal/cbc:TaxableAmount", "99.00"),
        "BR-CO-14": (".//cac:TaxSubtotal/cbc:TaxAmount", "20.00"),
        "BR-S-01": (".//cac:TaxSubtotal/cac:TaxCategory/cbc:ID", "Z"),
        "BR-27": (".//cac:Price/cbc:PriceAmount", "-1.00"),
        "BR-CO-09": (".//cac:AccountingCustomerParty//cac:PartyTaxScheme/cbc:CompanyID", "QQ1"),
        "BR-25": (".//cac:Item/cbc:Name", " "),
    }
    for rule, (path, text) in spoilt.items():
        root = draft_root(draft(issuer, number=f"P{len(rule)}-{rule}"[:15]))
        assert broken_rules(root) == []
        root.find(path, NAMES).text = text

        assert rule in {broken.rule for broken in broken_rules(root)}, rule
