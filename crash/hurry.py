"""The same rules in smaller time: minutes of waiting become seconds, in the same proportions.

Nothing of it is in the program itself: an installation has no setting to shorten these times.
"""

import datetime

from django.conf import settings

from billing import tasks
from billing.bookings import decisions, delivery
from integrations import leases
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.messages import Credentials
from integrations.eboekhouden.wire import Limits
from integrations.models import Connection

# Seconds: of one request, of a login with a request, and of a claim; 60, 120 and 180 in real life.
REQUEST, EXCHANGE, LEASE = 0.3, 0.6, 0.9


def hurry() -> None:
    """Gives the modules their small times; they read them when they need them."""
    leases.LEASE = decisions.LEASE = seconds(LEASE)
    decisions.EXCHANGE_DEADLINE = seconds(EXCHANGE)
    decisions.SECOND_LOOK = seconds(0.3)
    decisions.QUOTA_PAUSE = seconds(1)
    decisions.SEND_AGAIN_AFTER = tuple(map(seconds, (0.2, 0.4, 0.8)))
    decisions.CHECK_AGAIN_AFTER = tuple(map(seconds, (0.2, 0.4, 0.8)))
    delivery.LATEST_START = (LEASE - EXCHANGE) / 2
    delivery.SETTLE_WHEN_UNIQUE = seconds(settings.BOOKING_SETTLE_SECONDS)
    tasks.open_books = hurried_books


def hurried_books(connection: Connection) -> EBoekhouden:
    """A client that gives up sooner."""
    code_1, code_2 = connection.codes()
    credentials = Credentials(connection.username, code_1, code_2)
    limits = Limits(connect=REQUEST / 2, total=REQUEST)
    return EBoekhouden(credentials, url=settings.EBOEKHOUDEN_URL, limits=limits)


def seconds(count: float) -> datetime.timedelta:
    return datetime.timedelta(seconds=count)
