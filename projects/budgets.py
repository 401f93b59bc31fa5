"""How much of a budget is used, and which warnings that passes.

A budget in hours counts all hours. A budget in euros counts what was earned on a project that is
billed by the hour; on other projects it is only shown.
"""

from dataclasses import dataclass
from decimal import Decimal

from .models import BudgetKind, Project


@dataclass(frozen=True)
class BudgetUse:
    """A budget of a project and what is used of it: minutes, or euros excl. VAT."""

    project: Project
    kind: BudgetKind
    budget: Decimal
    used: Decimal

    @property
    def percent(self) -> int:
        """The whole percents that are used."""
        return int(self.used * 100 // self.budget)

    @property
    def passed(self) -> list[int]:
        """The percentages of the project that are reached, from low to high."""
        return [one for one in self.project.warning_percentages if self.percent >= one]

    @property
    def is_hours(self) -> bool:
        return self.kind == BudgetKind.HOURS

    @property
    def is_over(self) -> bool:
        return self.used > self.budget


def hours_used(project: Project, minutes: int) -> BudgetUse | None:
    """Return what is used of the budget in hours; None without one."""
    if not project.budget_minutes:
        return None
    return BudgetUse(project, BudgetKind.HOURS, Decimal(project.budget_minutes), Decimal(minutes))


def amount_used(project: Project, earned: Decimal) -> BudgetUse | None:
    """Return what is used of the budget in euros; None without one that counts."""
    if not project.budget_amount or not project.billing_method.is_hourly:
        return None
    return BudgetUse(project, BudgetKind.AMOUNT, project.budget_amount, earned)
