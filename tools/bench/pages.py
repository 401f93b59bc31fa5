"""Pages from the request to the last byte, in the process that measures."""

import datetime
import html
import re
from collections.abc import Callable, Iterator

from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from lib.folding import folded_sql
from registrations.models import TimeEntry
from registrations.overview.filtered_rows import FilteredRows
from registrations.overview.overviews import HOURS

from .measuring import Work
from .references import changelist, sql
from .seeding import DAYS, Agency

ROWS_IN_SQL = """
    SELECT t.id, t.date, t.description, t.minutes, t.amount, t.status, u.first_name, u.last_name,
        p.name, c.name, k.name, i.number
    FROM (SELECT id FROM registrations_timeentry WHERE organisation_id = %(organisation)s
        ORDER BY date DESC, id DESC LIMIT 50) AS page
    JOIN registrations_timeentry AS t USING (id)
    JOIN accounts_membership AS m ON m.id = t.membership_id
    JOIN accounts_user AS u ON u.id = m.user_id
    JOIN projects_project AS p ON p.id = t.project_id
    JOIN customers_customer AS c ON c.id = p.customer_id
    JOIN projects_task AS k ON k.id = t.task_id
    LEFT JOIN billing_invoiceline AS l ON l.id = t.invoice_line_id
    LEFT JOIN billing_invoice AS i ON i.id = l.invoice_id
    ORDER BY t.date DESC, t.id DESC
"""
TOTALS_IN_SQL = """
    SELECT project_id, hourly_rate, count(*), sum(minutes) FROM registrations_timeentry
    WHERE organisation_id = %(organisation)s GROUP BY project_id, hourly_rate
"""
SEARCH_IN_SQL = """
    SELECT id FROM registrations_timeentry WHERE organisation_id = %(organisation)s
    AND {folded} LIKE '%%urgent%%' ORDER BY date DESC, id DESC LIMIT 50
""".format(folded=folded_sql("description"))
UNBILLED_IN_SQL = """
    SELECT project_id, hourly_rate, sum(minutes) FROM registrations_timeentry
    WHERE organisation_id = %(organisation)s AND invoice_line_id IS NULL AND is_billable
    AND status IN ('open', 'submitted', 'approved') GROUP BY project_id, hourly_rate
"""
TURNOVER_IN_SQL = """
    SELECT row ->> 'project_id', sum((row ->> 'amount')::numeric)
    FROM billing_invoice AS i JOIN billing_invoiceline AS l ON l.invoice_id = i.id,
        jsonb_array_elements(l.specification) AS row
    WHERE i.organisation_id = %(organisation)s AND i.date >= %(since)s GROUP BY 1
"""


