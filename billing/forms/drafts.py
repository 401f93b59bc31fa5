"""The forms of a draft: its head, and one form for each line."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language, Organisation
from customers.models import Customer
from customers.payment_terms import question_about_term
from integrations.eboekhouden.facts import limits
from integrations.ledger import LedgerAccountField, fetched_accounts
from integrations.models import CostCentre, LedgerAccount
from lib.amounts import AmountField, QuantityField, WholeField
from lib.choices import chosen_id
from lib.form_fields import LineField, MultilineField
from lib.formats import euro, percentage
from lib.money import ZERO, net_amount
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood, times
from lib.unlikely import is_unlikely
from vat.choices import ENDED
from vat.models import VatRate
from vat.rates_by_date import NoRateThen, has_ended, rate_on

from ..fields import InvoiceDateField, PercentField
from ..invoices.drafting import HEAD_FIELDS, LineInput
from ..models import Invoice, InvoiceLine

ATTACHED = ("with_specification", "with_receipts")
UNITS = [("hour", gettext_lazy("hour")), ("piece", gettext_lazy("piece")), ("", "—")]


class HeadForm(AsksQuestions, ShowsUnderstood, forms.Form):
    """Dates, texts and the discount on the whole; `version` is that of the draft that was shown.

    With `draft`, a changed payment term that the law limits is asked about.
    """

    date = InvoiceDateField(label=gettext_lazy("Invoice date"))
    payment_term = WholeField(label=gettext_lazy("Payment term"), min_value=0, max_value=365)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=Language)
    reference = LineField(
        label=gettext_lazy("Reference of the customer"), max_length=50, required=False
    )
    discount = PercentField(label=gettext_lazy("Discount on the whole invoice"))
    supplied_from = InvoiceDateField(label=gettext_lazy("Supplied from"), required=False)
    supplied_until = InvoiceDateField(label=gettext_lazy("Supplied until"), required=False)
    notes = MultilineField(
        label=gettext_lazy("Text above the lines"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    with_specification = forms.BooleanField(
        label=gettext_lazy("Attach a time specification"), required=False
    )
    with_receipts = forms.BooleanField(label=gettext_lazy("Attach the receipts"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, draft: Invoice | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.draft = draft

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError at the field if a period has no first day, or ends before it."""
        found = super().clean() or {}
        first, last = found.get("supplied_from"), found.get("supplied_until")
        if last and not first and "supplied_from" not in self.errors:
            self.add_error("supplied_from", _("Fill in the first day too."))
        if isinstance(first, datetime.date) and last and last < first:
            self.add_error("supplied_until", _("Choose a day after the first one."))
        self._ask_about_the_term()
        return found

    def _ask_about_the_term(self) -> None:
        days = self.cleaned_data.get("payment_term")
        if self.draft is None or days == self.draft.payment_term:
            return
        is_business = self.draft.customer.is_business
        if text := question_about_term(days, is_business=is_business):
            self.ask("payment_term", text)

    @staticmethod
    def stored(invoice: Invoice) -> dict[str, Any]:
        """Return the initial values of the fields for an invoice."""
        return {name: getattr(invoice, name) for name in (*HEAD_FIELDS, "version")}


@dataclass(frozen=True)
class Offers:
    """The choices for the lines of an organisation, read once.

    `day` is the first day of supply. A rate that had ended by then is offered only to a line that
    has it.
    """

    day: datetime.date
    rates: Mapping[int, VatRate]
    accounts: list[LedgerAccount]
    centres: Mapping[int, str]

    @classmethod
    def of(cls, organisation: Organisation, *, day: datetime.date) -> "Offers":
        """Read the choices, in three queries."""
        centres = CostCentre.objects.filter(connection__organisation=organisation)
        return cls(
            day=day,
            rates={rate.pk: rate for rate in organisation.vat_rates.all()},
            accounts=fetched_accounts(organisation),
            centres=dict(centres.values_list("remote_id", "name")),
        )

    def default_rate(self, customer: Customer) -> VatRate | None:
        """Return the rate of the customer, else of the organisation, that is valid on the day."""
        default = next((rate for rate in self.rates.values() if rate.is_default), None)
        rate = self.rates.get(customer.vat_rate_id or 0) or default
        try:
            return rate_on(rate, self.day, rates=self.rates) if rate else None
        except NoRateThen:
            return None

    def rates_for(self, chosen: int | None) -> list[tuple[int, str]]:
        """Return the rates for a line; the `chosen` one is included even if it has ended."""
        rates = self.rates.items()
        return [(pk, str(one)) for pk, one in rates if pk == chosen or not has_ended(one, self.day)]


