"""What the dialog does for one more row, as calls of functions."""

import sys

from billing.invoices.proposals import Options, propose
from billing.models import Origin
from billing.unbilled.lines import Grouping
from billing.unbilled.work import WorkQuery
from registrations.models import TimeEntry
from tests import factories

MORE = 50
# Fifteen are needed today.
MOST_FOR_A_ROW = 18


def add_rows(project, count):
    task = factories.create_task(organisation=project.organisation)
    for _row in range(count):
        factories.create_time_entry(project=project, task=task)


def calls_to_propose(organisation):
    """Return how many functions are called to propose invoices for all hours."""
    work = WorkQuery(time_entries=TimeEntry.objects.filter(organisation=organisation)).load()
    options = Options(Origin.HERE, Grouping.TASK, per_project=False, date=factories.TODAY)
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        proposal = propose(organisation, work, options=options)
    finally:
        sys.setprofile(None)
    assert sum(invoice.rows for invoice in proposal.invoices) == work.count > 0
    return count


def test_one_more_row_costs_few_calls(agency):
    project = factories.create_project(organisation=agency.organisation)
    add_rows(project, 2)
    calls_to_propose(agency.organisation)  # what is remembered from now on is not counted
    few = calls_to_propose(agency.organisation)
    add_rows(project, MORE)

    assert calls_to_propose(agency.organisation) - few < MOST_FOR_A_ROW * MORE + 100
