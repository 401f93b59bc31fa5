"""A fresh sandbox of e-Boekhouden for a test, on a port of its own."""

import pytest

from sandbox import Sandbox


@pytest.fixture
def sandbox(tmp_path):
    """Running, with empty books; whatever is still open is ended after the test."""
    with Sandbox(books=tmp_path / "eboekhouden") as running:
        yield running
