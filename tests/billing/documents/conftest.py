"""Fixtures: an organisation with all details that an invoice shows."""

import pytest

from accounts.models import Organisation
from tests.billing import issued as invoices


@pytest.fixture
def issuer(agency) -> Organisation:
    return invoices.complete(agency.organisation)
