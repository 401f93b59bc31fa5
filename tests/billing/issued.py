"""Issued invoices with lines of one's choice, and random ones, without projects behind them."""

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from billing.documents.archive import triggers as triggers
from billing.documents.parties import addressee_snapshot, issuer_snapshot
from billing.models import Invoice, InvoiceLine, InvoiceStatus
from billing.reports.shares import store_shares
from customers.models import Contact, Customer
from lib.money import ZERO, net_amount
from tests import factories
from vat.models import VatRate
from vat.total_rows import total_fields
from vat.totals import totals
from vat.treatments import TREATMENTS, VatTreatment

NOW = timezone.now()
TODAY = factories.TODAY
# Which treatments go together on an invoice, and the customer they are for.
KINDS = {
    "here": [("21", "domestic"), ("9", "domestic"), ("0", "domestic"), ("0", "exempt")],
    "zero": [("0", "domestic")],
    "exempt": [("0", "exempt")],
    "kor": [("0", "small_business")],
    "kor and exempt": [("0", "small_business"), ("0", "exempt")],
    "reverse": [("0", "reverse_charge"), ("21", "domestic")],
    "services": [("0", "eu_services")],
    "goods": [("0", "eu_goods"), ("0", "eu_services")],
    "both reversed": [("0", "eu_services"), ("0", "reverse_charge")],
    "export": [("0", "export")],
    "world": [("0", "world_services")],
    "government": [("21", "domestic"), ("9", "domestic")],
    "private": [("21", "domestic"), ("9", "domestic")],
}
# Codes of e-Boekhouden that mean the same rate as the default one.
OLD_CODES = {("21", "domestic"): "HOOG_VERK", ("9", "domestic"): "LAAG_VERK"}
BUYERS = {
    "services": {"country": "BE", "vat_number": "BE0403170701", "coc_number": "0403170701"},
    "goods": {"country": "Duitsland", "vat_number": "DE129274202"},
    "both reversed": {"country": "BE", "vat_number": "BE0403170701"},
    "export": {"country": "US"},
    "world": {"country": "US", "vat_number": "", "coc_number": ""},
    "government": {"coc_number": "00000001003214345000"},
    "private": {"coc_number": "", "vat_number": "", "is_business": False},
}
HOME = {"coc_number": "87654321", "vat_number": "NL009999999B99", "contact_name": "Anna Smit"}
WORDS = [
    "Ontwerp",
    "Ontwikkeling\nweek 45 en 46",
    "Überarbeitung <b> & “so”",
    "📦 verzenden",
    "x" * 130,
]


@dataclass(frozen=True)
class Item:
    """A line to be: what it is, how many, at which price."""

    quantity: str = "1"
    price: str = "100"
    percentage: str = "21"
    treatment: str = VatTreatment.DOMESTIC
    discount: str = "0"
    description: str = "Ontwerp"
    unit: str = "hour"
    vat_code: str = ""


def complete(organisation):
    """Everything that the law wants of who issues an invoice."""
    details = {
        "address": "Javastraat 12",
        "postal_code": "1094 HH",
        "city": "Amsterdam",
        "email": "post@studio-oost.example",
        "phone": "020 123 4567",
        "coc_number": "12345678",
        "vat_number": "NL829088981B01",
        "iban": "NL91ABNA0417164300",
        "bic": "ABNANL2A",
    }
    for name, value in details.items():
        setattr(organisation, name, value)
    organisation.save()
    return organisation


def buyer(organisation, kind: str = "here") -> Customer:
    place = {"address": "Dorpsstraat 12", "postal_code": "3511 AB", "city": "Utrecht"}
    details = {"name": "De Groene Tuin", "email": "anna@tuin.example", **place, **HOME}
    return factories.create_customer(organisation=organisation, **details | BUYERS.get(kind, {}))


def issued(
    customer: Customer, items: list[Item], *, number: str = "2026-0001", **fields
) -> Invoice:
    """A final invoice of these lines, with the totals that the program computes."""
    final = {
        "status": fields.pop("status", InvoiceStatus.FINAL),
        "number": number,
        "final_at": NOW,
        "issuer": issuer_snapshot(customer.organisation),
        "addressee": addressee_snapshot(customer),
    }
    return become(drafted(customer, items, **fields), **final)


