"""The rules of EN 16931 and NLCIUS that a document made here could break, over the built document.

Each has the identifier of the standard. A rule that no input can break, because the document is
always built so, is left out. Sources: EN 16931-1:2017 with its code lists; NLCIUS 1.0 (SI-UBL 2.0).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from lxml import etree

from lib.countries import is_country
from lib.money import ZERO, share_of

from .elements import AGGREGATE, BASIC, Element
from .identifiers import OTHER_PREFIXES

NAMES = {"cac": AGGREGATE, "cbc": BASIC}
SELLER = "/*/cac:AccountingSupplierParty/cac:Party"
BUYER = "/*/cac:AccountingCustomerParty/cac:Party"
COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"
# The Dutch rules are for sellers in the Netherlands.
NLCIUS = f"(contains(/*/cbc:CustomizationID, 'nlcius') and {SELLER}/{COUNTRY} = 'NL')"
DUTCH_BUYER = f"{BUYER}/{COUNTRY} = 'NL'"
REGISTERED = "cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0106' or @schemeID='0190']"
TAX_NUMBER = "cac:PartyTaxScheme/cbc:CompanyID"
TO_PAY = "number(//cbc:PayableAmount) > 0"
ACCOUNT = "cac:PayeeFinancialAccount/cbc:ID"
GROUP = "/*/cac:TaxTotal/cac:TaxSubtotal"
# Category codes of BT-151 and the names that their rules have.
CATEGORIES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "K": "IC", "G": "G", "O": "O"}
GIVE_A_REASON = frozenset({"E", "AE", "K", "G", "O"})
WHOLE = Decimal(1)


class Part(StrEnum):
    """The part of an invoice that a rule is about."""

    SELLER = "seller"
    BUYER = "buyer"
    LINES = "lines"
    RATES = "rates"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Broken:
    """A broken rule, with the part that it is about and its field if it is one."""

    rule: str
    part: Part
    field: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule as an XPath expression that is true for a good document."""

    rule: str
    holds: str
    part: Part = Part.DOCUMENT
    field: str = ""


def _lines_with(code: str) -> str:
    return f"//cac:ClassifiedTaxCategory[cbc:ID='{code}']"


def _of_category(code: str, name: str) -> Iterator[Rule]:
    """Return the rules on parties and rate that all categories have: BR-S-01 to BR-O-14."""
    used = f"boolean({_lines_with(code)} | /*/cac:AllowanceCharge/cac:TaxCategory[cbc:ID='{code}'])"
    unused = f"not({_lines_with(code)})"
    groups = f"count({GROUP}/cac:TaxCategory[cbc:ID='{code}'])"
    once = f"{groups} >= 1" if code == "S" else f"{groups} = 1"
    yield Rule(
        f"BR-{name}-01", f"({used} and {once}) or (not({used}) and {groups} = 0)", Part.LINES
    )
    if code == "O":
        return
    yield Rule(f"BR-{name}-02", f"{unused} or {SELLER}/{TAX_NUMBER}", Part.SELLER, "vat_number")
    percent = "number(cbc:Percent) > 0" if code == "S" else "number(cbc:Percent) = 0"
    yield Rule(f"BR-{name}-05", f"not({_lines_with(code)}[not({percent})])", Part.RATES)


