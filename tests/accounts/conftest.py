"""Fixtures: an employee whose e-mail address is known."""

import pytest

from accounts.models import Membership
from tests.factories import create_membership, create_user


@pytest.fixture
def member() -> Membership:
    return create_membership(user=create_user(email="sanne@example.nl"))
