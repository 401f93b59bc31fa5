"""Fixtures: pages of the administrator."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership


@pytest.fixture
def client(client_of: Callable[[Membership], Client], administrator: Membership) -> Client:
    return client_of(administrator)
