"""The arithmetic and the conditions of EN 16931 and NLCIUS, implemented again for tests.

Rules by their official names; an XPath is from the root.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from billing.models import Invoice

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
NAMES = {"cac": f"{UBL}CommonAggregateComponents-2", "cbc": f"{UBL}CommonBasicComponents-2"}
NO_VAT = ("Z", "E", "AE", "K", "G", "O")
SAYS_WHY = ("E", "AE", "K", "G", "O")
CENT = Decimal("0.01")

Element = etree._Element


def broken_rules(root: Element, invoice: Invoice) -> list[str]:
    """Return the rules that a document breaks, and its differences from the stored invoice."""
    return [*_sums(root), *_groups(root), *_content(root), *_dutch(root), *_stored(root, invoice)]


def _sums(root: Element) -> Iterator[str]:
    total = root.find("cac:LegalMonetaryTotal", NAMES)
    lines, net = one(total, "cbc:LineExtensionAmount"), one(total, "cbc:TaxExclusiveAmount")
    gross, vat = one(total, "cbc:TaxInclusiveAmount"), one(root, "cac:TaxTotal/cbc:TaxAmount")
    off, on = one(total, "cbc:AllowanceTotalAmount"), one(total, "cbc:ChargeTotalAmount")
    if lines != added(root, "*/cbc:LineExtensionAmount") - lines:
        yield "BR-CO-10"
    if off != sum(signed_discounts(root, charge="false")):
        yield "BR-CO-11"
    if on != sum(signed_discounts(root, charge="true")):
        yield "BR-CO-12"
    if net != lines - off + on:
        yield "BR-CO-13"
    if vat != added(root, "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount"):
        yield "BR-CO-14"
    if gross != net + vat:
        yield "BR-CO-15"
    if one(total, "cbc:PayableAmount") != gross:
        yield "BR-CO-16"


def _groups(root: Element) -> Iterator[str]:
    expected = expected_groups(root)
    found = root.findall("cac:TaxTotal/cac:TaxSubtotal", NAMES)
    keys = [key_of(group.find("cac:TaxCategory", NAMES)) for group in found]
    if sorted(keys) != sorted(expected):
        yield "BR-*-01"
    for key, group in zip(keys, found, strict=True):
        category, percentage = key
        net, vat = one(group, "cbc:TaxableAmount"), one(group, "cbc:TaxAmount")
        if net != expected.get(key):
            yield f"BR-{category}-08"
        # A rate has one code here, so the tolerance of BR-CO-17 is not needed.
        if vat != (net * percentage / 100).quantize(CENT, rounding=ROUND_HALF_UP):
            yield "BR-CO-17"
        if (category in NO_VAT) != (percentage == 0):
            yield f"BR-{category}-05"
        why = group.find("cac:TaxCategory/cbc:TaxExemptionReason", NAMES)
        if (why is not None) != (category in SAYS_WHY):
            yield f"BR-{category}-10"


def _content(root: Element) -> Iterator[str]:
    yield from _parties(root)
    if any(price.startswith("-") for price in texts(root, ".//cbc:PriceAmount")):
        yield "BR-27"
    if any(not element.text and not len(element) for element in root.iter()):
        yield "SI-UBL-2"
    if any(len(amount.partition(".")[2]) != 2 for amount in amounts(root)):
        yield "BR-DEC"
    if not all(texts(allowance, "cbc:AllowanceChargeReason") for allowance in allowances(root)):
        yield "BR-CO-21"


def _parties(root: Element) -> Iterator[str]:
    categories = texts(root, ".//cac:TaxSubtotal/cac:TaxCategory/cbc:ID")
    seller_vat = texts(root, ".//cac:AccountingSupplierParty//cac:PartyTaxScheme/cbc:CompanyID")
    buyer = ".//cac:AccountingCustomerParty//"
    buyer_vat = texts(root, f"{buyer}cac:PartyTaxScheme/cbc:CompanyID")
    if "O" in categories:
        yield from _out_of_scope(root, categories, [*seller_vat, *buyer_vat])
    elif not seller_vat:
        yield "BR-*-02"
    if "AE" in categories and not (buyer_vat or texts(root, f"{buyer}cbc:CompanyID")):
        yield "BR-AE-02"
    if "K" in categories and not buyer_vat:
        yield "BR-IC-02"
    if "K" in categories and not texts(root, "cac:Delivery/cbc:ActualDeliveryDate"):
        yield "BR-IC-11"
    if "K" in categories and not texts(root, "cac:Delivery//cbc:IdentificationCode"):
        yield "BR-IC-12"


def _out_of_scope(root: Element, categories: list[str], numbers: list[str]) -> Iterator[str]:
    if numbers:
        yield "BR-O-02"
    if texts(root, ".//cac:TaxCategory/cbc:Percent") + texts(
        root, ".//cac:ClassifiedTaxCategory/cbc:Percent"
    ):
        yield "BR-O-05"
    if categories != ["O"]:
        yield "BR-O-11"


def _dutch(root: Element) -> Iterator[str]:
    kind = etree.QName(root).localname
    seller = ".//cac:AccountingSupplierParty/cac:Party/"
    address = [
        f"{seller}cac:PostalAddress/cbc:{n}" for n in ("StreetName", "CityName", "PostalZone")
    ]
    # These two are about sellers in the Netherlands.
    is_dutch = texts(root, f"{seller}cac:PostalAddress//cbc:IdentificationCode") == ["NL"]
    registered = f"{seller}cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0106']"
    if is_dutch and not root.findall(registered, NAMES):
        yield "BR-NL-1"
    if not texts(root, "cac:OrderReference/cbc:ID") + texts(root, "cbc:BuyerReference"):
        yield "BR-NL-2"
    if is_dutch and not all(texts(root, path) for path in address):
        yield "BR-NL-3"
    if texts(root, f"cbc:{kind}TypeCode") != [{"Invoice": "380", "CreditNote": "381"}[kind]]:
        yield "BR-NL-8"
    if kind == "CreditNote" and not texts(root, "cac:BillingReference//cbc:ID"):
        yield "NL-R-001"
    to_pay = one(root, "cac:LegalMonetaryTotal/cbc:PayableAmount") > 0
    if kind == "Invoice" and to_pay and texts(root, ".//cbc:PaymentMeansCode") != ["30"]:
        yield "BR-NL-11"


def _stored(root: Element, invoice: Invoice) -> Iterator[str]:
    sign = -1 if invoice.credit_of_id else 1
    total = root.find("cac:LegalMonetaryTotal", NAMES)
    if one(total, "cbc:TaxExclusiveAmount") != sign * invoice.net:
        yield "stored net"
    if one(total, "cbc:PayableAmount") != sign * invoice.gross:
        yield "stored gross"
    lines = [line for line in root if etree.QName(line).localname.endswith("Line")]
    nets = [one(line, "cbc:LineExtensionAmount") for line in lines]
    if nets != [sign * line.net for line in invoice.lines.all()]:
        yield "stored lines"


def expected_groups(root: Element) -> dict[tuple[str, Decimal], Decimal]:
    """Return taxable amounts by category and percentage: lines less allowances plus charges."""
    groups: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
    for line in root.iterfind("*[cac:Item]", NAMES):
        key = key_of(line.find("cac:Item/cac:ClassifiedTaxCategory", NAMES))
        groups[key] += one(line, "cbc:LineExtensionAmount")
    for discount in root.iterfind("cac:AllowanceCharge", NAMES):
        is_charge = discount.findtext("cbc:ChargeIndicator", namespaces=NAMES) == "true"
        amount = one(discount, "cbc:Amount")
        groups[key_of(discount.find("cac:TaxCategory", NAMES))] += amount if is_charge else -amount
    return groups


def key_of(category: Element) -> tuple[str, Decimal]:
    code = category.findtext("cbc:ID", namespaces=NAMES)
    return str(code), one(category, "cbc:Percent")


def signed_discounts(root: Element, *, charge: str) -> list[Decimal]:
    path = f"cac:AllowanceCharge[cbc:ChargeIndicator='{charge}']/cbc:Amount"
    return [Decimal(text) for text in texts(root, path)]


def allowances(root: Element) -> list[Element]:
    return root.findall(".//cac:AllowanceCharge", NAMES)


def amounts(root: Element) -> list[str]:
    return [str(element.text) for element in root.iter() if element.get("currencyID")]


def texts(root: Element, path: str) -> list[str]:
    return [str(element.text) for element in root.iterfind(path, NAMES)]


def one(element: Element, path: str) -> Decimal:
    """Return the amount at a path; zero if it is missing."""
    return Decimal(element.findtext(path, default="0", namespaces=NAMES))


def added(root: Element, path: str) -> Decimal:
    return sum((Decimal(text) for text in texts(root, path)), Decimal())
