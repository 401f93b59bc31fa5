"""Wrong passwords make the next attempt wait, and each one longer; nobody is locked out by others.

Three counters of attempts, in the cache that all processes share: of the account from one address,
of the account from everywhere, of the address for all accounts. A browser that logged in to the
account before has a counter of its own: what others try elsewhere does not hold it up (OWASP:
device cookies).
"""

import time
from dataclasses import dataclass

import structlog
from django.core.cache import cache
from django.http import HttpRequest

from .client_addresses import client_address, network_of
from .known_browsers import known_browser
from .limits import count, counter_name, uncount

log = structlog.get_logger(__name__)


class Throttled(Exception):
    """The attempt was not made; it may be after so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Limit:
    """So many attempts are free; the next one makes others wait `first` seconds, then doubled."""

    free: int
    first: int
    most: int
    forgotten_after: int = 24 * 60 * 60

    def delay(self, attempt: int) -> int:
        """Return the seconds that must pass after this attempt, counted from 1."""
        steps = attempt - self.free - 1
        return 0 if steps < 0 else min(self.most, self.first * 2 ** min(steps, 20))


OWN = Limit(free=5, first=30, most=15 * 60)
ACCOUNT = Limit(free=20, first=5, most=5 * 60)
ADDRESS = Limit(free=60, first=5, most=5 * 60, forgotten_after=60 * 60)


def admit(request: HttpRequest, account: str) -> None:
    """Count an attempt to log in, before the password is looked at. Raises Throttled."""
    counted: list[str] = []
    for name, limit in _counters(request, account):
        seconds = _seconds_to_wait(name, limit)
        if seconds:
            for other in counted:
                uncount(other)
            log.warning("login.delayed", seconds=seconds, address=client_address(request))
            raise Throttled(seconds)
        counted.append(name)


def forget(request: HttpRequest, account: str) -> None:
    """Take back the attempt that was right, and clear the person's own counter.

    The counters that are shared keep what others did.
    """
    for name, limit in _counters(request, account):
        if limit is OWN:
            cache.delete_many([name, f"{name}:gate"])
        elif (cache.get(name) or 0) > 0:
            uncount(name)


def clear(request: HttpRequest, account: str) -> None:
    """Clear what is counted of the account: it has a new password."""
    for name, limit in _counters(request, account):
        if limit is not ADDRESS:
            cache.delete_many([name, f"{name}:gate"])
    cache.delete_many([shared := counter_name("account", account), f"{shared}:gate"])


def _counters(request: HttpRequest, account: str) -> list[tuple[str, Limit]]:
    browser = known_browser(request, account)
    if browser:
        return [(counter_name("browser", account, browser), OWN)]
    network = network_of(client_address(request))
    return [
        (counter_name("own", account, network), OWN),
        (counter_name("account", account), ACCOUNT),
        (counter_name("address", network), ADDRESS),
    ]


def _seconds_to_wait(name: str, limit: Limit) -> int:
    """Count the attempt and return 0, or return the seconds that it must wait.

    Once attempts must wait, a gate with a lifetime lets one through at a time, however many come
    at once.
    """
    now = int(time.time())
    delay = limit.delay(count(name, seconds=limit.forgotten_after))
    if delay and not cache.add(f"{name}:gate", now + delay, delay):
        uncount(name)
        return max(1, (cache.get(f"{name}:gate") or now) - now)
    cache.touch(name, limit.forgotten_after)
    return 0
