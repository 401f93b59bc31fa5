"""All unbilled hours are rounded in portions of values, with the result of all at once."""

import datetime
import random
from decimal import Decimal

import pytest

from lib.money import worth_of_minutes
from lib.rounding import Direction, Unit
from projects.models import Method
from projects.models.project import HOURLY
from registrations.models import BILLABLE_STATUSES, EDITABLE_STATUSES, Status, TimeEntry
from registrations.rates import repricing
from registrations.rates.pricing import worth_of_hours
from registrations.rates.repricing import Repricing, preview_rounding, round_unbilled
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 20)
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
STATUSES = [Status.OPEN, Status.OPEN, Status.REJECTED, Status.SUBMITTED, Status.APPROVED]


def projects_of(office, chance):
    """Projects with every kind of rule, and some that are not billed by the hour."""
    organisation = office.organisation
    hourly = [
        factories.create_project(
            organisation=organisation,
            method=chance.choice([Method.TASK_RATE, Method.PROJECT_RATE]),
            rounding_step=chance.choice([None, 0, 6, 15, 60]),
            rounding_direction=direction,
            rounding_unit=unit,
        )
        for unit in Unit.values
        for direction in Direction.values
    ]
    fixed = factories.create_project(
        organisation=organisation, method=Method.FIXED_PRICE, rounding_step=15
    )
    return [*hourly, fixed]


def fill(office, chance, *, count):
    """Hours of two people on six days; some are decided, billed, not billable or without a rate."""
    projects = projects_of(office, chance)
    line = factories.create_invoice_line(project=projects[0])
    rows = []
    for _number in range(count):
        is_billable, minutes = chance.random() < 0.85, chance.randint(1, 200)
        rate = chance.choice([None, Decimal("95.00"), Decimal("80.50")]) if is_billable else None
        more = chance.choice([0, 0, 5, -min(5, minutes)]) if is_billable else 0
        is_on_a_line = chance.random() < 0.1
        worth = worth_of_minutes(minutes + more, rate) + chance.choice([0, 0, 0, 1])
        rows.append(
            TimeEntry(
                organisation=office.organisation,
                project=chance.choice(projects),
                task=office.task,
                membership=chance.choice([office.employee, office.colleague]),
                date=DAY + datetime.timedelta(chance.randint(-3, 2)),
                minutes=minutes,
                is_billable=is_billable,
                hourly_rate=rate,
                rounded_by=more,
                amount=worth,
                status=Status.INVOICED if is_on_a_line else chance.choice(STATUSES),
                invoice_line=line if is_on_a_line else None,
            )
        )
    chance.shuffle(rows)
    TimeEntry.objects.bulk_create(rows)


def expected(organisation):
    """Return what all at once would do, computed from objects: the effect, and the rows."""
    closed = organisation.closed_until
    entries = list(TimeEntry.objects.select_related("project").order_by("pk"))
    unbilled = [
        one
        for one in entries
        if one.project.method in HOURLY
        and one.is_billable
        and one.status in BILLABLE_STATUSES
        and one.invoice_line_id is None
    ]
    is_open = {
        one.pk: one.status in EDITABLE_STATUSES
        and one.invoice_line_id is None
        and not (closed and one.date <= closed)
        for one in entries
    }
    more = {}
    for one in unbilled:
        rule = one.project.rounding(organisation)
        each = rule.of(one.minutes) - one.minutes if rule else 0
        more[one.pk] = 0 if rule is None or rule.unit == Unit.LINE else each
        if rule and rule.unit == Unit.DAY:
            of_day = [
                other
                for other in entries
                if other.is_billable
                and (other.project_id, other.task_id, other.membership_id, other.date)
                == (one.project_id, one.task_id, one.membership_id, one.date)
            ]
            fixed = [other for other in of_day if not is_open[other.pk]]
            free = [other for other in of_day if is_open[other.pk]]
            before = sum(o.minutes for o in fixed), sum(o.rounded_minutes for o in fixed)
            added = rule.shared([o.minutes for o in free], before=before)
            more |= {o.pk: n for o, n in zip(free, added, strict=True) if o.pk == one.pk}
    return effect_of(unbilled, more, is_open)


def effect_of(unbilled, more, is_open):
    old, new, rows, locked = [], [], {}, 0
    for one in unbilled:
        amount = worth_of_minutes(one.minutes + more[one.pk], one.hourly_rate)
        if (more[one.pk], amount) == (one.rounded_by, one.amount):
            continue
        if not is_open[one.pk]:
            locked += 1
            continue
        old.append((one.project_id, one.hourly_rate, one.rounded_minutes))
        new.append((one.project_id, one.hourly_rate, one.minutes + more[one.pk]))
        rows[one.pk] = (more[one.pk], amount)
    minutes = [sum(number for _project, _rate, number in some) for some in (old, new)]
    worth = [worth_of_hours(some) for some in (old, new)]
    return Repricing(len(rows), *minutes, *worth, locked), rows


def stored():
    return {
        pk: tuple(values)
        for pk, *values in TimeEntry.objects.values_list("pk", "rounded_by", "amount")
    }


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("portion", [1, 7, 1000])
def test_random_hours_become_what_all_at_once_makes_of_them(office, monkeypatch, seed, portion):
    monkeypatch.setattr(repricing, "PORTION", portion)
    chance = random.Random(seed)
    organisation = office.organisation
    organisation.rounding_step = chance.choice([0, 15])
    organisation.rounding_unit = chance.choice(Unit.values)
    organisation.closed_until = chance.choice([None, DAY - datetime.timedelta(2)])
    organisation.save()
    fill(office, chance, count=80)
    effect, rows = expected(organisation)
    before = stored()

    assert preview_rounding(organisation) == effect
    assert stored() == before
    assert round_unbilled(organisation, by=office.administrator, now=NOW) == effect
    assert stored() == before | rows
    assert effect.changed > 5
    assert preview_rounding(organisation).changed == 0


def test_the_preview_of_many_makes_no_objects_and_few_queries(
    office, monkeypatch, django_assert_max_num_queries
):
    office.organisation.rounding_step = 15
    office.organisation.save()
    work = {"project": office.project, "task": office.task, "membership": office.employee}
    for _number in range(12):
        factories.create_time_entry(**work, minutes=50)
    monkeypatch.setattr(repricing, "PORTION", 5)
    monkeypatch.setattr(TimeEntry, "from_db", None)

    with django_assert_max_num_queries(2):
        assert preview_rounding(office.organisation).changed == 12
