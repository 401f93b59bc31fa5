"""Which projects have skipped or written-off work is read once, not once for each project."""

import re

import pytest

from billing.unbilled.rows import UnbilledFilter
from billing.unbilled.skipped import projects_with_skipped
from billing.unbilled.written_off import projects_written_off
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("filtered", [projects_with_skipped, projects_written_off])
def test_no_subquery_looks_at_a_single_project(filtered, organisation):
    factories.create_project(organisation=organisation)
    mine = Project.objects.filter(organisation=organisation)
    rows = filtered(organisation, mine, UnbilledFilter(until=factories.TODAY))
    text = str(rows.query)

    assert text.count("IN (SELECT") >= 3
    # Each part begins at the organisation, whose rows are a few of many.
    parts = text.split("IN (SELECT")[1:]
    assert all(re.search(rf'"organisation_id" = {organisation.pk}\b', part) for part in parts)
    assert '= ("projects_project"."id")' not in text
    assert list(rows) == []
