"""Files of expenses."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.amounts import AmountField, QuantityField
from lib.formats import amount
from projects.models import ExpenseCategory
from registrations.models import Expense
from registrations.rates.pricing import without_vat
from vat.choices import holds_on
from vat.models import VatRate

from ..cells import Amount, Name, flag
from .base import Context, Field, ReadRow
from .hours import CUSTOMER, DATE, EMPLOYEE, NOTE, PROJECT
from .registrations import RegistrationKind

BILLABLE = Field(
    "is_billable",
    gettext_lazy("Billable"),
    flag(gettext_lazy("yes"), gettext_lazy("no")),
    ("factureerbaar", "billable", "declarabel", "doorbelasten"),
    example="ja",
)
# Only what is billed needs a project.
PROJECT_IF_BILLED = replace(PROJECT, is_required=False)
FIELDS = (
    DATE,
    EMPLOYEE,
    CUSTOMER,
    PROJECT_IF_BILLED,
    Field(
        "category",
        gettext_lazy("Category"),
        Name(),
        ("categorie", "category", "uitgavecategorie", "soort", "product", "kostensoort"),
        is_required=True,
        directory="category",
        example="Hosting",
    ),
    NOTE,
    Field(
        "quantity",
        gettext_lazy("Quantity"),
        Amount(QuantityField(max_digits=8)),
        ("aantal", "quantity", "hoeveelheid"),
        example="1",
    ),
    Field(
        "price",
        gettext_lazy("Price excl. VAT"),
        Amount(AmountField(max_digits=10, min_value=None)),
        ("prijs", "price", "bedrag", "amount", "prijs excl btw", "bedrag excl btw",
         "prijs excl. btw", "bedrag excl. btw", "price excl. vat", "amount excl. vat"),
        example="24,50",
    ),
    Field(
        "price_paid",
        gettext_lazy("Price incl. VAT"),
        Amount(AmountField(max_digits=10, min_value=None)),
        ("prijs incl btw", "bedrag incl btw", "prijs incl. btw", "bedrag incl. btw",
         "price incl. vat", "amount incl. vat"),
    ),
    Field(
        "vat_rate",
        gettext_lazy("VAT rate"),
        Name(),
        ("btw", "btw-tarief", "btw tarief", "vat", "vat rate", "btw %", "btw-percentage"),
        directory="vat_rate",
        example="21%",
    ),
    BILLABLE,
)  # fmt: skip


class ExpensesKind(RegistrationKind):
    """Files of expenses; a price incl. VAT is converted, as in the form."""

    key = "expenses"
    model = Expense
    stored = (
        "membership_id", "project_id", "category_id", "date", "description", "quantity", "price",
    )  # fmt: skip
    identity = ("membership_id", "project_id", "category_id", "date", "description")
    figures = ("price", "quantity", "price_paid", "quantity_paid")
    references = {"category": (ExpenseCategory, "category"), "vat_rate": (VatRate, "vat_rate")}

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def check_mapping(self, mapped: Any) -> list[str]:
        chosen = set(mapped)
        lacking = super().check_mapping(chosen)
        return lacking if {"price", "price_paid"} & chosen else [*lacking, _("Price")]

    def _load(self, rows: list[ReadRow], context: Context) -> None:
        super()._load(rows, context)
        categories = context.loaded[ExpenseCategory].values()
        context.load(VatRate, [one.vat_rate_id for one in categories])

    def values(self, row: ReadRow, context: Context) -> dict[str, Any]:
        quantity = row.values.get("quantity")
        quantity = Decimal(1) if quantity is None else quantity
        price, paid = row.values.get("price"), row.values.get("price_paid")
        values: dict[str, Any] = {"is_billable": row.values.get("is_billable", True)}
        if price is not None and paid is not None:
            row.errors["price_paid"] = _("Fill in the price excl. VAT or incl. VAT, not both.")
        elif price is None and paid is None:
            row.errors["price"] = _("Fill in a price.")
        elif paid is not None:
            values |= {"price_paid": paid, "quantity_paid": quantity}
            self._take_rate_of_category(row, context)
            quantity, price = self._without_vat(row, quantity, paid, context)
        return values | {"quantity": quantity, "price": price or Decimal(0)}

    @staticmethod
    def _take_rate_of_category(row: ReadRow, context: Context) -> None:
        """Take the rate that the category has, where the file says none; the preview shows it."""
        category = context.loaded[ExpenseCategory].get(row.values.get("category", 0))
        if category and category.vat_rate_id:
            row.values.setdefault("vat_rate", category.vat_rate_id)

    @staticmethod
    def _without_vat(
        row: ReadRow, quantity: Decimal, paid: Decimal, context: Context
    ) -> tuple[Decimal, Decimal]:
        rate = context.loaded[VatRate].get(row.values.get("vat_rate", 0))
        if rate is None:
            row.errors["vat_rate"] = _("Choose the VAT rate that is in the price.")
        elif not holds_on(rate, row.values["date"]):
            row.errors["vat_rate"] = _(
                "This VAT rate is not valid on that date. Choose the rate included in the price."
            )
        else:
            return without_vat(quantity, paid, percentage=rate.percentage)
        return quantity, paid

    def shown(self, name: str, value: Any) -> str:
        return amount(value) if isinstance(value, Decimal) else ""
