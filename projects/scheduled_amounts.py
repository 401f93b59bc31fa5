"""Planning what a project bills without registrations: fixed prices, instalments, periods."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from .models import Method, Project, ScheduledAmount, ScheduledAmountKind
from .periods import Period, add_months, period_name, periods

HORIZON_MONTHS = 13
# What a later planning may still change on a term that is not billed.
FOLLOWING = ("description", "due_on", "period_until", "quantity", "price", "task_id")
TERM_METHODS = tuple(method for method in Method if method.has_scheduled_amounts)


@dataclass(frozen=True)
class Planned:
    """A scheduled amount as it should be; `kind` and `key` identify it on every planning."""

    kind: str
    key: str
    description: str
    due_on: datetime.date
    price: Decimal
    quantity: Decimal = Decimal("1.00")
    period_until: datetime.date | None = None
    task_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How many scheduled amounts a planning added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


def horizon(today: datetime.date) -> datetime.date:
    """Until when periods are planned ahead."""
    return add_months(today, HORIZON_MONTHS)


def plan_scheduled_amounts(
    project: Project, *, today: datetime.date, until: datetime.date | None = None
) -> Outcome:
    """Makes the unbilled terms of a project as agreed; billed and written-off ones stay untouched.

    Doing it again changes nothing. `until` is the last day on which a planned period may begin,
    thirteen months ahead unless given.
    """
    wanted = {
        (plan.kind, plan.key): plan
        for plan in planned(project, today=today, until=until or horizon(today))
    }
    with transaction.atomic():
        # Locked by ascending id, as billing does: a term that is being billed is not taken away.
        scheduled_amounts = list(project.scheduled_amounts.order_by("pk").select_for_update())
        settled = [scheduled for scheduled in scheduled_amounts if scheduled.is_settled]
        for key in [key for key, plan in wanted.items() if _is_taken(plan, settled)]:
            del wanted[key]
        open_terms = {(t.kind, t.key): t for t in scheduled_amounts if not t.is_settled}
        return Outcome(
            added=_add(project, [p for key, p in wanted.items() if key not in open_terms]),
            changed=sum(_follow(t, wanted[key]) for key, t in open_terms.items() if key in wanted),
            removed=_remove(project, [t for key, t in open_terms.items() if key not in wanted]),
        )


def plan_all(*, today: datetime.date) -> int:
    """Plans the terms of every active project of every organisation; gives how many projects."""
    projects = (
        Project.objects.active()
        .filter(method__in=TERM_METHODS)
        .select_related("organisation", "subscription")
    )
    number = 0
    for project in projects.iterator(chunk_size=200):
        plan_scheduled_amounts(project, today=today)
        number += 1
    return number


def stop_scheduled_amounts(project: Project, *, today: datetime.date) -> int:
    """Remove unbilled amounts due after today; what was due already stays to be billed."""
    with transaction.atomic():
        scheduled_amounts = (
            project.scheduled_amounts.unbilled().filter(due_on__gt=today).select_for_update()
        )
        return _remove(project, list(scheduled_amounts))


def planned(project: Project, *, today: datetime.date, until: datetime.date) -> Iterator[Planned]:
    """The terms that the project should have, whatever happened to them."""
    match project.billing_method:
        case Method.FIXED_PRICE:
            yield from _fixed_price(project, today)
        case Method.FIXED_PRICE_TASKS:
            yield from _fixed_prices_of_tasks(project, today)
        case Method.INSTALMENTS:
            yield from _instalments(project)
        case Method.SUBSCRIPTION:
            yield from _periods(project, until)


def _fixed_price(project: Project, today: datetime.date) -> Iterator[Planned]:
    if project.fixed_price is not None:
        yield Planned(
            kind=ScheduledAmountKind.FIXED_PRICE,
            key="",
            description=project.name,
            due_on=_due_on(project, ScheduledAmountKind.FIXED_PRICE, "", today),
            price=project.fixed_price,
        )


def _fixed_prices_of_tasks(project: Project, today: datetime.date) -> Iterator[Planned]:
    for row in project.project_tasks.select_related("task"):
        if row.fixed_price is None:
            continue
        key = str(row.task_id)
        yield Planned(
            kind=ScheduledAmountKind.TASK_PRICE,
            key=key,
            description=f"{project.name}, {row.task.name}",
            due_on=_due_on(project, ScheduledAmountKind.TASK_PRICE, key, today),
            price=row.fixed_price,
            task_id=row.task_id,
        )


def _instalments(project: Project) -> Iterator[Planned]:
    for instalment in project.instalments.all():
        yield Planned(
            kind=ScheduledAmountKind.INSTALMENT,
            key=str(instalment.pk),
            description=instalment.description,
            due_on=instalment.date,
            price=instalment.amount,
        )


def _periods(project: Project, until: datetime.date) -> Iterator[Planned]:
    subscription = getattr(project, "subscription", None)
    if subscription is None:
        return
    last = min(until, subscription.ends_on or until)
    language = project.organisation.language
    frequency = subscription.frequency
    for period in periods(frequency, starts_on=subscription.starts_on, until=last):
        name = period_name(frequency, period, language=language)
        yield Planned(
            kind=ScheduledAmountKind.PERIOD,
            key=period.first.isoformat(),
            description=f"{subscription.description}, {name}",
            due_on=period.first,
            period_until=period.last,
            quantity=subscription.quantity,
            price=subscription.price,
            task_id=subscription.task_id,
        )


def days_of(scheduled: ScheduledAmount | Planned) -> Period:
    """The days for which a term is billed; for anything but a period the day on which it is due."""
    return Period(scheduled.due_on, scheduled.period_until or scheduled.due_on)


def _due_on(project: Project, kind: str, key: str, today: datetime.date) -> datetime.date:
    """The end of the project, else its start, else the day it was first planned."""
    agreed = project.ends_on or project.starts_on
    if agreed:
        return agreed
    known = (
        project.scheduled_amounts.filter(kind=kind, key=key)
        .values_list("due_on", flat=True)
        .first()
    )
    return known or today


def _is_taken(plan: Planned, settled: list[ScheduledAmount]) -> bool:
    """The same term was settled, or days of this period were settled under another plan."""
    if any((scheduled.kind, scheduled.key) == (plan.kind, plan.key) for scheduled in settled):
        return True
    if plan.kind != ScheduledAmountKind.PERIOD:
        return False
    period = days_of(plan)
    return any(
        period.overlaps(days_of(scheduled))
        for scheduled in settled
        if scheduled.kind == ScheduledAmountKind.PERIOD
    )


def _add(project: Project, plans: list[Planned]) -> int:
    # Another transaction may plan the same project: its amounts count as well.
    ScheduledAmount.objects.bulk_create(
        [ScheduledAmount(project=project, **vars(plan)) for plan in plans], ignore_conflicts=True
    )
    return len(plans)


def _follow(scheduled: ScheduledAmount, plan: Planned) -> int:
    wanted = {name: getattr(plan, name) for name in FOLLOWING}
    if all(getattr(scheduled, name) == value for name, value in wanted.items()):
        return 0
    return ScheduledAmount.objects.unbilled().filter(pk=scheduled.pk).update(**wanted)


def _remove(project: Project, scheduled_amounts: list[ScheduledAmount]) -> int:
    if not scheduled_amounts:
        return 0
    return (
        project.scheduled_amounts.unbilled()
        .filter(pk__in=[scheduled.pk for scheduled in scheduled_amounts])
        .delete()[0]
    )
