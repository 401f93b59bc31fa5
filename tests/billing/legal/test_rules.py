"""The rules of the law check: none objects to a lawful invoice, and each names its violation.

The rules are pure, so each case is a lawful invoice with one thing changed.
"""

import copy
import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils.translation import override

from billing.legal import RULES, Document, Party, Place, Severity, Where, check
from billing.models import InvoiceLine
from vat.models import VatRate
from vat.totals import totals
from vat.treatments import VatTreatment

pytestmark = pytest.mark.once

TODAY = datetime.date(2026, 11, 22)
ISSUER = Party(
    name="Studio Oost",
    address="Kadestraat 14",
    postal_code="7411 KB",
    city="Deventer",
    vat_number="NL829088981B01",
    coc_number="68412907",
    iban="NL83TRIO0369178798",
)
DUTCH = Party(
    name="Bakkerij Van Dam",
    address="Marktstraat 7",
    postal_code="8011 LN",
    city="Zwolle",
    vat_number="NL807650535B01",
)
GERMAN = replace(DUTCH, country="DE", vat_number="DE281190006")
SWISS = replace(DUTCH, country="CH", vat_number="")


def changed(row, **fields):
    """Copy an unsaved line or rate with other values."""
    copied = copy.copy(row)
    for name, value in fields.items():
        setattr(copied, name, value)
    return copied


HIGH = VatRate(pk=1, name="High 21%", percentage=Decimal(21))
WORK = InvoiceLine(
    position=1,
    description="Website · Development",
    quantity=Decimal("3.50"),
    price=Decimal("90.00"),
    net=Decimal("315.00"),
    vat_percentage=Decimal(21),
    vat_code="HOOG_VERK_21",
    vat_treatment=VatTreatment.DOMESTIC,
    vat_rate=HIGH,
)
UNTAXED = changed(
    WORK,
    vat_percentage=Decimal(0),
    vat_code="GEEN",
    vat_rate=VatRate(pk=2, name="None", percentage=Decimal(0)),
)


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def invoice(*rows: InvoiceLine, to: Party = DUTCH, **changes: object) -> Document:
    """A lawful invoice of these lines, else of three and a half hours of work."""
    lines = rows or (WORK,)
    sums = totals(lines, discount=changes.get("discount", Decimal(0)))
    lawful = Document(
        issuer=ISSUER,
        addressee=to,
        lines=lines,
        date=TODAY,
        today=TODAY,
        net=sums.net,
        vat=sums.vat,
        gross=sums.gross,
        supplied=(TODAY - datetime.timedelta(days=20), TODAY),
    )
    return replace(lawful, **changes)


def untaxed(treatment: str) -> InvoiceLine:
    rate = changed(UNTAXED.vat_rate, treatment=treatment)
    return changed(UNTAXED, vat_treatment=treatment, vat_rate=rate)


def said(document: Document) -> list[str]:
    return [finding.text for finding in check(document).all]


