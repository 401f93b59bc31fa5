"""The work to bill: registrations and scheduled amounts, as querysets and as objects."""

from dataclasses import dataclass, field

from projects.models import ScheduledAmount, ScheduledAmountQuerySet
from registrations.models import Expense, RegistrationQuerySet, TimeEntry, Trip

RELATED = ("project__customer", "membership__user", "invoice_line__invoice")


@dataclass(frozen=True)
class SelectedWork:
    """Registrations and scheduled amounts that were read, each with its project and customer."""

    time_entries: tuple[TimeEntry, ...] = ()
    expenses: tuple[Expense, ...] = ()
    trips: tuple[Trip, ...] = ()
    scheduled_amounts: tuple[ScheduledAmount, ...] = ()

    @property
    def count(self) -> int:
        return sum(len(rows) for rows in vars(self).values())


@dataclass(frozen=True)
class WorkQuery:
    """The registrations and scheduled amounts that a user wants to bill, as querysets."""

    time_entries: RegistrationQuerySet = field(default_factory=TimeEntry.objects.none)
    expenses: RegistrationQuerySet = field(default_factory=Expense.objects.none)
    trips: RegistrationQuerySet = field(default_factory=Trip.objects.none)
    scheduled_amounts: ScheduledAmountQuerySet = field(default_factory=ScheduledAmount.objects.none)

    def hold(self) -> "WorkQuery":
        """Lock the work until the end of the transaction; return exactly what is locked.

        The order is by kind and then by id. Two transactions that bill the same work wait for each
        other and never deadlock.
        """
        return WorkQuery(
            time_entries=self.time_entries.filter(pk__in=self.time_entries.hold()),
            expenses=self.expenses.filter(pk__in=self.expenses.hold()),
            trips=self.trips.filter(pk__in=self.trips.hold()),
            scheduled_amounts=self.scheduled_amounts.filter(pk__in=self.scheduled_amounts.hold()),
        )

    def load(self) -> SelectedWork:
        """Read the work, with everything that its invoice lines need; one query per kind."""
        expense_relations = (*RELATED, "category", "vat_rate")
        return SelectedWork(
            time_entries=tuple(_related(self.time_entries, *RELATED, "task")),
            expenses=tuple(_related(self.expenses, *expense_relations)),
            trips=tuple(_related(self.trips, *RELATED)),
            scheduled_amounts=tuple(
                self.scheduled_amounts.select_related(
                    "project__customer", "task", "invoice_line__invoice"
                )
            ),
        )


def _related(rows: RegistrationQuerySet, *names: str) -> RegistrationQuerySet:
    # Relations that the caller selected for a page are not read here.
    return rows.select_related(None).select_related(*names)
