"""The sample of `./run demo`: Studio Oost in Deventer, three months of work, and its bookings.

It is the same at every start, except for the dates, which end today.
"""

import datetime
from collections.abc import Mapping

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, transaction

from accounts.models import Membership, Organisation
from audit import triggers

from .bookings import (
    BOOKED_REMOTELY,
    NEW,
    Office,
    book_first_month,
    book_sales_entries,
    book_second_month,
)
from .checks import run_daily_check
from .connection import check_connection, connect
from .customers import add_customers, change_both_sides
from .days import Calendar
from .history import add_history
from .invoices import (
    begin_series,
    first_bill,
    invoice_from_here,
    second_bill,
    send_all,
    settle,
)
from .people import create_second_organisation, create_studio
from .projects import add_catalogue, add_projects
from .remote import Remote
from .work import add_expenses, add_hours, add_trips


def load(
    *, now: datetime.datetime, today: datetime.date, sandbox: Mapping[str, str] | None
) -> None:
    """Fill an empty database; a database with an organisation stays as it is.

    `sandbox` is the address and the codes that the sandbox prints; its books are emptied. None
    means that the demo uses a real e-Boekhouden, so the sample has no connection. After an error
    the database is empty again.
    """
    if Organisation.objects.exists():
        return
    calendar = Calendar(now, today)
    try:
        _load(calendar, Remote.described(sandbox) if sandbox else None)
    except BaseException:
        # The database refuses to empty these; flushing installs their guards again.
        triggers.remove(using=DEFAULT_DB_ALIAS)
        call_command("flush", interactive=False, verbosity=0)
        raise


def _load(calendar: Calendar, remote: Remote | None) -> None:
    people = create_studio()
    sanne = people["Sanne"]
    if remote:
        remote.empty()
    connection = connect(sanne, remote, calendar) if remote else None
    customers = add_customers(sanne, connection, calendar)
    with transaction.atomic():  # one commit instead of a hundred
        tasks = add_catalogue(sanne.organisation, connection)
        projects = add_projects(people, customers, tasks, calendar)
        add_hours(people, projects, calendar)
        add_expenses(people, projects, calendar)
        add_trips(people, projects, calendar)
        add_history(people, customers, calendar)
        begin_series(sanne.organisation, calendar)
    if remote and connection:
        _bill(Office(sanne, connection, remote, calendar))
    else:
        _bill_without_eboekhouden(sanne, calendar)
    create_second_organisation()


def _bill(office: Office) -> None:
    book_first_month(office)
    book_sales_entries(office, invoice_from_here(office.sanne, office.calendar))
    change_both_sides(office.sanne, office.connection, office.calendar)
    check_connection(office.connection, office.sanne, office.calendar)
    run_daily_check(office)
    book_second_month(office)


def _bill_without_eboekhouden(sanne: Membership, calendar: Calendar) -> None:
    """Create and send every invoice in this program."""
    paid = send_all(first_bill(sanne, calendar), BOOKED_REMOTELY, calendar)
    settle(paid, sanne.user, calendar)
    invoice_from_here(sanne, calendar)
    send_all(second_bill(sanne, calendar), (*BOOKED_REMOTELY, NEW), calendar)
