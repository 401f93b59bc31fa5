"""What the tests of the demo share."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _umask_of_before() -> Iterator[None]:
    """Take back the umask that a demo sets, for the servers that later tests start."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)