LAWFUL = {
    "a credit of a percentage that has changed": invoice(
        changed(
            WORK,
            quantity=Decimal("-3.50"),
            net=Decimal("-315.00"),
            vat_rate=changed(HIGH, percentage=Decimal(19)),
        ),
        is_credit=True,
    ),
    "in the Netherlands": invoice(),
    "with a discount": invoice(
        changed(WORK, discount=Decimal(10), net=Decimal("283.50")), discount=Decimal(5)
    ),
    "reverse-charged": invoice(untaxed(VatTreatment.REVERSE_CHARGE)),
    "goods within the EU": invoice(untaxed(VatTreatment.EU_GOODS), to=GERMAN),
    "services within the EU": invoice(untaxed(VatTreatment.EU_SERVICES), to=GERMAN),
    "outside the EU": invoice(untaxed(VatTreatment.EXPORT), to=SWISS),
    "services outside the EU": invoice(untaxed(VatTreatment.WORLD_SERVICES), to=SWISS),
    "services to a territory with rules of its own": invoice(
        untaxed(VatTreatment.WORLD_SERVICES), to=replace(GERMAN, postal_code="78266")
    ),
    "exempt, by who has no VAT number": invoice(
        untaxed(VatTreatment.EXEMPT), issuer=replace(ISSUER, vat_number="")
    ),
    "a small business": invoice(untaxed(VatTreatment.SMALL_BUSINESS), is_small_business=True),
    "a credit of VAT by what is a small business now": invoice(
        changed(WORK, quantity=Decimal("-3.50"), net=Decimal("-315.00")),
        is_small_business=True,
        is_credit=True,
    ),
    "in no box of a return that is filed": invoice(
        untaxed(VatTreatment.EXEMPT), filed="01-11-2026 – 30-11-2026"
    ),
    "a private person elsewhere in the EU": invoice(
        to=replace(GERMAN, is_business=False, vat_number="")
    ),
    "a credit of long ago": invoice(
        changed(WORK, quantity=Decimal(-1), net=Decimal(-90)),
        is_credit=True,
        supplied=(datetime.date(2025, 1, 1), datetime.date(2025, 1, 31)),
    ),
    "on the last day in time": invoice(
        supplied=(datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)),
        date=datetime.date(2026, 11, 15),
        today=datetime.date(2026, 11, 15),
    ),
    "a credit without a period of supply": invoice(
        changed(WORK, quantity=Decimal(-1), net=Decimal(-90)), is_credit=True, supplied=None
    ),
    "payable within 60 days": invoice(payment_term=60),
    "a private person who may take longer": invoice(
        payment_term=90, to=replace(DUTCH, is_business=False)
    ),
    "for the last month there is": invoice(
        supplied=(datetime.date(9999, 12, 1), datetime.date(9999, 12, 31))
    ),
    "without e-Boekhouden no code is needed": invoice(changed(WORK, vat_code="")),
    "a foreign address without a postal code": invoice(
        untaxed(VatTreatment.EXPORT), to=replace(SWISS, postal_code="")
    ),
}


@pytest.mark.parametrize("document", LAWFUL.values(), ids=LAWFUL)
def test_a_lawful_invoice_is_ready(document):
    assert check(document).all == ()


ORGANISATION, CUSTOMER, DRAFT = Where.ORGANISATION, Where.CUSTOMER, Where.DRAFT

