"""Overdue invoices for which a reminder is due, and its step: one query to page.

A step is due so many days after the due date, and no sooner after the step before it than was
planned between the two. The first reminder of an invoice is always the first step that fits its
customer, also after missed days; of later steps only the latest is due.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from accounts.models import Organisation
from lib.money import ZERO

from ..models import Invoice, Reminder, ReminderSettings, ReminderStep, StepKind
from .interest_rates import Percentages, percentages_of


@dataclass(frozen=True)
class Plan:
    """The reminder settings of an organisation, and its steps in order."""

    settings: ReminderSettings
    steps: tuple[ReminderStep, ...]
    # Read only if a step charges interest.
    percentages: Percentages = field(default_factory=dict)

    def step(self, position: int) -> ReminderStep:
        return next(step for step in self.steps if step.position == position)

    def is_paused(self, today: datetime.date) -> bool:
        until = self.settings.paused_until
        return until is not None and today < until


def plan_of(organisation: Organisation) -> Plan:
    """Return the plan of an organisation, with defaults for missing choices."""
    found = ReminderSettings.objects.filter(organisation=organisation).first()
    steps = tuple(ReminderStep.objects.filter(organisation=organisation))
    charges = any(step.with_interest for step in steps)
    percentages = percentages_of(organisation.pk) if charges else {}
    return Plan(found or ReminderSettings(organisation=organisation), steps, percentages)


def open_amount(invoice: Invoice) -> Decimal:
    """Return the open amount in euros: from e-Boekhouden, else as known here.

    In e-Boekhouden a credit invoice is open apart from its invoice, so what was credited is
    subtracted.
    """
    if invoice.open_amount is not None and not invoice.credited_amount:
        return invoice.open_amount
    return max(invoice.outstanding, ZERO)


def due_reminders(
    organisation: Organisation, plan: Plan, *, today: datetime.date
) -> QuerySet[Invoice]:
    """Return the invoices with a due step, its position in `next_step`; oldest first.

    Only invoices that were sent from here and are unpaid, without credit invoices. A queued
    reminder is still due.
    """
    late = Invoice.objects.filter(organisation=organisation, credit_of=None, gross__gt=0)
    taken = Reminder.objects.filter(invoice=OuterRef("pk"), mail__isnull=False).order_by("-step")
    annotated = (
        late.issued_here()
        .overdue(today)
        .annotate(
            last_step=Subquery(taken.values("step")[:1]),
            last_day=Subquery(taken.values("day")[:1]),
            next_step=_next_step(plan.steps, today),
        )
    )
    found = annotated.filter(next_step__gt=0) if plan.settings.is_on else annotated.none()
    return found.select_related("organisation", "customer").order_by("due_on", "pk")


def step_of(invoice: Invoice, plan: Plan) -> ReminderStep:
    """Return the step that is due for an invoice from due_reminders."""
    return plan.step(invoice.next_step)  # type: ignore[attr-defined]  # annotated there


def _next_step(steps: Sequence[ReminderStep], today: datetime.date) -> Case | Value:
    cases = [case for step in reversed(steps) for case in _cases(step, steps, today)]
    if not cases:
        return Value(0, output_field=IntegerField())
    return Case(*cases, default=Value(0), output_field=IntegerField())


def _cases(
    step: ReminderStep, steps: Sequence[ReminderStep], today: datetime.date
) -> Iterator[When]:
    """Return the conditions of a step: it is the first of all, or an earlier one went long ago.

    A fourteen-day letter is no first step for a business, which gets the step after it.
    """
    is_due = Q(due_on__lte=today - datetime.timedelta(days=step.days))
    if step.kind == StepKind.NOTICE:
        is_due &= Q(customer__is_business=False)
    before = [earlier for earlier in steps if earlier.position < step.position]
    if all(earlier.kind == StepKind.NOTICE for earlier in before):
        is_first = Q(last_step=None, customer__is_business=True) if before else Q(last_step=None)
        yield When(is_due & is_first, then=Value(step.position))
    for earlier in before:
        pause = datetime.timedelta(days=step.days - earlier.days)
        was_sent = Q(last_step=earlier.position, last_day__lte=today - pause)
        yield When(is_due & was_sent, then=Value(step.position))
