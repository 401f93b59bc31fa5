"""The form of Register → Expenses."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.amounts import AmountField, QuantityField
from lib.choices import offer
from lib.formats import euro
from lib.kept_uploads import KeepsUpload
from lib.money import cents, share_of
from lib.understanding import number
from projects.models import ExpenseCategory
from vat.choices import holds_on, offer_rates
from vat.treatments import VatTreatment

from ..models import Expense
from ..rates.pricing import without_vat
from ..receipts import checked_together, most_megabytes, shown_name
from ..unlikely import question_about_expense
from .registration import RegistrationForm

# More categories than this are chosen from the list only.
MOST_CHIPS = 8
# The other treatments are about the customer of the invoice, which employees do not decide.
ON_A_RECEIPT = (VatTreatment.DOMESTIC, VatTreatment.EXEMPT)


class ReceiptInput(forms.FileInput):
    """A box for several files, of which the field gets a list."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the files; None without one."""
        found = files.getlist(name) if hasattr(files, "getlist") else [files.get(name)]
        return [file for file in found if file] or None


class ReceiptField(forms.FileField):
    """One file, or several photos that become the pages of one receipt."""

    widget = ReceiptInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files that were chosen, each of them not empty."""
        return [super(ReceiptField, self).clean(one, initial) for one in data or []]


class ExpenseForm(KeepsUpload, RegistrationForm):
    """An expense with its receipt; a price incl. VAT is converted to one excl. VAT.

    A negative price is a refund. The receipt of a form with an error is kept for the next attempt.
    """

    page = "expenses"
    upload_purpose = "receipt"

    quantity = QuantityField(label=_("Quantity"), max_digits=8)
    price = AmountField(label=_("Price"), max_digits=10, min_value=None)
    includes_vat = forms.BooleanField(label=_("The price is incl. VAT"), required=False)
    receipt = ReceiptField(
        label=_("Receipt"),
        required=False,
        widget=ReceiptInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.heic,.heif"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )
    # The camera of a phone; without script it is sent beside the other files.
    receipt_photo = ReceiptField(
        label=_("Photo of the receipt"),
        required=False,
        widget=ReceiptInput(attrs={"accept": "image/*", "capture": "environment"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
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
        text = gettext("PDF, JPG, PNG or HEIC, at most %(size)d MB; several photos become one PDF.")
        self.fields["receipt"].help_text = text % {"size": most_megabytes()}
        self.has_categories = categories.exists()
        self.categories = categories
        self.fields["category"].error_messages["required"] = _("Choose a category.")
        # Keep the stored name: the instance takes the uploaded file, even if it is refused.
        self.receipt_name = row.receipt_name
        # What was kept for one organisation is no receipt of another.
        self.upload_purpose = f"receipt-{self.organisation.pk}"
        self.find_kept_upload(self.by.user_id if self.by else None)
        self.typed: dict[str, Decimal] = {}
        if row.price_paid is not None:
            self.initial["quantity"], self.initial["price"] = row.quantity_paid, row.price_paid
            self.initial["includes_vat"] = True
        chosen, default_label = row.vat_rate_id, _("Default rate")
        rates = offer_rates(
            self, self.organisation, day=self._day(), chosen=chosen, empty=default_label
        )
        if self.by and not self.by.is_manager:
            own = Q(pk=chosen) | Q(is_default=True) | Q(treatment__in=ON_A_RECEIPT)
            offer(self, "vat_rate", rates.filter(own), empty=default_label)
        if not row.receipt:
            del self.fields["removes_receipt"]

    @cached_property
    def chips(self) -> list[ExpenseCategory]:
        """Return the categories to choose from with one press; none of too many."""
        found = list(self.categories[: MOST_CHIPS + 1])
        return found if len(found) <= MOST_CHIPS else []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        row = self.instance
        row.quantity_paid, row.price_paid = None, None
        self.typed = {name: cleaned[name] for name in ("quantity", "price") if name in cleaned}
        if cleaned.get("includes_vat"):
            self._take_vat_off(cleaned)
        self._read_receipt(cleaned)
        return cleaned

    def ask_questions(self) -> None:
        super().ask_questions()
        row = self.instance
        if row.price < 0 and "price" in self.changed_data:
            text = gettext("%s is a refund: it lowers the invoice. Is that right?")
            self.ask("price", text % euro(row.price * row.quantity))
        if {"quantity", "price", "category", "project"} & set(self.changed_data):
            question = question_about_expense(row)
            if question:
                self.ask("price", question)

    def values_read(self) -> dict[str, Any]:
        return {**self.cleaned_data, **self.typed}

    def calculations(self) -> dict[str, str]:
        """Return price × quantity, and the amount excl. VAT of a price incl. VAT."""
        row = self.instance
        if not {"quantity", "price"} <= self.typed.keys():
            return {}
        quantity, price = self.typed["quantity"], self.typed["price"]
        total = euro(cents(quantity * price))
        times = f"{number(price)} × {number(quantity.normalize() + 0)}"
        if row.price_paid is not None:
            return {"price": self._with_and_without_vat(times)}
        return {"price": f"{times} = {total}"} if quantity != 1 else {}

    def _with_and_without_vat(self, times: str) -> str:
        row, gross = self.instance, cents(self.typed["quantity"] * self.typed["price"])
        net = row.quantity * row.price
        told = {"sum": times, "gross": euro(gross), "net": euro(net)}
        text = gettext("%(sum)s = %(gross)s incl. VAT = %(net)s excl. VAT") % told
        invoiced = net + share_of(net, row.vat_rate.percentage)
        if invoiced != gross:
            # No amount excl. VAT in whole cents gives this sum.
            text += gettext(" (%s incl. VAT on an invoice)") % euro(invoiced)
        return text

    def _take_vat_off(self, cleaned: dict[str, Any]) -> None:
        """Convert the price with the VAT rate, which must be valid on the day of the expense."""
        self._take_rate_of_category(cleaned)
        rate, day, price = (cleaned.get(name) for name in ("vat_rate", "date", "price"))
        quantity, row = cleaned.get("quantity"), self.instance
        if not rate and "vat_rate" not in self.errors:
            self.add_error("vat_rate", gettext("Choose the VAT rate that is in the price."))
        elif rate and day and not holds_on(rate, day):
            text = gettext(
                "This VAT rate is not valid on that date. Choose the rate included in the price."
            )
            self.add_error("vat_rate", text)
        elif rate and price is not None and quantity is not None:
            row.quantity_paid, row.price_paid = quantity, price
            cleaned["quantity"], cleaned["price"] = without_vat(
                quantity, price, percentage=rate.percentage
            )

    def _take_rate_of_category(self, cleaned: dict[str, Any]) -> None:
        """Take the rate that the category has, where none was chosen; the page says the sum."""
        category = cleaned.get("category")
        is_open = not cleaned.get("vat_rate") and "vat_rate" not in self.errors
        if category and category.vat_rate_id and is_open:
            cleaned["vat_rate"] = self.instance.vat_rate = category.vat_rate

    def _uploads(self, cleaned: dict[str, Any]) -> list[Any]:
        return [*(cleaned.get("receipt") or []), *(cleaned.get("receipt_photo") or [])]

    def _read_receipt(self, cleaned: dict[str, Any]) -> None:
        uploads, row = self._uploads(cleaned), self.instance
        if uploads:
            try:
                file = checked_together(uploads, user_id=self.user_id)
            except ValidationError as error:
                self.add_error("receipt", error)
            else:
                row.receipt = file
                row.receipt_name = shown_name(uploads[0], stored=str(file.name))
                self.new_upload = file, row.receipt_name
        elif self.kept_upload:
            row.receipt, row.receipt_name = self.kept_upload.content(), self.kept_upload.name
        elif cleaned.get("removes_receipt"):
            row.receipt, row.receipt_name = "", ""
