"""Measure the slowest pages of Finance, from the request to the last byte. Needs Django set up."""

import datetime
from collections.abc import Callable

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tools.bench.agency import Agency, add_billed, add_unbilled, create_agency
from tools.bench.measuring import measure

ROWS = 100_000
PAGES = {
    "dashboard": "billing:dashboard",
    "Unbilled": "billing:unbilled",
    "Unbilled, left out": "billing:unbilled-skipped",
    "Unbilled, as CSV": "billing:unbilled-export",
    "Turnover by month": "billing:report-turnover?by=month",
    "Turnover by customer": "billing:report-turnover?by=customer",
    "Turnover by project": "billing:report-turnover?by=project",
    "Turnover by employee": "billing:report-turnover?by=employee",
    "Outstanding": "billing:report-outstanding",
    "Outstanding, 200 days ago": "billing:report-outstanding?on={then}",
    "Work in progress, 200 days ago": "billing:report-work?on={then}",
    "VAT": "billing:report-vat?",
    "VAT return": "billing:report-return?",
    "Within the EU": "billing:report-icp?",
}


def main() -> None:
    """Fill an empty database, and print a line for each page."""
    call_command("migrate", verbosity=0)
    agency = create_agency(today=timezone.localdate())
    add_unbilled(agency, ROWS)
    add_billed(agency, ROWS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"{ROWS:,} hours to bill and {ROWS:,} behind invoices, on PostgreSQL")
    client = Client(SERVER_NAME="localhost")
    client.force_login(agency.boss.user, "allauth.account.auth_backends.AuthenticationBackend")
    for label, page in PAGES.items():
        print(measure(label, getter(client, address_of(page, agency))), flush=True)


def address_of(page: str, agency: Agency) -> str:
    """Return the URL of a page; a report covers a whole year."""
    name, mark, query = page.partition("?")
    since = agency.today.replace(year=agency.today.year - 1, day=1)
    days = f"period=custom&since={since}&until={agency.today}"
    query = query.format(then=agency.today - datetime.timedelta(days=200))
    return f"{reverse(name)}?{query}&{days}" if mark else reverse(name)


def getter(client: Client, address: str) -> Callable[[], object]:
    """Return a function that requests the page. It raises RuntimeError for an error page."""

    def get() -> bytes:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return answer.getvalue()

    return get


if __name__ == "__main__":
    main()
