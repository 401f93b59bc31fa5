"""How long what is kept of whom: the only place with these periods.

docs/privacy.md has the same table, and tests/privacy/test_retention.py holds it against this one.
Periods that other modules need are defined there and named here. `purging.py` deletes by them.
"""

import datetime
from dataclasses import dataclass

from django.conf import settings

from accounts import mails
from accounts.models import Organisation
from billing.invoices import in_background
from billing.reconciliation import runs
from customers import nightly
from imports.tasks import DRAFT_KEPT_FOR
from lib import kept_uploads
from lib.days import ONE_DAY

# Art. 52 AWR: seven years. Art. 34a of the VAT Act: ten for what is about real estate.
FISCAL_YEARS = 7
REAL_ESTATE_YEARS = 10

ACCOUNT_MAILS = mails.GIVEN_UP_AFTER
CUSTOMER_IMPORTS = nightly.KEPT
IMPORT_DRAFTS = DRAFT_KEPT_FOR
INVOICING_RUNS = in_background.KEPT
KEPT_UPLOADS = kept_uploads.KEPT_FOR
RECONCILIATIONS = runs.KEPT
EXPORTS = 7 * ONE_DAY
EXPORT_RECORDS = 90 * ONE_DAY
LOGINS = 90 * ONE_DAY
FILE_IMPORTS = 365 * ONE_DAY
NOTICES = 365 * ONE_DAY
# Claims to holidays expire five years after the year (art. 7:640a and 7:642 of the Civil Code).
LEAVE_YEARS = 5
# In which a closed organisation can be reopened.
REOPENING = 30 * ONE_DAY


@dataclass(frozen=True)
class Period:
    """One line of the table: what, of whom, how long, and what deletes it."""

    what: str
    of_whom: str
    kept: datetime.timedelta | str
    deleted_by: str

    @property
    def kept_in_words(self) -> str:
        return self.kept if isinstance(self.kept, str) else in_words(self.kept)


def in_words(span: datetime.timedelta) -> str:
    """Return `90 days`, `1 day` or `12 hours`."""
    if span < ONE_DAY:
        return f"{span // datetime.timedelta(hours=1)} hours"
    days = span // ONE_DAY
    return f"{days} day" if days == 1 else f"{days} days"


SESSION = datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE)
FISCAL = f"until 31 December of the year + {FISCAL_YEARS}"

PERIODS = (
    Period("sessions", "people", SESSION, "`purge_sessions`, every night"),
    Period("address and browser of a session", "people", LOGINS, "`purge_sessions`, `purge`"),
    Period("uploads of a form with an error", "people", KEPT_UPLOADS, "`purge_kept_uploads`"),
    Period("mails about accounts that cannot be sent", "people", ACCOUNT_MAILS, "when sending"),
    Period("exports of data: the ZIP", "people, organisations", EXPORTS, "`purge`"),
    Period("exports of data: who asked for one", "people", EXPORT_RECORDS, "`purge`"),
    Period("drafts of imports, with the file", "employees, customers", IMPORT_DRAFTS, "hourly"),
    Period("imports of files, with the rows", "employees, customers", FILE_IMPORTS, "`purge`"),
    Period("imports of customers", "customers", CUSTOMER_IMPORTS, "`purge`"),
    Period("confirmations of many invoices", "people", INVOICING_RUNS, "`purge`"),
    Period("daily checks", "customers", RECONCILIATIONS, "`purge`"),
    Period("reminders to submit a week", "employees", NOTICES, "`purge`"),
    Period("leave and leave balances", "employees", f"year + {LEAVE_YEARS}", "`purge`"),
    Period(
        "profile, contract hours, favourites, saved views",
        "employees",
        "until the person is erased",
        "an administrator",
    ),
    Period("contact persons", "customers", "until forgotten", "an administrator or manager"),
    Period("hours, expenses and trips that were never billed", "employees", FISCAL, "`purge`"),
    Period("hours, expenses and trips on an invoice", "employees", FISCAL, "not automatically"),
    Period("invoices, their files and e-mails", "customers", FISCAL, "not automatically"),
    Period("bookings and VAT returns", "customers", FISCAL, "not automatically"),
    Period("that somebody was erased, without a name", "people", FISCAL, "not automatically"),
    Period("a closed organisation that can be reopened", "organisations", REOPENING, "`purge`"),
)


def fiscal_years(organisation: Organisation) -> int:
    """Return the years after its own in which the books of an organisation are kept."""
    return REAL_ESTATE_YEARS if organisation.keeps_ten_years else FISCAL_YEARS


def fiscal_until(day: datetime.date, organisation: Organisation) -> datetime.date:
    """Return the last day on which something of this day must be kept."""
    return datetime.date(day.year + fiscal_years(organisation), 12, 31)


def fiscal_before(today: datetime.date, *, years: int) -> datetime.date:
    """Return the day before which nothing need be kept any more, after so many years."""
    return datetime.date(today.year - years, 1, 1)


def leave_before(today: datetime.date) -> datetime.date:
    return datetime.date(today.year - LEAVE_YEARS, 1, 1)