ERRORS = {
    "in a closed period": (
        invoice(why_closed="The books are closed until 30-11-2026."),
        "The books are closed until 30-11-2026.",
        Place(Where.DRAFT, "date"),
    ),
    "dated later than tomorrow": (
        invoice(date=datetime.date(2026, 11, 24)),
        "The invoice date 24-11-2026 is in the future. Make the invoice on that day, or choose "
        "today.",
        Place(Where.DRAFT, "date"),
    ),
    "no street": (
        invoice(issuer=replace(ISSUER, address="")),
        "The address of your organisation is not complete: street and number.",
        Place(ORGANISATION, "address"),
    ),
    "nowhere": (
        invoice(issuer=replace(ISSUER, postal_code="", city="")),
        "The address of your organisation is not complete: postal code, city.",
        Place(ORGANISATION, "postal_code"),
    ),
    "only a P.O. box": (
        invoice(issuer=replace(ISSUER, address="Postbus 12")),
        "Your organisation has only a P.O. box. Enter the address where it is established.",
        Place(ORGANISATION, "address"),
    ),
    "no VAT number": (
        invoice(issuer=replace(ISSUER, vat_number="")),
        "The VAT number of your organisation is missing.",
        Place(ORGANISATION, "vat_number"),
    ),
    "a wrong VAT number": (
        invoice(issuer=replace(ISSUER, vat_number="NL829088983B01")),
        "The VAT number of your organisation, NL829088983B01, cannot be right.",
        Place(ORGANISATION, "vat_number"),
    ),
    "no trade register": (
        invoice(issuer=replace(ISSUER, coc_number="")),
        "The Chamber of Commerce number of your organisation is missing.",
        Place(ORGANISATION, "coc_number"),
    ),
    "nowhere to pay": (
        invoice(issuer=replace(ISSUER, iban="")),
        "Your organisation has no IBAN, so the invoice does not state where to pay.",
        Place(ORGANISATION, "iban"),
    ),
    "a customer without a name and a town": (
        invoice(to=replace(DUTCH, name=" ", city="")),
        "The address of the customer is not complete: name, city.",
        Place(CUSTOMER, "name"),
    ),
    "a customer with only a P.O. box": (
        invoice(to=replace(DUTCH, address="P.O. Box 7")),
        "The customer has only a P.O. box. Enter the address where it is established.",
        Place(CUSTOMER, "address"),
    ),
    "reverse charge without a number": (
        invoice(untaxed(VatTreatment.REVERSE_CHARGE), to=replace(DUTCH, vat_number="")),
        "“Reverse-charged in the Netherlands” needs the VAT number of the customer: it is missing.",
        Place(CUSTOMER, "vat_number"),
    ),
    "reverse charge abroad": (
        invoice(untaxed(VatTreatment.REVERSE_CHARGE), to=replace(DUTCH, vat_number="DE281190006")),
        "“Reverse-charged in the Netherlands” needs the VAT number of the customer: "
        "it must begin with NL.",
        Place(CUSTOMER, "vat_number"),
    ),
    "within the EU with our own number": (
        invoice(untaxed(VatTreatment.EU_SERVICES), to=replace(GERMAN, vat_number="NL807650535B01")),
        "“Services to another EU country” needs the VAT number of the customer: "
        "it must be of another EU country, not NL.",
        Place(CUSTOMER, "vat_number"),
    ),
    "within the EU with a wrong number": (
        invoice(untaxed(VatTreatment.EU_GOODS), to=replace(GERMAN, vat_number="DE281190007")),
        "“Goods to another EU country” needs the VAT number of the customer: "
        "DE281190007 cannot be right.",
        Place(CUSTOMER, "vat_number"),
    ),
    "reverse-charged to a private person": (
        invoice(untaxed(VatTreatment.EU_SERVICES), to=replace(GERMAN, is_business=False)),
        "The customer is private: VAT cannot be reverse-charged to it.",
        Place(CUSTOMER, "vat_rate"),
    ),
    "within the EU outside the EU": (
        invoice(untaxed(VatTreatment.EU_SERVICES), to=replace(GERMAN, country="CH")),
        "VAT within the EU is for customers in another EU country, not in Switzerland.",
        Place(CUSTOMER, "vat_rate"),
    ),
    "services outside the EU inside it": (
        invoice(untaxed(VatTreatment.WORLD_SERVICES), to=GERMAN),
        "“Services to outside the EU” is not for customers in Germany.",
        Place(CUSTOMER, "vat_rate"),
    ),
    "outside the EU inside it": (
        invoice(untaxed(VatTreatment.EXPORT), to=GERMAN),
        "“Goods to outside the EU” is not for customers in Germany.",
        Place(CUSTOMER, "vat_rate"),
    ),
    "VAT over what is exempt": (
        invoice(
            changed(
                WORK,
                vat_treatment=VatTreatment.EXEMPT,
                vat_rate=changed(HIGH, treatment=VatTreatment.EXEMPT),
            )
        ),
        "The VAT rate High 21% must be 0% because of its treatment.",
        Place(Where.VAT_RATE, "code", 1),
    ),
    "VAT of a small business": (
        invoice(WORK, changed(untaxed(VatTreatment.SMALL_BUSINESS), position=2)),
        "With the small-business scheme (KOR) no line may have VAT.",
        Place(DRAFT),
    ),
    "no code while e-Boekhouden is connected": (
        invoice(changed(WORK, vat_code=""), will_be_booked=True),
        "The VAT rate High 21% has no code in e-Boekhouden.",
        Place(Where.VAT_RATE, "code", 1),
    ),
    "nothing": (
        invoice(lines=(), net=0, vat=0, gross=0),
        "The invoice has no lines.",
        Place(DRAFT),
    ),
    "a line that says nothing": (
        invoice(WORK, changed(WORK, position=2, description=" ")),
        "Line 2 has no description. Enter what was supplied.",
        Place(DRAFT),
    ),
    "a line of another amount": (
        invoice(changed(WORK, net=Decimal("314.99"))),
        "Line 1: quantity × price less discount does not equal the amount.",
        Place(DRAFT),
    ),
    "another total": (
        invoice(gross=Decimal("381.16")),
        "The lines do not add up to the total. Edit the draft and save it.",
        Place(DRAFT),
    ),
    "a rate that came later": (
        invoice(
            changed(WORK, vat_rate=changed(HIGH, valid_from=TODAY + datetime.timedelta(days=1)))
        ),
        "VAT rate High 21% is not valid on the date of supply.",
        Place(DRAFT),
    ),
    "a rate that was over": (
        invoice(changed(WORK, vat_rate=changed(HIGH, valid_until=datetime.date(2026, 11, 1)))),
        "VAT rate High 21% is not valid on the date of supply.",
        Place(DRAFT),
    ),
    "too many lines for e-Boekhouden": (
        invoice(*[changed(WORK, position=n) for n in range(1, 102)], is_made_in_eboekhouden=True),
        "101 lines: e-Boekhouden accepts at most 100. Choose another grouping.",
        Place(DRAFT),
    ),
    "too many accounts for an entry": (
        invoice(
            *[changed(WORK, position=n, ledger_account=str(n)) for n in range(101)],
            will_be_booked=True,
        ),
        "101 lines: e-Boekhouden accepts at most 100. Choose another grouping.",
        Place(DRAFT),
    ),
}