def drafted(customer: Customer, items: list[Item], **fields) -> Invoice:
    """A draft of these lines."""
    organisation = customer.organisation
    about = {"date": TODAY, "payment_term": 30, "due_on": TODAY + datetime.timedelta(days=30)}
    invoice = Invoice(organisation=organisation, customer=customer, **about | fields)
    lines = [_line(invoice, n, item, organisation) for n, item in enumerate(items, start=1)]
    for name, value in total_fields(totals(lines, discount=invoice.discount)).items():
        setattr(invoice, name, value)
    invoice.save()
    InvoiceLine.objects.bulk_create(lines)
    return invoice


def become(draft: Invoice, **fields: object) -> Invoice:
    """A draft that has its lines becomes what it is to be: a final invoice gets none any more."""
    if fields.get("status", InvoiceStatus.DRAFT) != InvoiceStatus.DRAFT:
        store_shares([draft])
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(fields))
    return draft


def credited(invoice: Invoice, *, number: str = "2026-0002") -> Invoice:
    """A credit invoice that takes everything back."""
    items = [
        Item(
            quantity=str(-line.quantity),
            price=str(line.price),
            percentage=str(line.vat_percentage),
            treatment=line.vat_treatment,
            discount=str(line.discount),
            description=line.description,
            unit=line.unit,
            vat_code=line.vat_code,
        )
        for line in invoice.lines.all()
    ]
    fields = {"discount": invoice.discount, "language": invoice.language, "credit_of": invoice}
    return issued(invoice.customer, items, number=number, **fields)


def as_if(invoice: Invoice, **fields: object) -> None:
    """Gives a final invoice another past, so that a test need not wait for months."""
    triggers.remove(using="default")
    Invoice.objects.filter(pk=invoice.pk).update(**fields)
    triggers.install_triggers(using="default")


def random_invoice(dice: random.Random, customers: dict[str, Customer], *, number: str) -> Invoice:
    """An invoice in some treatment, often with discounts, sometimes with negative lines."""
    kind = dice.choice(list(KINDS))
    return issued(
        customers[kind],
        [random_item(dice, kind) for _ in range(dice.randint(1, 7))],
        number=number,
        discount=Decimal(dice.choice(["0", "0", "2.5", "10", "33.33", "100"])),
        reference=dice.choice(["", "PO 88120"]),
        notes=dice.choice(["", "Bedankt voor de opdracht."]),
        language=dice.choice(["nl", "en"]),
    )


def random_item(dice: random.Random, kind: str) -> Item:
    percentage, treatment = dice.choice(KINDS[kind])
    return Item(
        quantity=f"{dice.randint(-500 if dice.random() < 0.2 else 1, 9999) / 100:.2f}",
        price=f"{dice.randint(-900 if dice.random() < 0.2 else 0, 29999) / 100:.2f}",
        percentage=percentage,
        treatment=treatment,
        discount=dice.choice(["0", "0", "0", "5", "12.5", "99.99"]),
        description=dice.choice(WORDS),
        unit=dice.choice(["hour", "piece", "km", ""]),
        vat_code=dice.choice(["", "", OLD_CODES.get((percentage, treatment), "")]),
    )


def _line(invoice: Invoice, position: int, item: Item, organisation) -> InvoiceLine:
    quantity, price = Decimal(item.quantity), Decimal(item.price)
    discount = Decimal(item.discount)
    return InvoiceLine(
        invoice=invoice,
        position=position,
        description=item.description,
        quantity=quantity,
        unit=item.unit,
        price=price,
        discount=discount,
        net=net_amount(quantity, price, discount) + ZERO,
        vat_rate=_rate(organisation, item),
        vat_percentage=Decimal(item.percentage),
        vat_treatment=item.treatment,
        vat_code=item.vat_code or _default_code(item),
        code="WORK",
    )


def _default_code(item: Item) -> str:
    return TREATMENTS[item.treatment].codes.get(int(Decimal(item.percentage)), "GEEN")


def _rate(organisation, item: Item) -> VatRate:
    """Made once a test; asking the database for each of thousands of lines would take long."""
    known = organisation.__dict__.setdefault("rates_of_test", {})
    name = f"{item.percentage} {item.treatment}"
    if name not in known:
        details = {"percentage": Decimal(item.percentage), "treatment": item.treatment}
        known[name] = organisation.vat_rates.get_or_create(name=name, defaults=details)[0]
    return known[name]


def crowd(customer: Customer) -> None:
    """So many contacts receive its invoices that one e-mail cannot name them."""
    Contact.objects.bulk_create(
        Contact(
            customer=customer,
            name=f"C{n}",
            email=f"{n}@{'long' * 12}.example",
            receives_invoices=True,
        )
        for n in range(6)
    )
