"""Fixtures for the tests of the sandbox itself."""

import pytest

from tests.plugins.sandbox import sandbox  # noqa: F401 a fixture

from .raw import RawClient


@pytest.fixture
def client(sandbox):  # noqa: F811
    """A client that writes its own XML, with a session and one relation, code 0001."""
    client = RawClient(sandbox)
    client.open()
    client.add_relation("0001", Bedrijf="Jansen BV")
    return client