@pytest.mark.parametrize(("document", "text", "place"), ERRORS.values(), ids=ERRORS)
def test_an_error_says_what_is_wrong_and_where_to_fix_it(document, text, place):
    findings = check(document)

    assert [(one.text, one.place, one.severity) for one in findings.all] == [
        (text, place, Severity.ERROR)
    ]
    assert findings.reason == text


SMALL = changed(WORK, quantity=Decimal(1), price=Decimal(50), net=Decimal(50))
WARNINGS = {
    "another percentage than its rate has now": (
        invoice(WORK, changed(WORK, position=2, vat_rate=changed(HIGH, percentage=Decimal(19)))),
        "VAT rate High 21% is now 19%, and this draft still has 21%. Edit and save the draft to "
        "take the change over.",
    ),
    "another treatment than its rate has now": (
        invoice(changed(WORK, vat_rate=changed(UNTAXED.vat_rate, treatment=VatTreatment.EXEMPT))),
        "VAT rate None is now exempt, and this draft still has 21%. Edit and save the draft to "
        "take the change over.",
    ),
    "Dutch VAT for a German business": (
        invoice(to=GERMAN),
        "A business in Germany usually pays the VAT itself: choose another VAT rate.",
    ),
    "Dutch VAT for Switzerland": (
        invoice(to=SWISS),
        "For a customer in Switzerland there is usually no Dutch VAT.",
    ),
    "services to a private person outside the EU": (
        invoice(untaxed(VatTreatment.WORLD_SERVICES), to=replace(SWISS, is_business=False)),
        "For a private person outside the EU only advice, data, advertising, licences and the like "
        "are without Dutch VAT (art. 6i of the Turnover Tax Act).",
    ),
    "a quantity of nothing": (
        invoice(WORK, changed(WORK, position=2, quantity=Decimal(0), net=Decimal(0))),
        "Line 2 has quantity 0. Enter the quantity or remove the line.",
    ),
    "no period of supply": (
        invoice(supplied=None),
        "It does not say when this was supplied. Enter the period of supply; without it the "
        "invoice date counts.",
    ),
    "a payment term of 61 days": (
        invoice(payment_term=61),
        "The payment term is 61 days. More than 60 days is only valid if both agreed to it and it "
        "is fair; a large company must pay a smaller one within 30 days (art. 6:119a of the Civil "
        "Code).",
    ),
    "a payment term of 31 days for a government body": (
        invoice(payment_term=31, to=replace(DUTCH, coc_number="00000001003214345000")),
        "The payment term is 31 days. A government body pays within 30 days (art. 6:119b of the "
        "Civil Code).",
    ),
    "late": (
        invoice(supplied=(datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))),
        "Late: what was supplied up to 30-09-2026 had to be billed by 15-10-2026.",
    ),
    "dated tomorrow": (
        invoice(date=datetime.date(2026, 11, 23)),
        "The invoice date 23-11-2026 is in the future.",
    ),
    "of a quarter whose return was due": (
        invoice(
            date=datetime.date(2026, 9, 30),
            supplied=(datetime.date(2026, 11, 1), datetime.date(2026, 11, 22)),
        ),
        "The VAT return over the quarter of 30-09-2026 was due on 31-10-2026. If you have filed "
        "it, this invoice needs a supplementary return.",
    ),
    "of a return that is marked as filed": (
        invoice(filed="01-11-2026 – 30-11-2026"),
        "The VAT return of 01-11-2026 – 30-11-2026 is marked as filed, and this invoice changes "
        "it. Correct it in a supplementary return; up to € 1,000 of VAT a year may go into a "
        "later return.",
    ),
    "VAT although the scheme of small businesses is the default": (
        invoice(is_small_business=True),
        "Your default VAT rate is that of the small-business scheme (KOR), and this invoice has "
        "VAT, which must then be paid. Check the rate of the task, category or customer.",
    ),
    "dated before the last one": (
        invoice(latest=TODAY + datetime.timedelta(days=1)),
        "The date is before the last invoice (23-11-2026), so numbers and dates are not in the "
        "same order.",
    ),
    "below zero without naming an invoice": (
        invoice(changed(WORK, quantity=Decimal(-1), net=Decimal(-90))),
        "The total is negative, but no invoice to credit is named. Create a credit invoice.",
    ),
    "a simplified invoice without an address": (
        invoice(SMALL, to=replace(DUTCH, address="", postal_code="", city="")),
        "The address of the customer is not complete: street and number, postal code, city.",
    ),
    "a private person without an address": (
        invoice(to=replace(DUTCH, is_business=False, address="")),
        "The address of the customer is not complete: street and number.",
    ),
}


@pytest.mark.parametrize(("document", "text"), WARNINGS.values(), ids=WARNINGS)
def test_a_warning_is_said_and_stops_nothing(document, text):
    findings = check(document)

    assert [one.text for one in findings.all] == [text]
    assert findings.errors == ()


def test_all_errors_are_shown_at_once():
    bare = Party(name="", country="")
    line = changed(
        untaxed(VatTreatment.EU_SERVICES), description="", vat_code="", quantity=Decimal(4)
    )

    findings = check(
        invoice(line, issuer=bare, to=replace(bare, is_business=False), will_be_booked=True)
    )

    assert len(findings.errors) == 10
    assert {one.place.where for one in findings.errors} == set(Where) - {Where.INVOICE_SETTINGS}


def test_every_rule_has_a_case_that_it_complains_about():
    cases = [document for document, *_rest in (*ERRORS.values(), *WARNINGS.values())]

    silent = [rule.__name__ for rule in RULES if not any(list(rule(case)) for case in cases)]

    assert len(cases) >= len(RULES) > 0
    assert silent == []
