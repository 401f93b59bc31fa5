"""Wrong passwords make the next attempt wait, and each one longer; nobody is locked out by others.

Three counters of attempts, in the cache that all processes share: of the account from one address,
of the account from everywhere, of the address for all accounts. A browser that logged in to the
account before has a counter of its own: what others try elsewhere does not hold it up (OWASP:
device cookies).
"""

import hashlib
import ipaddress
import secrets
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)

SALT = "accounts.throttling.known-browser"
KNOWN_SECONDS = 180 * 24 * 60 * 60
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104 - of a request through a socket without an address


class Throttled(Exception):
    """The attempt was not made; it may be after so many `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TooMany(Exception):
    """Something was done as often as is allowed in a period."""


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


def client_address(request: HttpRequest) -> str:
    """Return the address of the visitor: what the outermost of our own proxies saw.

    A visitor can send X-Forwarded-For too, so only the last TRUSTED_PROXIES entries count. A
    request that did not pass all proxies, or an entry that is no address, gives that of the peer.
    """
    peer = request.META.get("REMOTE_ADDR") or UNKNOWN_ADDRESS
    count = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if count < 1 or len(hops) < count:
        return str(peer)
    try:
        return str(ipaddress.ip_address(_without_port(hops[-count])))
    except ValueError:
        return str(peer)


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].split("]")[0]
    return hop.split(":")[0] if hop.count(":") == 1 else hop


def _network(address: str) -> str:
    """Return what one household or office has: the address, or 64 bits of IPv6."""
    try:
        is_new = ipaddress.ip_address(address).version == 6
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if is_new else address


def admit(request: HttpRequest, account: str) -> None:
    """Count an attempt to log in, before the password is looked at. Raises Throttled."""
    counted: list[str] = []
    for name, limit in _counters(request, account):
        seconds = _seconds_to_wait(name, limit)
        if seconds:
            for other in counted:
                cache.decr(other)
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
            cache.decr(name)


def clear(request: HttpRequest, account: str) -> None:
    """Clear what is counted of the account: it has a new password."""
    for name, limit in _counters(request, account):
        if limit is not ADDRESS:
            cache.delete_many([name, f"{name}:gate"])
    cache.delete_many([shared := _name("account", account), f"{shared}:gate"])


def _counters(request: HttpRequest, account: str) -> list[tuple[str, Limit]]:
    device = known_device(request, account)
    if device:
        return [(_name("device", account, device), OWN)]
    network = _network(client_address(request))
    return [
        (_name("own", account, network), OWN),
        (_name("account", account), ACCOUNT),
        (_name("address", network), ADDRESS),
    ]


def _name(*parts: str) -> str:
    told = hashlib.sha256("\0".join(parts[1:]).encode()).hexdigest()
    return f"attempts:{parts[0]}:{told}"


def _seconds_to_wait(name: str, limit: Limit) -> int:
    """Count the attempt and return 0, or return the seconds that it must wait.

    Once attempts must wait, a gate with a lifetime lets one through at a time, however many come
    at once.
    """
    now = int(time.time())
    cache.add(name, 0, limit.forgotten_after)
    delay = limit.delay(cache.incr(name))
    if delay and not cache.add(f"{name}:gate", now + delay, delay):
        cache.decr(name)
        return max(1, (cache.get(f"{name}:gate") or now) - now)
    cache.touch(name, limit.forgotten_after)
    return 0


# --- What sends mail ------------------------------------------------------------------------------


def use(subject: str, key: str, *, most: int, seconds: int) -> None:
    """Count one use, at most so many in a period that starts with the first. Raises TooMany."""
    name = _name(subject, key)
    cache.add(name, 0, seconds)
    if cache.incr(name) > most:
        log.warning("limit.reached", limit=subject)
        raise TooMany(subject)


def check(subject: str, key: str, *, most: int) -> None:
    """Raise TooMany if `use` would."""
    if (cache.get(_name(subject, key)) or 0) >= most:
        raise TooMany(subject)


# --- Browsers that logged in before ---------------------------------------------------------------


def cookie_name() -> str:
    return "__Host-known" if settings.HTTPS else "known"


def known_device(request: HttpRequest, account: str) -> str:
    """Return the name of the browser if the account logged in with it before, else empty."""
    try:
        told = signing.loads(
            request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KNOWN_SECONDS
        )
    except signing.BadSignature:
        return ""
    return str(told[1]) if told[0] == _name("", account) else ""


def remember_browser(response: HttpResponse, *, account: str) -> None:
    """Let the browser be known, of which somebody just logged in to the account."""
    value = signing.dumps([_name("", account), secrets.token_urlsafe(9)], salt=SALT)
    response.set_cookie(
        cookie_name(),
        value,
        max_age=KNOWN_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
