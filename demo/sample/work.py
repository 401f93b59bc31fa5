"""Registrations: hours on every weekday, and some expenses and trips."""

import datetime
import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from accounts.models import Membership, Organisation
from projects.models import Project, ProjectTask, Task
from registrations.models import Expense, Status, TimeEntry, Trip
from registrations.rates.pricing import price

from .days import Calendar, next_weekday
from .receipts import attach_receipt
from .texts import EXPENSES, NOTES, TRIPS

SEED = 2026
QUARTER = 15  # minutes
WHY_WRITTEN_OFF = "Herstel van een eigen fout, in overleg met de klant niet berekend."
# The car whose trips have odometer readings, and the first one.
COMPANY_CAR, FIRST_READING = "Volkswagen ID.3", 18_240
REJECTION_NOTE = "Hoort dit niet bij Huisstijl? Kies het andere project."

# Projects of each person, with their weight.
DUTIES = {
    "Sanne": {
        "Website 2026": 3,
        "Webshop": 2,
        "SLA support": 1,
        "Productconfigurator": 2,
        "Lampenkonfigurator": 1,
        "Migratie cloud": 1,
        "Algemeen": 1,
    },
    "Daan": {
        "Audit toegankelijkheid": 3,
        "Website 2026": 2,
        "Webshop": 2,
        "Huisstijl": 1,
        "Beheer portaal": 2,
        "Boekingssite": 2,
        "Algemeen": 1,
    },
    "Bram": {
        "Migratie cloud": 3,
        "SLA support": 1,
        "Webwinkel": 2,
        "Afsprakenmodule": 3,
        "Patiëntenportaal": 2,
        "Kantoorsite": 2,
        "Onderhoud webshop": 2,
        "Algemeen": 1,
    },
    "Lotte": {
        "Audit toegankelijkheid": 2,
        "Huisstijl": 3,
        "Campagne winterbier": 3,
        "Jaarverslag": 2,
        "Portfolio": 1,
        "Lampenkonfigurator": 2,
        "Algemeen": 1,
    },
}
FREE_DAYS = {"Lotte": 4, "Sanne": 2}  # Friday and Wednesday, often without hours


def add_hours(
    people: Mapping[str, Membership], projects: Mapping[str, Project], calendar: Calendar
) -> None:
    """Add six to eight hours on every weekday, with prices."""
    dice = random.Random(SEED)  # noqa: S311 the same sample every time
    tasks = _tasks_of(projects.values())
    rows: list[TimeEntry] = []
    for day in calendar.weekdays():
        for name, membership in people.items():
            if day.weekday() == FREE_DAYS.get(name) and dice.random() < 0.8:
                continue
            open_now = {
                projects[one]: often
                for one, often in DUTIES[name].items()
                if _is_open(projects[one], day)
            }
            rows += _day(membership, day, open_now, tasks, dice)
    for row in rows:
        price(row)
        row.status = _status(row.date, calendar)
    _add_exceptions(rows, calendar)
    TimeEntry.objects.bulk_create(rows)


def _tasks_of(projects: Iterable[Project]) -> dict[int, list[Task]]:
    tasks: dict[int, list[Task]] = {}
    rows = ProjectTask.objects.filter(project__in=projects).order_by("pk")
    for row in rows.select_related("task"):
        tasks.setdefault(row.project_id, []).append(row.task)
    return tasks


def _is_open(project: Project, day: datetime.date) -> bool:
    starts, ends = project.starts_on, project.ends_on
    return (starts is None or starts <= day) and (ends is None or day <= ends)


def _day(
    membership: Membership,
    day: datetime.date,
    often: Mapping[Project, int],
    tasks: Mapping[int, list[Task]],
    dice: random.Random,
) -> Iterator[TimeEntry]:
    """Yield two or three registrations in a row, with half an hour for lunch after the first."""
    total = dice.randrange(24, 33)  # quarters
    cuts = sorted(dice.sample(range(3, total - 2), k=dice.choice((1, 2, 2))))
    moment = datetime.datetime.combine(day, datetime.time(8, 30 + dice.choice((0, 15))))
    for number, (first, last) in enumerate(itertools.pairwise((0, *cuts, total))):
        (project,) = dice.choices(list(often), weights=list(often.values()))
        minutes = (last - first) * QUARTER
        ends = moment + datetime.timedelta(minutes=minutes)
        task = dice.choice(tasks[project.pk])
        yield TimeEntry(
            organisation=membership.organisation,
            membership=membership,
            project=project,
            task=task,
            date=day,
            minutes=minutes,
            started_at=moment.time(),
            ended_at=ends.time(),
            description=dice.choice(NOTES[task.name]),
        )
        moment = ends + datetime.timedelta(minutes=30 if number == 0 else 0)


