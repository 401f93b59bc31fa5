"""Fixtures: an agency that reminds in English."""

import pytest

from accounts.models import Language

from .late_invoices import turn_on


@pytest.fixture
def studio(agency):
    """Reminds 7 and 14 days after the due date, in English."""
    agency.organisation.language = Language.ENGLISH
    agency.organisation.save()
    turn_on(agency.organisation, 7, 14)
    return agency
