"""Price registrations when they are saved, and add up what they are worth."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import cast

from lib.money import ZERO, cents, net_amount, worth_of_minutes
from projects.dated_rates import TripRates
from projects.models import Method, Project
from projects.rates import RateBook

from ..models import Expense, Registration, TimeEntry, Trip, TripKind
from . import rounding


def price(row: Registration, *, before: Registration | None = None) -> None:
    """Set whether a registration is billable, its rate and its amount. Does not save.

    Hours are billable if their task is, unless the user chose otherwise; for expenses and business
    trips the user decides. The rate is the one of the date of the row. A changed registration keeps
    its rate from `before`, unless project or task changed, or its date moved to where another rate
    holds.
    """
    price_many([row], before={row.pk: before} if before else {})


def price_many(
    rows: Sequence[Registration], *, before: Mapping[int | None, Registration] | None = None
) -> None:
    """Price several registrations of one organisation, in a fixed number of queries.

    Their projects, tasks and members must be loaded. `before` has changed ones by id, as stored.
    """
    stored = before or {}
    hours = [row for row in rows if isinstance(row, TimeEntry)]
    rates = RateBook({row.project_id: row.project for row in hours}.values()) if hours else None
    trips = [
        row for row in rows if isinstance(row, Trip) and not _keeps_rate(row, stored.get(row.pk))
    ]
    per_km = TripRates(trips[0].organisation_id) if trips else None
    for row in rows:
        _price(row, before=stored.get(row.pk), rates=rates, per_km=per_km)
    if hours:
        rounding.round_each(hours, rules=rounding.Rules(hours[0].organisation))
        for entry in hours:
            rounding.set_amount(entry)


def _price(
    row: Registration,
    *,
    before: Registration | None,
    rates: RateBook | None,
    per_km: TripRates | None,
) -> None:
    project: Project | None = row.project
    is_billed = project is not None and project.billing_method is not Method.NONE
    match row:
        case TimeEntry():
            book = rates or RateBook([row.project])
            follows = book.is_billable(project=row.project, task=row.task)
            chosen = row.billable_choice
            row.is_billable = is_billed and (follows if chosen is None else chosen)
            set_rate(row, rates=book, agreed=_agreed_rate(row, before, rates=book))
        case Expense():
            row.is_billable = is_billed and row.is_billable
            row.amount = net_amount(row.quantity, row.price) if row.is_billable else ZERO
        case _:
            trip = cast(Trip, row)
            trip.is_billable = is_billed and trip.is_billable and trip.kind == TripKind.BUSINESS
            trip.rate = _rate_of_trip(trip, before, per_km)
            trip.amount = (
                net_amount(Decimal(trip.distance), trip.rate) if trip.is_billable else ZERO
            )


def _agreed_rate(
    entry: TimeEntry, before: Registration | None, *, rates: RateBook
) -> Decimal | None:
    """Return the euros per hour at which the same work was registered."""
    if not isinstance(before, TimeEntry):
        return None
    is_same = (before.project_id, before.task_id) == (entry.project_id, entry.task_id)
    if not is_same or _rate_on(entry, before.date, rates) != _rate_on(entry, entry.date, rates):
        return None
    return before.hourly_rate


def _rate_on(entry: TimeEntry, day: datetime.date, rates: RateBook) -> Decimal | None:
    """Return the euros per hour of this work on a day, by the rates."""
    return rates.hourly_rate(
        project=entry.project,
        task=entry.task,
        membership=entry.membership,
        day=day,
        is_chosen=bool(entry.billable_choice),
    )


def set_rate(entry: TimeEntry, *, rates: RateBook, agreed: Decimal | None = None) -> None:
    """Set the rate; none if these hours are not billed by the hour or no rate is set."""
    rate = _rate_on(entry, entry.date, rates) if entry.is_billable else None
    if rate is not None and agreed is not None:
        rate = agreed
    entry.hourly_rate = rate


def without_vat(
    quantity: Decimal, price: Decimal, *, percentage: Decimal
) -> tuple[Decimal, Decimal]:
    """Return quantity and price excl. VAT, of which the product follows from the sum incl. VAT.

    100 × 0.99 incl. 21% is 99.00 incl. and 81.82 excl. VAT. No price of two decimals gives that
    times 100, so it becomes 1 × 81.82.
    """
    factor = 1 + percentage / 100
    net = cents(cents(quantity * price) / factor)
    each = cents(net / quantity) if quantity else cents(price / factor)
    return (quantity, each) if net_amount(quantity, each) == net else (Decimal("1.00"), net)


def _keeps_rate(trip: Trip, before: Registration | None) -> bool:
    """Return whether no other rate can hold than the one at which the trip was registered."""
    return isinstance(before, Trip) and before.date == trip.date


def _rate_of_trip(trip: Trip, before: Registration | None, rates: TripRates | None) -> Decimal:
    """Return euros per kilometre: of the date of the trip, or as it was registered."""
    if rates is None or (isinstance(before, Trip) and rates.at(before.date) == rates.at(trip.date)):
        return cast(Trip, before).rate
    return rates.at(trip.date)


def worth_of_hours(hours: Iterable[tuple[int, Decimal | None, int]]) -> Decimal:
    """Return what rounded minutes are worth, each with the id of its project and its rate.

    The minutes of one project at one rate are added before they become hours and are priced.
    """
    minutes: Counter[tuple[int, Decimal | None]] = Counter()
    for project, rate, number in hours:
        minutes[project, rate] += number
    return sum((worth_of_minutes(total, rate) for (_, rate), total in minutes.items()), ZERO)


def worth_of_trips(trips: Iterable[tuple[Trip, Decimal | None]]) -> Decimal:
    """Return what billable trips are worth, each at a rate.

    The kilometres of one project at one rate are added before they are priced.
    """
    totals: dict[tuple[int | None, Decimal], Decimal] = defaultdict(Decimal)
    for trip, rate in trips:
        totals[trip.project_id, rate or ZERO] += Decimal(trip.distance)
    return sum((net_amount(total, rate) for (_, rate), total in totals.items()), ZERO)
