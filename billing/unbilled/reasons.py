"""Why work or an invoice is left out, and what the user can do about it. Knows no addresses."""

from dataclasses import dataclass
from enum import StrEnum


class Fix(StrEnum):
    """What solves the problem; the presenter links to the page where the user does it."""

    BILL_SCHEDULED_AMOUNT = "bill_scheduled_amount"
    SET_HOURLY_RATE = "set_hourly_rate"
    CHOOSE_VAT_RATE = "choose_vat_rate"
    SET_DEFAULT_VAT_RATE = "set_default_vat_rate"
    SET_VAT_CODE = "set_vat_code"
    SET_LEDGER_ACCOUNT = "set_ledger_account"
    ENTER_CUSTOMER_NUMBER = "enter_customer_number"
    CHANGE_PAYMENT_TERM = "change_payment_term"


@dataclass(frozen=True)
class Reason:
    """A sentence, and what solves the problem: `pk` is the project, VAT rate or customer."""

    text: str
    fix: Fix | None = None
    pk: int | None = None
