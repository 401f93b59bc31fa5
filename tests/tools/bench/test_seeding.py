"""`./run bench` fills the tables as they are now."""

import datetime

import pytest

from registrations.models import Expense, TimeEntry, Trip
from tools.bench.seeding import seed, seeded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
TODAY = datetime.date(2026, 11, 30)


def test_the_agency_has_the_hours_that_were_asked_for():
    agency = seed(hours=900, today=TODAY)

    hours = TimeEntry.objects.filter(organisation=agency.organisation)
    assert hours.count() == 900
    assert hours.filter(invoice_line__isnull=False).count() == 900 * 9 // 10
    assert Expense.objects.count() == Trip.objects.count() == 45
    assert agency.organisation.invoices.count() == 900 * 9 // 10 // 45
    again = seeded(today=TODAY)
    assert again is not None
    assert again.boss == agency.boss