class Browser:
    """A client that is logged in; its pages raise RuntimeError unless they answer 200."""

    def __init__(self, member: object) -> None:
        self._client = Client(SERVER_NAME="localhost")
        self._client.force_login(member.user, "accounts.login.backends.MemberBackend")

    def page(self, address: str, *, htmx: bool = False) -> Callable[[], int]:
        """Return a function that requests the page and returns its number of bytes."""
        headers = {"HX-Request": "true", "HX-Target": "results"} if htmx else {}

        def run() -> int:
            answer = self._client.get(address, headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            return len(answer.getvalue())

        return run

    def selected(self, query: str, *, newest: int, by: Membership) -> dict[str, object]:
        """Return the fields that post all hours of a filter up to an id."""
        return {"hours-filter": FilteredRows("hours", by.pk, query, newest).token}

    def token_of(self, address: str, fields: dict[str, object]) -> str:
        """Post a dialog, and return the token of the proposal that it shows."""
        page = self._client.post(address, fields).content.decode()
        found = re.search(r'name="token" value="([^"]+)"', page)
        if not found:
            raise RuntimeError(f"{address} proposes nothing")
        return html.unescape(found[1])

    def post(self, address: str, fields: Callable[[], dict[str, object]]) -> Callable[[], None]:
        """Return a function that posts a form that must be accepted."""

        def run() -> None:
            answer = self._client.post(address, fields())
            if answer.status_code not in (200, 302):
                raise RuntimeError(f"{address}: {answer.status_code}")

        return run


def lists(agency: Agency) -> Iterator[Work]:
    """Overview: the first, middle and last page, every order, filters and totals."""
    browser = Browser(agency.boss)
    about = {"organisation": agency.organisation.pk}
    hours = reverse("registrations:overview-hours") + "?period=all"
    in_sql = {"reference": sql(ROWS_IN_SQL, **about), "reference_name": "SQL"}
    admin = {"reference_name": "admin"}
    yield Work("Hours, first page", browser.page(hours), 80, **in_sql)
    yield Work("Hours, middle page", browser.page(hours + _middle(agency)), 80)
    last = changelist(o="-1", p=str(TimeEntry.objects.count() // 50))
    yield Work(
        "Hours, last page", browser.page(f"{hours}&before="), 80, **admin | {"reference": last}
    )
    yield Work("Hours, refreshed by htmx", browser.page(hours, htmx=True), 60)
    for name in HOURS.orders:
        for sign in ("", "-"):
            order = browser.page(f"{hours}&order={sign}{name}")
            yield Work(f"Hours, sorted by {sign}{name}", order, 80)
    customer = agency.organisation.customers.order_by("pk")[0].pk
    month = reverse("registrations:overview-hours") + "?period=this_month"
    yield Work("Hours, this month", browser.page(month), 80)
    yield Work("Hours, customer and month", browser.page(f"{month}&customer={customer}"), 80)
    totals = reverse("registrations:overview-hours-totals") + "?period=all"
    yield Work("Hours, totals of all", browser.page(totals), 80, sql(TOTALS_IN_SQL, **about), "SQL")
    search = sql(SEARCH_IN_SQL, **about)
    yield Work("Hours, search", browser.page(f"{hours}&q=urgent"), 200, search, "SQL")
    for kind in ("expenses", "trips"):
        address = reverse(f"registrations:overview-{kind}") + "?period=all"
        yield Work(f"{kind.capitalize()}, first page", browser.page(address), 80)
        yield Work(f"{kind.capitalize()}, last page", browser.page(f"{address}&before="), 80)


def _middle(agency: Agency) -> str:
    """Return the parameters of the page in the middle of the days."""
    day = agency.today - datetime.timedelta(days=DAYS // 2)
    row = TimeEntry.objects.filter(organisation=agency.organisation, date=day).order_by("-pk")[0]
    return "&after=" + HOURS.orders["date"].written((row.date, row.pk))


def finance(agency: Agency) -> Iterator[Work]:
    """The pages that add up."""
    browser = Browser(agency.boss)
    about = {"organisation": agency.organisation.pk}
    unbilled = sql(UNBILLED_IN_SQL, **about)
    yield Work("Unbilled", browser.page(reverse("billing:unbilled")), 150, unbilled, "SQL")
    yield Work("Dashboard", browser.page(reverse("billing:dashboard")), 150)
    projects = reverse("projects:project-list")
    yield Work("Projects by used hours", browser.page(f"{projects}?order=-used"), 150)
    invoices = reverse("billing:invoice-list")
    pages = agency.organisation.invoices.count() // 25
    yield Work("Invoices, first page", browser.page(invoices), 150)
    yield Work("Invoices, last page", browser.page(f"{invoices}?page={pages}"), 150)
    yield Work("Invoices, search", browser.page(f"{invoices}?q=0199"), 150)
    yield Work("Bookings", browser.page(reverse("billing:booking-list")), 150)
    yield Work("Customers", browser.page(reverse("customers:customer-list")), 150)
    since = agency.today.replace(year=agency.today.year - 2, day=1)
    in_sql = sql(TURNOVER_IN_SQL, since=since, **about)
    for by in ("month", "customer", "project", "employee"):
        query = f"?by={by}&period=custom&since={since}&until={agency.today}"
        page = browser.page(reverse("billing:report-turnover") + query)
        beside = (in_sql, "SQL") if by == "project" else ()
        yield Work(f"Turnover by {by}, two years", page, 150, *beside)


def register(agency: Agency) -> Iterator[Work]:
    """Registering: the page, and saving an hour."""
    browser = Browser(agency.employee)
    address = reverse("registrations:hours")
    yield Work("Register, hours", browser.page(address), 60)
