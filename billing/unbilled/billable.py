"""Sort work into what can be billed and what is left out, with the reason."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TypeVar, cast

from django.utils.translation import gettext as _

from accounts.models import Organisation
from customers.models import Customer
from lib.rounding import Rounding, Unit
from projects.models import Method, Project, ScheduledAmount
from registrations.models import BILLABLE_STATUSES, Expense, Registration, Status, TimeEntry, Trip
from vat.models import VatRate
from vat.rates_by_date import NoRateThen, has_ended

from .items import Item, ItemKind
from .posting_rules import PostingRules
from .reasons import Fix, Reason
from .work import SelectedWork

Row = TypeVar("Row", TimeEntry, Expense, Trip, ScheduledAmount)


@dataclass
class Billable:
    """The items that can be billed, by customer; and the number of other rows, by reason."""

    items: dict[Customer, list[Item]] = field(default_factory=dict)
    skipped: Counter[Reason] = field(default_factory=Counter)


def billable(organisation: Organisation, work: SelectedWork) -> Billable:
    """Return the items of the work; rows that may not be billed are counted by reason."""
    rules = PostingRules(organisation)
    found = Billable()
    _add_plain_hours(work, found, rules=rules, organisation=organisation)
    hours = partial(_hours, rules=rules, organisation=organisation)
    _add_items(work.time_entries, found, why_not=why_not_hours, make=hours)
    _add_items(work.expenses, found, why_not=why_not_row, make=partial(_expense, rules=rules))
    _add_items(work.trips, found, why_not=why_not_row, make=partial(_trip, rules=rules))
    _add_items(
        work.scheduled_amounts,
        found,
        why_not=why_not_scheduled,
        make=partial(_scheduled, rules=rules),
    )
    return found


def _add_plain_hours(
    work: SelectedWork, found: Billable, *, rules: PostingRules, organisation: Organisation
) -> None:
    # To look customers up by project is quicker than to compare them for each of many rows.
    customers = {pk: project.customer for pk, project in work.projects.items()}
    rounding = {pk: of_lines(project, organisation) for pk, project in work.projects.items()}
    items: dict[int, list[Item]] = {}
    for row in work.hours:
        project, task = work.projects[row.project_id], work.tasks[row.task_id]
        try:
            rule = rules.of(task, customers[row.project_id], on=row.date)
        except NoRateThen as error:
            found.skipped[_no_rate_then(error.rate, row.date)] += 1
            continue
        item = Item(
            kind=ItemKind.HOURS,
            id=row.id,
            project_id=row.project_id,
            project=project.name,
            task_id=row.task_id,
            task=task.name,
            employee=work.employees[row.membership_id],
            date=row.date,
            description=row.description,
            quantity=Decimal(row.minutes + row.rounded_by),
            price=row.hourly_rate,
            code=task.code or "HOURS",
            rounding=rounding[row.project_id],
            posting_rule=rule,
        )
        if row.project_id not in items:
            items[row.project_id] = found.items.setdefault(customers[row.project_id], [])
        items[row.project_id].append(item)


def _add_items(
    rows: Iterable[Row],
    found: Billable,
    *,
    why_not: Callable[[Row], Reason | None],
    make: Callable[[Row], Item],
) -> None:
    for row in rows:
        if why := why_not(row):
            found.skipped[why] += 1
            continue
        try:
            item = make(row)
        except NoRateThen as error:
            found.skipped[_no_rate_then(error.rate, day_of_supply(row))] += 1
        else:
            found.items.setdefault(row.project.customer, []).append(item)


# --- Why not --------------------------------------------------------------------------------------


def why_not_row(row: Registration) -> Reason | None:
    """Return why a registration cannot be billed; None if it can."""
    if row.invoice_line_id or row.status == Status.INVOICED:
        return _already_billed(row)
    if row.status not in BILLABLE_STATUSES:
        return Reason(_("Status “%(status)s”.") % {"status": row.get_status_display()})
    if not row.is_billable:
        return Reason(_("Not billable."))
    if row.project.method == Method.NONE:
        return Reason(_("Project %(project)s is not billed.") % {"project": row.project.name})
    return None


def why_not_hours(entry: TimeEntry) -> Reason | None:
    """Return why hours cannot be billed; None if they can.

    Besides the rules for every row, hours need a rate, on a project that is billed by the hour.
    """
    if why := why_not_row(entry):
        return why
    method = entry.project.billing_method
    if method.has_scheduled_amounts:
        text = _("%(project)s is invoiced by “%(method)s”, not by hours.")
        figures = {"project": entry.project.name, "method": method.label}
        return Reason(text % figures, Fix.BILL_SCHEDULED_AMOUNT)
    if entry.hourly_rate is None:
        text = _("%(project)s · %(task)s has no hourly rate.")
        figures = {"project": entry.project.name, "task": entry.task.name}
        return Reason(text % figures, Fix.SET_HOURLY_RATE, entry.project_id)
    return None


def why_not_scheduled(scheduled: ScheduledAmount) -> Reason | None:
    """Return why an agreed amount cannot be billed, as each is billed once; None if it can."""
    if scheduled.invoice_line_id:
        return _already_billed(scheduled)
    if scheduled.is_written_off:
        return Reason(_("Status “%(status)s”.") % {"status": Status.WRITTEN_OFF.label})
    return None


def _already_billed(row: Registration | ScheduledAmount) -> Reason:
    """Which invoice has the row; a draft and an invoice to be numbered have no number yet."""
    if row.invoice_line is None:
        return Reason(_("Already on an invoice."))
    invoice = row.invoice_line.invoice
    text = _("Already on a draft.") if invoice.is_draft else _("Already on an invoice.")
    if invoice.number:
        text = _("Already on invoice %(number)s.") % {"number": invoice.number}
    return Reason(text, Fix.OPEN_INVOICE, invoice.pk)


def _no_rate_then(rate: VatRate, day: datetime.date) -> Reason:
    """Return the reason: the VAT rate ended or begins later, and no other rate replaces it."""
    if has_ended(rate, day):
        text = _("VAT rate %(rate)s has ended and has no successor. Choose another rate.")
    else:
        text = _(
            "VAT rate %(rate)s is not valid yet and does not replace another rate. Choose another "
            "rate."
        )
    return Reason(text % {"rate": rate.name}, Fix.CHOOSE_VAT_RATE, rate.pk)


# --- The items ------------------------------------------------------------------------------------


def day_of_supply(row: Registration | ScheduledAmount) -> datetime.date:
    """Return the day that decides which VAT rate is valid.

    A supply during a period takes place at the end of it (art. 64(1) of Directive 2006/112).
    """
    if isinstance(row, ScheduledAmount):
        return row.period_until or row.due_on
    return row.date


def of_lines(project: Project, organisation: Organisation) -> Rounding | None:
    """Return the rule of a project that rounds the hours of each invoice line."""
    rule = project.rounding(organisation)
    return rule if rule is not None and rule.unit == Unit.LINE else None


def _hours(entry: TimeEntry, rules: PostingRules, organisation: Organisation) -> Item:
    project, task = entry.project, entry.task
    return Item(
        kind=ItemKind.HOURS,
        id=entry.pk,
        project_id=entry.project_id,
        project=project.name,
        task_id=entry.task_id,
        task=task.name,
        employee=str(entry.membership),
        date=entry.date,
        description=entry.description,
        quantity=Decimal(entry.rounded_minutes),
        # why_not_hours refuses hours without a rate.
        price=cast(Decimal, entry.hourly_rate),
        code=task.code or "HOURS",
        rounding=of_lines(project, organisation),
        posting_rule=rules.of(task, project.customer, on=entry.date),
    )


def _expense(expense: Expense, rules: PostingRules) -> Item:
    return Item(
        kind=ItemKind.EXPENSE,
        id=expense.pk,
        project_id=cast(int, expense.project_id),  # what is billed has one
        project=expense.project.name,
        task_id=None,
        task=expense.category.name,
        employee=str(expense.membership),
        date=expense.date,
        description=expense.description,
        quantity=expense.quantity,
        price=expense.price,
        code="EXPENSE",
        rounding=None,
        posting_rule=rules.of(
            expense.category,
            expense.project.customer,
            on=day_of_supply(expense),
            own=expense.vat_rate,
        ),
    )


def _trip(trip: Trip, rules: PostingRules) -> Item:
    return Item(
        kind=ItemKind.TRIP,
        id=trip.pk,
        project_id=cast(int, trip.project_id),  # what is billed has one
        project=trip.project.name,
        task_id=None,
        task="",
        employee=str(trip.membership),
        date=trip.date,
        description=f"{trip.origin} – {trip.destination}",
        quantity=Decimal(trip.distance),
        price=trip.rate,
        code="KM",
        rounding=None,
        posting_rule=rules.of(rules.trip_settings, trip.project.customer, on=day_of_supply(trip)),
    )


def _scheduled(scheduled: ScheduledAmount, rules: PostingRules) -> Item:
    return Item(
        kind=ItemKind.SCHEDULED,
        id=scheduled.pk,
        project_id=scheduled.project_id,
        project=scheduled.project.name,
        task_id=scheduled.task_id,
        task=scheduled.task.name if scheduled.task else "",
        employee="",
        date=scheduled.due_on,
        description=f"{scheduled.project.name} · {scheduled.description}",
        quantity=scheduled.quantity,
        price=scheduled.price,
        code=(scheduled.task.code if scheduled.task else "") or "AGREED",
        rounding=None,
        posting_rule=rules.of(
            scheduled.task, scheduled.project.customer, on=day_of_supply(scheduled)
        ),
    )
