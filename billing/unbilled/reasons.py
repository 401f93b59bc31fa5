"""The reasons why work or an invoice is left out, and the fix for the user. Knows no URLs."""

from dataclasses import dataclass
from enum import StrEnum


class Fix(StrEnum):
    """The act that solves the problem; the presenter links to the page for it."""

    BILL_SCHEDULED_AMOUNT = "bill_scheduled_amount"
    SET_HOURLY_RATE = "set_hourly_rate"
    CHOOSE_VAT_RATE = "choose_vat_rate"
    SET_DEFAULT_VAT_RATE = "set_default_vat_rate"
    SET_VAT_CODE = "set_vat_code"
    SET_LEDGER_ACCOUNT = "set_ledger_account"
    ENTER_CUSTOMER_NUMBER = "enter_customer_number"
    CHANGE_PAYMENT_TERM = "change_payment_term"
    OPEN_INVOICE = "open_invoice"


@dataclass(frozen=True)
class Reason:
    """A sentence, and its fix: `pk` is the project, VAT rate, customer or invoice."""

    text: str
    fix: Fix | None = None
    pk: int | None = None