RULES = (
    Rule("BR-02", "normalize-space(/*/cbc:ID)"),
    Rule("BR-06", f"normalize-space({SELLER}/cac:PartyLegalEntity/cbc:RegistrationName)",
         Part.SELLER, "name"),
    Rule("BR-07", f"normalize-space({BUYER}/cac:PartyLegalEntity/cbc:RegistrationName)",
         Part.BUYER, "name"),
    Rule("BR-16", "/*/cac:InvoiceLine or /*/cac:CreditNoteLine", Part.LINES),
    Rule("BR-25", "not(//cac:Item[not(normalize-space(cbc:Name))])", Part.LINES),
    Rule("BR-27", "not(//cac:Price[number(cbc:PriceAmount) < 0])", Part.LINES),
    Rule("BR-29", "not(/*/cac:InvoicePeriod[number(translate(cbc:EndDate, '-', '')) < "
         "number(translate(cbc:StartDate, '-', ''))])"),
    Rule("BR-55", "not(/*/cac:BillingReference[not(normalize-space(.//cbc:ID))])"),
    Rule("BR-61", f"not(/*/cac:PaymentMeans[not(normalize-space({ACCOUNT}))])",
         Part.SELLER, "iban"),
    Rule("BR-62", f"not({SELLER}/cbc:EndpointID[not(@schemeID)])", Part.SELLER, "email"),
    Rule("BR-63", f"not({BUYER}/cbc:EndpointID[not(@schemeID)])", Part.BUYER, "email"),
    Rule("BR-CO-25", f"not({TO_PAY}) or /*/cbc:DueDate or /*/cac:PaymentTerms"),
    Rule("BR-CO-26", f"{SELLER}/{TAX_NUMBER} or {SELLER}/cac:PartyLegalEntity/cbc:CompanyID",
         Part.SELLER, "coc_number"),
    Rule("BR-AE-02", f"not({_lines_with('AE')}) or {BUYER}/{TAX_NUMBER} or "
         f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID", Part.BUYER, "vat_number"),
    Rule("BR-IC-02", f"not({_lines_with('K')}) or {BUYER}/{TAX_NUMBER}", Part.BUYER, "vat_number"),
    Rule("BR-IC-11", f"not({_lines_with('K')}) or /*/cac:Delivery/cbc:ActualDeliveryDate"),
    Rule("BR-IC-12", f"not({_lines_with('K')}) or /*/cac:Delivery//cbc:IdentificationCode",
         Part.BUYER, "country"),
    Rule("BR-O-11", f"not({GROUP}/cac:TaxCategory[cbc:ID='O']) or count({GROUP}) = 1", Part.LINES),
    Rule("BR-O-02", f"not({_lines_with('O')}) or not(//{TAX_NUMBER})", Part.LINES),
    Rule("BR-O-05", "not(//*[cbc:ID='O' and cac:TaxScheme and cbc:Percent])", Part.RATES),
    # Also of a document that names EN 16931 alone: the law asks a Dutch seller for the number.
    Rule("BR-NL-1", f"not({SELLER}/{COUNTRY} = 'NL') or {SELLER}/{REGISTERED}", Part.SELLER,
         "coc_number"),
    Rule("BR-NL-2", f"not({NLCIUS}) or /*/cbc:BuyerReference or /*/cac:OrderReference/cbc:ID"),
    *(
        Rule("BR-NL-3", f"not({NLCIUS}) or {SELLER}/cac:PostalAddress/cbc:{name}",
             Part.SELLER, field)
        for name, field in (
            ("StreetName", "address"), ("CityName", "city"), ("PostalZone", "postal_code"),
        )
    ),
    *(
        Rule("BR-NL-4", f"not({NLCIUS} and {DUTCH_BUYER}) or {BUYER}/cac:PostalAddress/cbc:{name}",
             Part.BUYER, field)
        for name, field in (
            ("StreetName", "address"), ("CityName", "city"), ("PostalZone", "postal_code"),
        )
    ),
    Rule("BR-NL-10", f"not({NLCIUS} and {DUTCH_BUYER}) or {BUYER}/{REGISTERED}",
         Part.BUYER, "coc_number"),
    Rule("BR-NL-11", f"not({NLCIUS}) or not(/*/cbc:InvoiceTypeCode) or "
         f"not({TO_PAY}) or /*/cac:PaymentMeans", Part.SELLER, "iban"),
    *(rule for code, name in CATEGORIES.items() for rule in _of_category(code, name)),
)  # fmt: skip
COMPILED = tuple((rule, etree.XPath(f"boolean({rule.holds})", namespaces=NAMES)) for rule in RULES)


def broken_rules(root: Element) -> list[Broken]:
    """Return the rules that a built Invoice or CreditNote breaks, in the order of the rules."""
    broken = [Broken(one.rule, one.part, one.field) for one, holds in COMPILED if not holds(root)]
    return [*broken, *_codes(root), *_notes(root), *_sums(root), *_groups(root)]


def _codes(root: Element) -> Iterator[Broken]:
    """Check the codes of countries (BR-CL-14) and the prefixes of VAT numbers (BR-CO-09)."""
    for part, path in ((Part.SELLER, SELLER), (Part.BUYER, BUYER)):
        for code in _texts(root, f"{path}/{COUNTRY}"):
            if not is_country(code):
                yield Broken("BR-CL-14", part, "country")
        for number in _texts(root, f"{path}/{TAX_NUMBER}"):
            if not (is_country(number[:2]) or number[:2] in OTHER_PREFIXES):
                yield Broken("BR-CO-09", part, "vat_number")


def _notes(root: Element) -> Iterator[Broken]:
    """Check that no note begins with a code of its subject (BR-CL-08)."""
    for note in _texts(root, "/*/cbc:Note"):
        _before, _sign, after = note.partition("#")
        code, closing, _after = after.partition("#")
        if closing and len(code) == len("AAI"):
            yield Broken("BR-CL-08", Part.DOCUMENT, "notes")


def _sums(root: Element) -> Iterator[Broken]:
    """Check that the totals add up to the cent (BR-CO-10 to BR-CO-16)."""
    totals = "/*/cac:LegalMonetaryTotal/cbc:"
    lines, net, gross, off, on, payable = (
        _sum(root, f"{totals}{name}")
        for name in (
            "LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount",
            "AllowanceTotalAmount", "ChargeTotalAmount", "PayableAmount",
        )
    )  # fmt: skip
    vat = _sum(root, "/*/cac:TaxTotal/cbc:TaxAmount")
    charge = "/*/cac:AllowanceCharge[cbc:ChargeIndicator='{}']/cbc:Amount"
    expected = {
        "BR-CO-10": (lines, _sum(root, "/*/*[cac:Item]/cbc:LineExtensionAmount")),
        "BR-CO-11": (off, _sum(root, charge.format("false"))),
        "BR-CO-12": (on, _sum(root, charge.format("true"))),
        "BR-CO-13": (net, lines - off + on),
        "BR-CO-14": (vat, _sum(root, f"{GROUP}/cbc:TaxAmount")),
        "BR-CO-15": (gross, net + vat),
        "BR-CO-16": (payable, gross),
    }
    yield from (
        Broken(rule, Part.LINES) for rule, (has, is_due) in expected.items() if has != is_due
    )


def _groups(root: Element) -> Iterator[Broken]:
    """Check each group of VAT: taxable amount, VAT and reason (BR-S-08 to BR-O-10, BR-CO-17)."""
    taxable = _taxable(root)
    for group in _found(root, GROUP):
        key = _key(group.find("cac:TaxCategory", NAMES))
        code, percentage = key
        name = CATEGORIES.get(code, code)
        net, vat = _sum(group, "cbc:TaxableAmount"), _sum(group, "cbc:TaxAmount")
        if net != taxable[key]:
            yield Broken(f"BR-{name}-08", Part.LINES)
        if abs(abs(vat) - share_of(abs(net), percentage)) >= WHOLE:
            yield Broken(f"BR-{name}-09", Part.LINES)
        if not _rounded(percentage) and _rounded(vat):
            yield Broken("BR-CO-17", Part.RATES)
        if bool(group.findtext(".//cbc:TaxExemptionReason", "", NAMES)) != (code in GIVE_A_REASON):
            yield Broken(f"BR-{name}-10", Part.RATES)


def _taxable(root: Element) -> dict[tuple[str, Decimal], Decimal]:
    """Return the taxable amounts by category and percentage: lines less allowances plus charges."""
    sums: dict[tuple[str, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for line in _found(root, "/*/*[cac:Item]"):
        key = _key(line.find("cac:Item/cac:ClassifiedTaxCategory", NAMES))
        sums[key] += _sum(line, "cbc:LineExtensionAmount")
    for allowance in _found(root, "/*/cac:AllowanceCharge"):
        amount = _sum(allowance, "cbc:Amount")
        is_charge = allowance.findtext("cbc:ChargeIndicator", "", NAMES) == "true"
        key = _key(allowance.find("cac:TaxCategory", NAMES))
        sums[key] += amount if is_charge else -amount
    return sums


def _key(category: Element | None) -> tuple[str, Decimal]:
    if category is None:
        return "", ZERO
    return category.findtext("cbc:ID", "", NAMES), _sum(category, "cbc:Percent")


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(WHOLE, rounding=ROUND_HALF_UP)


def _found(root: Element, path: str) -> list[Element]:
    return list(root.xpath(path, namespaces=NAMES))


def _texts(root: Element, path: str) -> list[str]:
    return [str(one.text or "") for one in _found(root, path)]


def _sum(root: Element, path: str) -> Decimal:
    """Add up the amounts at a path; zero without any."""
    return sum((Decimal(text) for text in _texts(root, path)), ZERO)
