"""Where the money of a project stands: earned, cost, margin, unbilled, invoiced and planned.

Euros excl. VAT. Rejected and written off registrations earn nothing. What the other hours earn on a
fixed price is the price × hours ÷ budget, at most the price.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Round

from lib.money import ZERO, cents
from lib.sums import in_euros
from projects.budgets import BudgetUse, amount_used, hours_used
from projects.figures import scheduled_net_amount
from projects.models import Method, Project, ScheduledAmount
from projects.models.project import FIXED
from registrations.models import EARNING_STATUSES, Expense, TimeEntry, Trip
from registrations.progress.standing import cost_of_hours
from registrations.worth import Worth, worth_by_kind

from ..models import InvoiceShare, InvoiceStatus
from ..models.shares import ShareOf
from .invoices import ISSUED


class WhyUnknown(StrEnum):
    """Why it is not known what the hours earned."""

    NOT_BILLED = "not_billed"
    NO_BUDGET = "no_budget"
    NO_PRICE = "no_price"


@dataclass(frozen=True)
class Parts:
    """Amounts of hours, expenses and trips, and of what was agreed."""

    hours: Decimal = ZERO
    expenses: Decimal = ZERO
    trips: Decimal = ZERO
    agreed: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.hours + self.expenses + self.trips + self.agreed


@dataclass(frozen=True)
class Agreed:
    """What was agreed, by what became of it; amounts that were written off are left out."""

    invoiced: Decimal = ZERO
    on_draft: Decimal = ZERO
    due: Decimal = ZERO
    planned: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.invoiced + self.on_draft + self.due + self.planned

    @property
    def until_today(self) -> Decimal:
        return self.total - self.planned


@dataclass(frozen=True)
class ProjectMoney:
    """The money of a project. `earned` is None where `why_unknown` says why.

    `minutes` are those of the hours that earn. `costless_minutes` are those of people without a
    cost rate on that day; `cost` lacks them.
    """

    minutes: int
    price: Decimal | None
    earned: Parts | None
    why_unknown: WhyUnknown | None
    cost_hours: Decimal
    cost_expenses: Decimal
    costless_minutes: int
    unbilled: Parts
    invoiced: Decimal
    agreed: Agreed
    amounts: list[ScheduledAmount] = field(repr=False)
    uses: tuple[BudgetUse, ...] = ()

    @property
    def cost(self) -> Decimal:
        return self.cost_hours + self.cost_expenses

    @property
    def margin(self) -> Decimal | None:
        """What was earned less the cost; None where one of them is not known."""
        if self.earned is None or self.costless_minutes:
            return None
        return self.earned.total - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        """The margin in percent of what was earned."""
        if self.margin is None or self.earned is None or not self.earned.total:
            return None
        return cents(self.margin * 100 / self.earned.total)


def money_of(project: Project, *, today: datetime.date) -> ProjectMoney:
    """Return where the money of a project stands, in seven queries, eight with prices of tasks."""
    found = {kind: groups[()] for kind, groups in worth_by_kind(_kinds(project, today)).items()}
    amounts = list(
        project.scheduled_amounts.select_related("invoice_line__invoice").order_by("due_on", "pk")
    )
    agreed, price = _agreed(amounts, today=today), _price(project)
    earned = _earned(project, found, price=price, agreed=agreed)
    cost, costless = cost_of_hours(project)
    expenses = Expense.objects.filter(project=project).aggregate(
        cost=Sum(Round(F("quantity") * F("price") * 100))
    )
    known = earned if isinstance(earned, Parts) else None
    spent = found["all hours"].minutes
    uses = [hours_used(project, spent), amount_used(project, known.total if known else ZERO)]
    return ProjectMoney(
        minutes=found["hours"].minutes,
        price=price,
        earned=known,
        why_unknown=earned if isinstance(earned, WhyUnknown) else None,
        cost_hours=cost,
        cost_expenses=in_euros(int(expenses["cost"] or 0)),
        costless_minutes=costless,
        unbilled=_unbilled(project, found, agreed),
        invoiced=_invoiced(project),
        agreed=agreed,
        amounts=amounts if project.method in FIXED else [],
        uses=tuple(use for use in uses if use),
    )


def _kinds(project: Project, today: datetime.date) -> dict[str, QuerySet[Any]]:
    """Return what is added up of the registrations, all in one query."""
    of_project = {"organisation": project.organisation_id, "project": project}
    kinds: dict[str, QuerySet[Any]] = {"all hours": TimeEntry.objects.filter(**of_project)}
    for name, model in (("hours", TimeEntry), ("expenses", Expense), ("trips", Trip)):
        rows = model.objects.filter(**of_project)
        kinds[name] = rows.filter(status__in=EARNING_STATUSES)
        kinds[f"unbilled {name}"] = rows.unbilled().until(today)
    return kinds


def _earned(
    project: Project,
    found: dict[str, Worth],
    *,
    price: Decimal | None,
    agreed: Agreed,
) -> Parts | WhyUnknown:
    method, costs = project.billing_method, (found["expenses"].amount, found["trips"].amount)
    if method is Method.NONE:
        return WhyUnknown.NOT_BILLED
    if method.is_hourly:
        return Parts(found["hours"].amount, *costs)
    if method is Method.SUBSCRIPTION:
        return Parts(ZERO, *costs, agreed=agreed.until_today)
    if price is None:
        return WhyUnknown.NO_PRICE
    if not project.budget_minutes:
        return WhyUnknown.NO_BUDGET
    part = min(found["hours"].minutes, project.budget_minutes)
    return Parts(cents(price * part / project.budget_minutes), *costs)


def _price(project: Project) -> Decimal | None:
    """Return the agreed price; None without one."""
    if project.method == Method.FIXED_PRICE_TASKS:
        prices = project.project_tasks.exclude(fixed_price=None).order_by()
        found = list(prices.values_list("fixed_price", flat=True))
        return sum((one for one in found if one is not None), ZERO) if found else None
    return project.fixed_price if project.method in FIXED else None


def _agreed(amounts: list[ScheduledAmount], *, today: datetime.date) -> Agreed:
    sums = dict.fromkeys(("invoiced", "on_draft", "due", "planned"), ZERO)
    for amount in amounts:
        if amount.is_written_off:
            continue
        if (line := amount.invoice_line) is not None:
            state = "on_draft" if line.invoice.status == InvoiceStatus.DRAFT else "invoiced"
        else:
            state = "due" if amount.due_on <= today else "planned"
        sums[state] += scheduled_net_amount(amount)
    return Agreed(**sums)


def _unbilled(project: Project, found: dict[str, Worth], agreed: Agreed) -> Parts:
    """Return what Unbilled shows of the project."""
    if project.billing_method is Method.NONE:
        return Parts()
    hours = found["unbilled hours"].amount if project.billing_method.is_hourly else ZERO
    costs = (found["unbilled expenses"].amount, found["unbilled trips"].amount)
    return Parts(hours, *costs, agreed=agreed.due)


def _invoiced(project: Project) -> Decimal:
    """Return the shares of the project in final invoices; credits count negative."""
    # By the invoices of the customer: shares have no index by project.
    shares = InvoiceShare.objects.filter(
        by=ShareOf.PROJECT,
        key=project.pk,
        invoice__customer=project.customer_id,
        invoice__status__in=ISSUED,
    )
    return in_euros(shares.aggregate(cents=Sum("cents"))["cents"])


def parts_of_bar(agreed: Agreed) -> Iterator[tuple[str, Decimal]]:
    """Yield the parts of the price in the order of the bar."""
    yield "invoiced", agreed.invoiced + agreed.on_draft
    yield "due", agreed.due
    yield "planned", agreed.planned