class LineForm(AsksQuestions, ShowsUnderstood, forms.Form):
    """A line.

    A line with rows keeps their quantity, unit and price. Of a line of a credit only the text can
    be changed: the rest follows from the line it takes back. `typical` is the net amount that a
    line of this customer has, in euros.
    """

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    description = MultilineField(
        label=gettext_lazy("Description"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    quantity = QuantityField(label=gettext_lazy("Quantity"), max_digits=10, min_value=None)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=UNITS, required=False)
    price = AmountField(label=gettext_lazy("Price"), min_value=None)
    discount = PercentField(label=gettext_lazy("Discount"))
    vat_rate = forms.TypedChoiceField(
        label=gettext_lazy("VAT rate"), coerce=int, error_messages={"invalid_choice": ENDED}
    )
    ledger_account = LedgerAccountField(label=gettext_lazy("Ledger account"))
    cost_centre_id = forms.TypedChoiceField(
        label=gettext_lazy("Cost centre"), coerce=int, empty_value=None, required=False
    )

    def __init__(
        self,
        *args: Any,
        offers: Offers,
        stored: InvoiceLine | None = None,
        is_fixed: bool = False,
        typical: Decimal | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.typical = typical
        self.offers, self.line, self.is_fixed = offers, stored, is_fixed
        self.is_text = bool(stored and stored.credits_id)
        if self.is_text:
            self._ask_only("id", "description")
        else:
            self._offer_all(offers)
        if is_fixed and not self.is_text:
            for name in ("quantity", "unit", "price"):
                del self.fields[name]

    def _ask_only(self, *names: str) -> None:
        for name in [name for name in self.fields if name not in names]:
            del self.fields[name]

    def _offer_all(self, offers: Offers) -> None:
        # Without validation it keeps showing its own rate, and never another one instead.
        chosen = self.line.vat_rate_id if self.line else self._initial_rate()
        self._offer("vat_rate", offers.rates_for(chosen))
        self._offer("cost_centre_id", [("", _("none")), *offers.centres.items()])
        if not offers.centres:
            del self.fields["cost_centre_id"]
        account = cast(LedgerAccountField, self.fields["ledger_account"])
        account.accounts = offers.accounts
        account.widget.attrs["list"] = "ledger-accounts"

    def _initial_rate(self) -> int:
        return chosen_id(str(self.initial.get("vat_rate") or ""))

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError if the amount of the line cannot be booked."""
        found = super().clean() or {}
        quantity, price = found.get("quantity"), found.get("price")
        if quantity and price and abs(quantity * price) > limits.MAX_AMOUNT:
            text = _("A line can be at most %(most)s. Lower the price.")
            self.add_error("price", text % {"most": euro(limits.MAX_AMOUNT)})
        elif self._is_unlikely(found):
            text = _(
                "%(amount)s is more than ten times what a line of this customer usually has "
                "(%(usual)s). Is that right?"
            )
            amounts = {"amount": euro(_net(found)), "usual": euro(self.typical or ZERO)}
            self.ask("price", text % amounts)
        return found

    def _is_unlikely(self, found: Mapping[str, Any]) -> bool:
        """Whether a typed amount is far above what the customer has; a stored one is not asked."""
        typed = tuple(found.get(name) for name in ("quantity", "price", "discount"))
        if None in typed or not self.typical:
            return False
        is_stored = self.line and typed == (self.line.quantity, self.line.price, self.line.discount)
        return not is_stored and is_unlikely(_net(found), self.typical)

    def calculations(self) -> dict[str, str]:
        """Return quantity × price, less the discount, at the price."""
        found = self.cleaned_data
        quantity, price, discount = (found.get(name) for name in ("quantity", "price", "discount"))
        if quantity is None or price is None or discount is None:
            return {}
        if quantity == 1 and not discount:
            return {}
        less = f" − {percentage(discount)}" if discount else ""
        return {"price": f"{times(quantity, price)}{less} = {euro(_net(found))}"}

    def line_input(self) -> LineInput:
        """Return the line; the form must be valid."""
        if self.is_text and self.line:
            return _as_stored(self.line, description=self.cleaned_data["description"])
        found = self.cleaned_data
        centre = found.get("cost_centre_id")
        if "cost_centre_id" not in self.fields and self.line:
            centre = self.line.cost_centre_id
        return LineInput(
            id=found["id"],
            description=found["description"],
            discount=found["discount"],
            vat_rate=self.offers.rates[found["vat_rate"]],
            ledger_account=found["ledger_account"],
            cost_centre_id=centre,
            quantity=found.get("quantity"),
            price=found.get("price"),
            unit=found.get("unit", ""),
        )

    @staticmethod
    def stored(line: InvoiceLine) -> dict[str, Any]:
        """Return the initial values of the fields for a line."""
        names = ("description", "quantity", "unit", "price", "discount", "ledger_account")
        shown = {name: getattr(line, name) for name in names}
        return shown | {
            "id": line.pk,
            "vat_rate": line.vat_rate_id,
            "cost_centre_id": line.cost_centre_id,
        }


def _net(found: Mapping[str, Any]) -> Decimal:
    return net_amount(found["quantity"], found["price"], found.get("discount") or ZERO)


def _as_stored(line: InvoiceLine, *, description: str) -> LineInput:
    return LineInput(
        id=line.pk,
        description=description,
        discount=line.discount,
        vat_rate=line.vat_rate,
        ledger_account=line.ledger_account,
        cost_centre_id=line.cost_centre_id,
    )
