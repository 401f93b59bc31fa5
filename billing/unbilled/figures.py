"""The unbilled amounts of projects, in euros excl. VAT; the number of queries is fixed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Organisation
from customers.models import Customer
from lib.money import ZERO, net_amount
from lib.sums import in_euros, sum_in_cents
from projects.models import Project, ScheduledAmount
from projects.models.project import FIXED, HOURLY
from registrations.models import Expense, RegistrationQuerySet, TimeEntry, Trip
from registrations.worth import Worth, worth_by_kind

from ..models import InvoiceLine, InvoiceStatus
from .parts import UnbilledCustomer, UnbilledProject
from .projects import with_scheduled_amounts_counted
from .rows import UnbilledFilter, due_scheduled_amounts, unbilled_registrations

# Hours on a project by the hour need a rate to be billed; on another project they are only shown.
SHOWN_HOURS = Q(hourly_rate__isnull=False) | ~Q(project__method__in=HOURLY)
Worths = Mapping[tuple[Any, ...], Worth]


def unbilled_of(
    customers: Sequence[Customer], projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> list[UnbilledCustomer]:
    """Return the unbilled amounts of these customers, in their order, on some of the projects."""
    mine = with_scheduled_amounts_counted(
        projects.filter(customer__in=[one.pk for one in customers])
    )
    found = _with_figures(mine.select_related("subscription"), unbilled_filter)
    by_customer = {customer.pk: UnbilledCustomer(customer) for customer in customers}
    for part in sorted(found, key=_alphabetical):
        by_customer[part.project.customer_id].projects.append(part)
    return list(by_customer.values())


def has_work(organisation: Organisation) -> bool:
    """Return whether anything was ever registered or agreed that could be billed."""
    return any(
        rows.exists()
        for rows in (
            organisation.time_entries,
            organisation.expenses,
            organisation.trips,
            ScheduledAmount.objects.filter(project__organisation=organisation),
        )
    )


# --- The figures of some projects -----------------------------------------------------------------


def _with_figures(
    projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> list[UnbilledProject]:
    found = {project.pk: UnbilledProject(project) for project in projects}
    ids = list(found)
    kinds: dict[str, RegistrationQuerySet] = {
        "hours": TimeEntry.objects.filter(SHOWN_HOURS, project__in=ids),
        "expenses": Expense.objects.filter(project__in=ids),
        "trips": Trip.objects.filter(project__in=ids),
    }
    unbilled = {kind: unbilled_registrations(rows, unbilled_filter) for kind, rows in kinds.items()}
    worths = worth_by_kind(unbilled, "project", with_days=True) if ids else {}
    _add_hours(found, worths.pop("hours", {}))
    for kind, of_kind in worths.items():
        _add_rows(found, kind, of_kind)
    _add_scheduled_amounts(
        found,
        due_scheduled_amounts(ScheduledAmount.objects.filter(project__in=ids), unbilled_filter),
    )
    _add_billed(found)
    _add_agreed(found)
    return list(found.values())


def _add_hours(found: dict[int, UnbilledProject], worths: Worths) -> None:
    for (pk,), worth in worths.items():
        part = found[pk]
        part.minutes = worth.rounded_minutes
        if part.project.billing_method.is_hourly:
            part.hours = worth.amount
            part.widen(worth.first, worth.last)


def _add_rows(found: dict[int, UnbilledProject], name: str, worths: Worths) -> None:
    for (pk,), worth in worths.items():
        setattr(found[pk], name, worth.amount)
        found[pk].widen(worth.first, worth.last)


def _add_scheduled_amounts(
    found: dict[int, UnbilledProject], scheduled_amounts: QuerySet[ScheduledAmount]
) -> None:
    wanted = scheduled_amounts.order_by("due_on", "pk").values(
        "project", "quantity", "price", "due_on"
    )
    for scheduled in wanted.iterator(chunk_size=1000):
        part = found[scheduled["project"]]
        part.scheduled_amounts += net_amount(scheduled["quantity"], scheduled["price"])
        part.scheduled_days.append(scheduled["due_on"])


def _add_billed(found: dict[int, UnbilledProject]) -> None:
    """The amount on invoices, drafts too; credits count negative, void invoices do not count."""
    lines = InvoiceLine.objects.filter(project__in=list(found))
    counting = lines.exclude(invoice__status=InvoiceStatus.VOID).order_by()
    for row in counting.values("project").annotate(cents=sum_in_cents("net")):
        found[row["project"]].billed = in_euros(row["cents"])


def _add_agreed(found: dict[int, UnbilledProject]) -> None:
    """Add fixed prices and instalments; by the hour, the budget in euros."""
    for part in found.values():
        part.agreed = part.project.budget_amount
    fixed = [pk for pk, part in found.items() if part.project.method in FIXED]
    scheduled_amounts = ScheduledAmount.objects.filter(project__in=fixed, is_written_off=False)
    for pk in fixed:
        found[pk].agreed = ZERO
    for scheduled in (
        scheduled_amounts.values("project", "quantity", "price")
        .order_by()
        .iterator(chunk_size=1000)
    ):
        part = found[scheduled["project"]]
        part.agreed = (part.agreed or ZERO) + net_amount(scheduled["quantity"], scheduled["price"])


def _alphabetical(part: UnbilledProject) -> tuple[str, int]:
    return part.project.name.lower(), part.project.pk
