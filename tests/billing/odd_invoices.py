"""Drafts with odd parties, treatments, rates, texts and amounts; most things are right in each."""

import random
from decimal import Decimal

from customers.models import Customer
from tests.billing import issued as invoices
from tests.billing.issued import Item
from vat.treatments import VatTreatment

# The first value of each is right; the others come up now and then.
ISSUERS = {
    "name": ["Studio Oost", "Studio “Oost” & Zn. <bv>", "株式会社", "Bürö Ødegård–Łódź 📦"],
    "address": ["Javastraat 12", "", "Postbus 12", " "],
    "postal_code": ["1094 HH", ""],
    "city": ["Amsterdam", ""],
    "country": ["NL", "NL", "BE"],
    "email": ["post@studio-oost.example", ""],
    "phone": ["020 123 4567", "", "+31 (0)20 – 123"],
    "coc_number": ["12345678", "", "1234567", "١٢٣٤٥٦٧٨", "87654321"],
    "vat_number": ["NL829088981B01", "", "nl829088981b01", "geen", "ZZ123"],
    "iban": ["NL91ABNA0417164300", ""],
    "bic": ["ABNANL2A", ""],
}
BUYERS = {
    "name": [
        "De Groene Tuin", "Müller & Söhne", "Иван Петров", "ภาษาไทย", "A\u200bB ]]> &amp;", "😀",
    ],
    "contact_name": ["Anna Smit", "", "한국"],
    "email": ["anna@tuin.example", "", "a+b@example.org"],
    "address": ["Dorpsstraat 12", "", "P.O. Box 7"],
    "postal_code": ["3511 AB", "", "35001", "BT1 5GS", "78266", "98000"],
    "city": ["Utrecht", "", "Łódź"],
    "country": ["NL", "", "DE", "BE", "US", "GB", "CH", "GR", "MC", "ES", "Narnia", "IM", "Japan"],
    "vat_number": [
        "NL009999999B99", "", "DE129274202", "BE 0403.170.701", "GR094259216", "EL094259216",
        "XI980780684", "CHE-123.456.789 MWST", "GB980780684", "XX1", "btw-nr", "FR83404833048",
        "SE556036079301", "IT00743110157", "DK13585628",
    ],
    "coc_number": ["87654321", "", "00000001003214345000", "8765.4321", "HRB 1234", "१२३४५६७८"],
    "is_business": [True, True, False],
}  # fmt: skip
NOTES = [
    "", "Bedankt!", "#AAA# graag betalen", "Order #12, #13# en #14", "#12#", "# #x# ###",
    "a\x00b\x0bc\ufffe", "📦 verzonden", "漢字", "مرحبا", "x" * 3000, "regel 1\r\nregel 2",
]  # fmt: skip
TEXTS = [
    "Ontwerp", "Überarbeitung <b> & “so”", "📦 verzenden", "x" * 130, "Regel\n\nnog een regel",
    "한국어 번역", "½ dag à € 100 – 5%", "ǅ ẞ ﬁ", "\u202eomgekeerd", "]]>", "Ωμέγα", " ", "0",
]  # fmt: skip
TREATMENTS = {
    "NL": ["domestic", "domestic", "domestic", "reverse_charge", "exempt", "small_business"],
    "EU": ["eu_services", "eu_goods", "domestic"],
    "WORLD": ["world_services", "export", "world_services"],
}
PERCENTAGES = ["21", "9", "0", "21", "9", "0.4", "0.5", "5.5", "12.25", "100"]
QUANTITIES = ["1", "0.01", "7.25", "-1", "0", "12345.67", "3"]
PRICES = ["100", "0.01", "0", "-25", "99999.99", "33.33", "0.05"]
DISCOUNTS = ["0", "0", "0", "10", "33.33", "99.99", "100"]


def spoil(dice: random.Random, values: dict[str, list[object]]) -> dict[str, object]:
    """Mostly the right values, and one or two others in half of the cases."""
    chosen = {name: choices[0] for name, choices in values.items()}
    if dice.random() < 0.6:
        for name in dice.sample(list(values), dice.choice([1, 1, 2])):
            chosen[name] = dice.choice(values[name])
    return chosen


def odd_buyer(dice: random.Random, organisation, *, number: int) -> Customer:
    """A customer at home, in the EU or outside it."""
    typed = spoil(dice, BUYERS)
    place = dice.choice(["", "", "EU", "WORLD"])
    if place == "EU":
        typed |= dice.choice([
            {"country": "DE", "vat_number": "DE129274202"},
            {"country": "BE", "vat_number": "BE0403170701", "coc_number": "0403170701"},
            {"country": "GR", "vat_number": "GR094259216"},
            {"country": "GB", "postal_code": "BT1 5GS", "vat_number": "XI980780684"},
            {"country": "MC", "postal_code": "98000", "vat_number": "FR83404833048"},
            {"country": "SE", "vat_number": "SE556036079301"},
        ])  # fmt: skip
    elif place == "WORLD":
        typed |= dice.choice([
            {"country": "US", "vat_number": ""},
            {"country": "CH", "vat_number": "CHE-123.456.789 MWST"},
            {"country": "ES", "postal_code": "35001", "vat_number": ""},
            {"country": "GB", "postal_code": "BA1 1AA", "vat_number": "GB980780684"},
        ])  # fmt: skip
    return Customer.objects.create(organisation=organisation, number=f"ODD{number}", **typed)


def odd_draft(dice: random.Random, customer: Customer):
    """A draft for this customer, of treatments that may fit it."""
    where = {"NL": "NL", "": "NL"}.get(customer.country)
    region = where or (
        "EU" if customer.vat_number[:2] in ("DE", "BE", "GR", "XI", "FR", "SE") else "WORLD"
    )
    treatment = dice.choice(TREATMENTS[region])
    items = [
        odd_item(dice, treatment if dice.random() < 0.95 else dice.choice(VatTreatment.values))
        for _ in range(dice.choice([1, 1, 2, 3, 7]))
    ]
    return invoices.drafted(
        customer,
        items,
        discount=Decimal(dice.choice(DISCOUNTS)),
        notes=dice.choice(NOTES) if dice.random() < 0.5 else "",
        reference=dice.choice(["", "PO 88120", "#A1#", "😀", "é" * 40]),
        language=dice.choice(["nl", "en"]),
    )


def odd_item(dice: random.Random, treatment: str) -> Item:
    """A line of this treatment; 0% where it must be."""
    usual = dice.random() < 0.6
    return Item(
        quantity="1" if usual else dice.choice(QUANTITIES),
        price="100" if usual else dice.choice(PRICES),
        percentage=dice.choice(PERCENTAGES) if treatment == "domestic" else "0",
        treatment=treatment,
        discount=dice.choice(DISCOUNTS),
        description="Ontwerp" if usual else dice.choice(TEXTS),
        unit=dice.choice(["hour", "piece", "km", "", "dag"]),
    )
