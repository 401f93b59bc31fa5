"""Unbilled as a table for a spreadsheet: a row per project, read a hundred customers at a time."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation
from lib.money import hours
from lib.spreadsheets import Cell, Sheet
from projects.models import Project

from .figures import unbilled_of
from .parts import UnbilledCustomer, UnbilledProject
from .rows import UnbilledFilter
from .summary import summarise

CHUNK = 100  # customers


def unbilled_sheet(
    organisation: Organisation, projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> Sheet:
    """Return all pages of the list as a table; amounts in euros excl. VAT."""
    rows = _rows(organisation, projects, unbilled_filter)
    return Sheet(f"unbilled-{unbilled_filter.until.isoformat()}", _("Unbilled"), _head(), rows)


def _head() -> list[str]:
    return [
        _("Customer number"),
        _("Customer"),
        _("Project code"),
        _("Project"),
        _("Method"),
        _("From"),
        _("Until"),
        _("Instalments and periods"),
        _("Hours"),
        _("Hours €"),
        _("Expenses €"),
        _("Trips €"),
        _("Fixed price / subscription €"),
        _("Total €"),
        _("Billed to date €"),
        _("Agreed €"),
    ]


def _rows(
    organisation: Organisation, projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> Iterator[list[Cell]]:
    summary = summarise(organisation, projects, unbilled_filter)
    # All ids first: a customer that is billed meanwhile must not shift the pages.
    ids = summary.customer_ids(organisation)
    projects = projects.filter(pk__in=list(summary.by_project))
    for start in range(0, len(ids), CHUNK):
        chunk = organisation.customers.in_bulk(ids[start : start + CHUNK])
        in_order = [chunk[pk] for pk in ids[start : start + CHUNK] if pk in chunk]
        for customer in unbilled_of(in_order, projects, unbilled_filter):
            yield from (_cells(customer, part) for part in customer.projects)


def _cells(customer: UnbilledCustomer, part: UnbilledProject) -> list[Cell]:
    days = [*filter(None, (part.first, part.last)), *part.scheduled_days]
    return [
        customer.customer.number,
        customer.customer.name,
        part.project.code,
        part.project.name,
        part.method,
        min(days, default=None),
        max(days, default=None),
        part.scheduled_count,
        hours(part.minutes),
        part.hours,
        part.expenses,
        part.trips,
        part.scheduled_amounts,
        part.total,
        part.billed,
        part.agreed,
    ]
