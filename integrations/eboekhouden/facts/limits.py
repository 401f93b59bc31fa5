"""Limits of the service: lengths in characters, counts, dates and quotas."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

ADDRESS = "https://soap.e-boekhouden.nl/soap.asmx"

FIRST_DATE = date(1980, 1, 1)
LAST_DATE = date(2049, 12, 31)
MAX_LINES = 100
DECIMALS = 2
# A larger amount does not fit in a double with exact cents.
MAX_AMOUNT = Decimal("999999999.99")
# For invoices: the service treats 0 days as not filled in (CFACT014).
MIN_PAYMENT_TERM = 1
MAX_PAYMENT_TERM = 9999
UNITS = ("", "Uur", "Stuk", "Doos")
# Our names for the units that we use.
UNIT_OF: Mapping[str, str] = MappingProxyType({"": "", "hour": "Uur", "piece": "Stuk"})

# GetMutaties returns the last 500 rows at most and may be called 5,000 times a month. All
# operations together may be called 10,000 times a day.
MAX_ENTRY_ROWS = 500
ENTRY_CALLS_A_MONTH = 5_000
CALLS_A_DAY = 10_000

CREDENTIALS: Mapping[str, int] = MappingProxyType(
    {"username": 55, "security_code_1": 50, "security_code_2": 50, "source": 15}
)

# Where the service's table and its error text disagree (contact name, e-mail), the shorter limit is
# used.
RELATION: Mapping[str, int] = MappingProxyType(
    {
        "code": 15,
        "name": 100,
        "contact_name": 50,
        "address": 150,
        "postal_code": 50,
        "city": 50,
        "country": 50,
        "postal_address": 150,
        "postal_postal_code": 50,
        "postal_city": 50,
        "postal_country": 50,
        "phone": 50,
        "mobile": 50,
        "email": 50,
        "website": 50,
        "vat_number": 50,
        "coc_number": 50,
        "iban": 50,
        "bic": 50,
        "correlation_id": 100,
    }
)

INVOICE: Mapping[str, int] = MappingProxyType(
    {"number": 50, "relation_code": 15, "template": 50, "entry_description": 200}
)

ENTRY: Mapping[str, int] = MappingProxyType(
    {"number": 50, "relation_code": 15, "debtor_account": 10, "description": 200, "document": 50}
)

LINE: Mapping[str, int] = MappingProxyType(
    {"unit": 50, "code": 50, "vat_code": 12, "ledger_account": 10}
)


def length_of(text: str) -> int:
    """Return the length in UTF-16 units, as the service counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
