"""The same rules with shorter times: minutes become seconds, in the same proportions.

Only the crash test does this: an installation has no setting to shorten these times.
"""

import datetime

from django.conf import settings

from billing import tasks
from billing.bookings import decisions, steps
from integrations import leases, runs
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.messages import Credentials
from integrations.eboekhouden.wire import Limits
from integrations.models import Connection

from .failing import HELD
from .times import EXCHANGE, LEASE, REQUEST


def hurry() -> None:
    """Set the shorter times in the modules that read them."""
    leases.LEASE = decisions.LEASE = seconds(LEASE)
    runs.ABANDONED_AFTER = seconds(2 * LEASE)
    decisions.EXCHANGE_DEADLINE = seconds(EXCHANGE)
    decisions.SECOND_LOOK = seconds(0.2)
    decisions.ABSENT_FOR = seconds(EXCHANGE)
    decisions.QUOTA_PAUSE = seconds(0.8)
    decisions.SEND_AGAIN_AFTER = tuple(map(seconds, (0.1, 0.2, 0.4)))
    decisions.CHECK_AGAIN_AFTER = tuple(map(seconds, (0.1, 0.2, 0.4)))
    steps.LATEST_START = (LEASE - EXCHANGE) / 2
    settle = seconds(settings.BOOKING_SETTLE_SECONDS)
    steps.SETTLE_WHEN_UNIQUE = steps.SETTLE_WITH_REMOTE_NUMBERS = settle
    tasks.open_client = hurried_client


def hurried_client(connection: Connection) -> EBoekhouden:
    """Return a client with shorter timeouts."""
    code_1, code_2 = connection.codes()
    credentials = Credentials(connection.username, code_1, code_2)
    limits = Limits(connect=REQUEST / 2, total=REQUEST)
    return EBoekhouden(credentials, url=settings.EBOEKHOUDEN_URL, limits=limits)


def record_held_connection() -> None:
    """Make this process remember the connection whose lease it holds."""
    take = leases.take

    def take_and_record(connection_id: int, **options: object) -> int | None:
        fencing_token = take(connection_id, **options)
        if fencing_token is not None:
            HELD[:] = [connection_id]
        return fencing_token

    leases.take = take_and_record


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
