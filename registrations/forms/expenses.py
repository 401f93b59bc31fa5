"""The form of Register → Expenses."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.amounts import AmountField
from lib.choices import offer
from lib.money import cents
from vat.choices import holds_on, offer_rates

from ..models import Expense
from ..receipts import checked, shown_name
from .registration import RegistrationForm


class ExpenseForm(RegistrationForm):
    """An expense with its receipt; a price incl. VAT is converted to one excl. VAT."""

    quantity = AmountField(label=_("Quantity"), max_digits=8)
    price = AmountField(label=_("Price"), max_digits=10)
    includes_vat = forms.BooleanField(label=_("The price is incl. VAT"), required=False)
    receipt = forms.FileField(
        label=_("Receipt"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("PDF, JPG or PNG, at most 10 MB."),
    )
    removes_receipt = forms.BooleanField(label=_("Remove the receipt"), required=False)

    class Meta(RegistrationForm.Meta):
        model = Expense
        fields = (
            "project",
            "date",
            "category",
            "description",
            "quantity",
            "price",
            "vat_rate",
            "is_billable",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        categories = self.organisation.expense_categories.filter(
            Q(is_active=True) | Q(pk=row.category_id)
        )
        offer(self, "category", categories, empty=_("Which category?"))
        self.fields["category"].error_messages["required"] = _("Choose a category.")
        # Keep the stored name: the instance takes the uploaded file, even if it is refused.
        self.receipt_name = row.receipt_name
        chosen, default_label = row.vat_rate_id, _("Default rate")
        offer_rates(self, self.organisation, day=self._day(), chosen=chosen, empty=default_label)
        if not row.receipt:
            del self.fields["removes_receipt"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("includes_vat"):
            self._take_vat_off(cleaned)
        self._read_receipt(cleaned)
        return cleaned

    def _take_vat_off(self, cleaned: dict[str, Any]) -> None:
        """Convert the price with the VAT rate, which must be valid on the day of the expense."""
        rate, day, price = (cleaned.get(name) for name in ("vat_rate", "date", "price"))
        if not rate and "vat_rate" not in self.errors:
            self.add_error("vat_rate", gettext("Choose the VAT rate that is in the price."))
        elif rate and day and not holds_on(rate, day):
            text = gettext(
                "This VAT rate is not valid on that date. Choose the rate included in the price."
            )
            self.add_error("vat_rate", text)
        elif rate and price is not None:
            cleaned["price"] = cents(price / (1 + rate.percentage / 100))

    def _read_receipt(self, cleaned: dict[str, Any]) -> None:
        upload, row = cleaned.get("receipt"), self.instance
        if upload:
            try:
                row.receipt, row.receipt_name = checked(upload), shown_name(upload)
            except ValidationError as error:
                self.add_error("receipt", error)
        elif cleaned.get("removes_receipt"):
            row.receipt, row.receipt_name = "", ""