def _status(day: datetime.date, calendar: Calendar) -> Status:
    if day < calendar.recent or day <= calendar.ago(6):
        return Status.APPROVED
    return Status.SUBMITTED if day < calendar.ago(0) else Status.OPEN


def _add_exceptions(rows: Sequence[TimeEntry], calendar: Calendar) -> None:
    """Reject one registration, and write off two."""
    billed = [row for row in rows if row.hourly_rate]
    handed_in = [row for row in billed if row.date <= calendar.ago(2)]
    rejected = [row for row in handed_in if row.membership.user.first_name == "Daan"][-1]
    rejected.status, rejected.status_note = Status.REJECTED, REJECTION_NOTE
    for row in [row for row in billed if row.date < calendar.recent][20:400:190]:
        row.status, row.status_note = Status.WRITTEN_OFF, WHY_WRITTEN_OFF
        row.status_by = rejected.membership


def add_expenses(
    people: Mapping[str, Membership], projects: Mapping[str, Project], calendar: Calendar
) -> None:
    """Add about twenty expenses, two with a receipt; some are not billable."""
    organisation = people["Sanne"].organisation
    categories = {category.name: category for category in organisation.expense_categories.all()}
    days = _spread(len(EXPENSES), calendar)
    rows = []
    for number, (expense_data, day) in enumerate(zip(EXPENSES, days, strict=True)):
        project, category, description, quantity, euros = expense_data
        row = Expense(
            **_common(people, projects[project], day, number, calendar),
            category=categories[category],
            description=description,
            quantity=Decimal(quantity),
            price=Decimal(euros),
        )
        # Some expenses are not billed to the customer.
        row.is_billable = number % 9 != 8
        price(row)
        rows.append(row)
    attach_receipt(rows[-1], supplier="Drukkerij Salland")
    attach_receipt(rows[4], supplier="Letterhuis")
    Expense.objects.bulk_create(rows)


def add_trips(
    people: Mapping[str, Membership], projects: Mapping[str, Project], calendar: Calendar
) -> None:
    """Add about fifteen trips, at the rate of Settings."""
    vehicles = list(people["Sanne"].organisation.vehicles.all())
    days = _spread(len(TRIPS), calendar)
    rows = []
    for number, (trip_data, day) in enumerate(zip(TRIPS, days, strict=True)):
        project, origin, destination, distance = trip_data
        row = Trip(
            **_common(people, projects[project], day, number, calendar),
            origin=origin,
            destination=destination,
            distance=distance,
            vehicle=vehicles[number % len(vehicles)],
        )
        price(row)
        rows.append(row)
    car = next(one for one in vehicles if one.name == COMPANY_CAR)
    _read_odometer(row for row in rows if row.vehicle_id == car.pk)
    Trip.objects.bulk_create(rows)


def _read_odometer(trips: Iterable[Trip]) -> None:
    """Give the trips of one vehicle the readings of its odometer, each after the one before."""
    reading = FIRST_READING
    for trip in sorted(trips, key=lambda trip: trip.date):
        trip.odometer_begin = reading
        reading += int(trip.distance)
        trip.odometer_end = reading


def _spread(count: int, calendar: Calendar) -> list[datetime.date]:
    """Return so many weekdays, spread evenly over the sample."""
    days = list(calendar.weekdays())
    return [days[number * (len(days) - 1) // (count - 1)] for number in range(count)]


def _common(
    people: Mapping[str, Membership],
    project: Project,
    day: datetime.date,
    number: int,
    calendar: Calendar,
) -> dict[str, object]:
    """Return what expenses and trips have in common, on a day of the project."""
    everybody = list(people.values())
    organisation: Organisation = everybody[0].organisation
    day = next_weekday(max(day, project.starts_on or day))
    day = min(day, project.ends_on or day, calendar.today)
    return {
        "organisation": organisation,
        "membership": everybody[number % len(everybody)],
        "project": project,
        "date": day,
        "status": _status(day, calendar),
    }
