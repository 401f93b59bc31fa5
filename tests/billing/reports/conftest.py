"""A week in which the reports are read, and a project."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine

from accounts.models import Organisation
from projects.models import Project
from tests import factories

# A Thursday, week 48.
TODAY = datetime.date(2026, 11, 26)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def in_week_48() -> Iterator[None]:
    """It is noon of that Thursday until the end of the test."""
    with time_machine.travel(f"{TODAY}T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def project(organisation: Organisation) -> Project:
    return factories.create_project(organisation=organisation)
