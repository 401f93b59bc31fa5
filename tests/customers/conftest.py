"""Fixtures: imports with a clock of their own."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Membership, Organisation
from customers.import_runs import start_import
from customers.importing import carry_out_import
from customers.models import ImportMode, ImportRun
from integrations.models import Connection

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that is a second later at every call."""
    moments: Iterator[datetime] = iter(NOW + timedelta(seconds=n) for n in range(100_000))
    return lambda: next(moments)


@pytest.fixture
def import_all(
    organisation: Organisation,
    connection: Connection,
    administrator: Membership,
    clock: Callable[[], datetime],
) -> Callable[..., ImportRun]:
    """Import everything from the sandbox and return the run."""

    def run(mode: str = ImportMode.UPDATE) -> ImportRun:
        started = start_import(organisation, mode=mode, by=administrator.user, now=clock())
        carry_out_import(started.pk, clock=clock)
        started.refresh_from_db()
        return started

    return run
