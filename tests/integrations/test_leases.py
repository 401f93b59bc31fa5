"""One writer per connection, also when a worker is suspended between two statements."""

import datetime
import threading

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations import leases
from integrations.models import Connection
from tests import factories

LATER = 2 * leases.LEASE
# Seconds that the first worker is suspended; the second needs much less, unless it has to wait.
SUSPENDED = 1.0


def take_in_thread(
    connection: Connection, *, now: datetime.datetime, tokens: list[int | None]
) -> threading.Thread:
    def run() -> None:
        tokens.append(leases.take(connection.pk, now=now))
        database.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_suspended_while_taking_the_lease_does_not_get_the_next_token():
    connection = factories.create_connection(organisation=factories.create_organisation())
    now, overtaken, others = timezone.now(), [], []

    def suspended_before_reading(execute, sql, *rest):
        if sql.startswith("SELECT") and not others:
            others.append(take_in_thread(connection, now=now + LATER, tokens=overtaken))
            others[0].join(timeout=SUSPENDED)
        return execute(sql, *rest)

    with database.execute_wrapper(suspended_before_reading):
        token = leases.take(connection.pk, now=now)
    others[0].join()

    assert (token, overtaken) == (1, [2])
    assert not leases.renew(connection.pk, token, now=now + LATER)
    assert leases.renew(connection.pk, overtaken[0], now=now + LATER)


@pytest.mark.django_db
def test_a_held_lease_is_not_taken_and_a_released_one_is():
    connection = factories.create_connection(organisation=factories.create_organisation())
    now = timezone.now()

    first = leases.take(connection.pk, now=now)
    assert leases.take(connection.pk, now=now) is None
    leases.release(connection.pk, first)

    assert leases.take(connection.pk, now=now) == first + 1
