"""Plan the scheduled amounts of projects: fixed prices, instalments, periods."""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from .models import Method, Project, ScheduledAmount, ScheduledAmountKind
from .periods import Period, add_months, period_name, periods

HORIZON_MONTHS = 13
# Of the description of an amount.
MOST_CHARACTERS = 200
# Fields of an unbilled amount that a later planning may change.
UPDATED_FIELDS = ("description", "due_on", "period_until", "quantity", "price", "task_id")
SCHEDULED_METHODS = tuple(method for method in Method if method.has_scheduled_amounts)


@dataclass(frozen=True)
class Planned:
    """A scheduled amount as agreed; every planning identifies it by `kind` and `key`."""

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
    """The number of scheduled amounts that a planning added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


def horizon(today: datetime.date) -> datetime.date:
    """Return the last day on which a planned period may begin: 13 months ahead."""
    return add_months(today, HORIZON_MONTHS)


def plan_scheduled_amounts(
    project: Project, *, today: datetime.date, until: datetime.date | None = None
) -> Outcome:
    """Make the unbilled amounts of a project as agreed; skip billed and written-off ones.

    Planning again changes nothing. `until` is the last day on which a planned period may begin, by
    default thirteen months ahead.
    """
    plans = {
        (plan.kind, plan.key): plan
        for plan in planned(project, today=today, until=until or horizon(today))
    }
    with transaction.atomic():
        # Locked by ascending id, as billing does, so that an amount being billed is not removed.
        stored = list(project.scheduled_amounts.order_by("pk").select_for_update())
        settled = [scheduled for scheduled in stored if scheduled.is_settled]
        for key in [key for key, plan in plans.items() if _is_settled(plan, settled)]:
            del plans[key]
        unsettled = {
            (scheduled.kind, scheduled.key): scheduled
            for scheduled in stored
            if not scheduled.is_settled
        }
        return Outcome(
            added=_add(project, [plan for key, plan in plans.items() if key not in unsettled]),
            changed=sum(
                _update(scheduled, plans[key])
                for key, scheduled in unsettled.items()
                if key in plans
            ),
            removed=_remove(
                project, [scheduled for key, scheduled in unsettled.items() if key not in plans]
            ),
        )


def plan_all(*, today: datetime.date) -> int:
    """Plan the amounts of all active projects; return how many projects.

    Nothing is planned in an organisation that was closed.
    """
    projects = (
        Project.objects.active()
        .filter(method__in=SCHEDULED_METHODS, organisation__closed_at=None)
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
    """Yield the amounts that the project should have according to the agreement."""
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
            due_on=_due_days(project, ScheduledAmountKind.FIXED_PRICE, today)[""],
            price=project.fixed_price,
        )


def _fixed_prices_of_tasks(project: Project, today: datetime.date) -> Iterator[Planned]:
    due_days = _due_days(project, ScheduledAmountKind.TASK_PRICE, today)
    for row in project.project_tasks.select_related("task"):
        if row.fixed_price is None:
            continue
        key = str(row.task_id)
        yield Planned(
            kind=ScheduledAmountKind.TASK_PRICE,
            key=key,
            description=_with_ending(project.name, row.task.name),
            due_on=due_days[key],
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
            description=_with_ending(subscription.description, name),
            due_on=period.first,
            period_until=period.last,
            quantity=subscription.quantity,
            price=subscription.price,
            task_id=subscription.task_id,
        )


def _with_ending(text: str, ending: str) -> str:
    """Return "text, ending"; a text that leaves no room for the ending is cut."""
    room = MOST_CHARACTERS - len(f", {ending}")
    start = text if len(text) <= room else f"{text[: room - 1]}…"
    return f"{start}, {ending}"


def days_of(scheduled: ScheduledAmount | Planned) -> Period:
    """Return the billed days of a period; for another amount, the day on which it is due."""
    return Period(scheduled.due_on, scheduled.period_until or scheduled.due_on)


def _due_days(project: Project, kind: str, today: datetime.date) -> Mapping[str, datetime.date]:
    """Return when amounts of a kind are due, by key; at most one query.

    That is the end of the project, else its start, else the day of the first planning.
    """
    agreed = project.ends_on or project.starts_on
    days: dict[str, datetime.date] = defaultdict(lambda: agreed or today)
    if not agreed:
        days.update(project.scheduled_amounts.filter(kind=kind).values_list("key", "due_on"))
    return days


def _is_settled(plan: Planned, settled: list[ScheduledAmount]) -> bool:
    """Return whether this amount, or a day of its period, was settled already."""
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


def _update(scheduled: ScheduledAmount, plan: Planned) -> int:
    values = {name: getattr(plan, name) for name in UPDATED_FIELDS}
    if all(getattr(scheduled, name) == value for name, value in values.items()):
        return 0
    return ScheduledAmount.objects.unbilled().filter(pk=scheduled.pk).update(**values)


def _remove(project: Project, scheduled_amounts: list[ScheduledAmount]) -> int:
    if not scheduled_amounts:
        return 0
    return (
        project.scheduled_amounts.unbilled()
        .filter(pk__in=[scheduled.pk for scheduled in scheduled_amounts])
        .delete()[0]
    )
