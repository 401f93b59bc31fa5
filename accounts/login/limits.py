"""How often something may be done in a period, counted in the cache of all processes."""

import hashlib
from contextlib import suppress

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


class TooMany(Exception):
    """Something was done as often as is allowed in a period."""


def use(subject: str, key: str, *, most: int, seconds: int) -> None:
    """Count one use, at most so many in a period that starts with the first. Raises TooMany."""
    if count(counter_name(subject, key), seconds=seconds) > most:
        log.warning("limit.reached", limit=subject)
        raise TooMany(subject)


def check(subject: str, key: str, *, most: int) -> None:
    """Raise TooMany if `use` would."""
    if (cache.get(counter_name(subject, key)) or 0) >= most:
        raise TooMany(subject)


def count(name: str, *, seconds: int) -> int:
    """Count one more and return the sum; a new counter is forgotten after so many seconds."""
    cache.add(name, 0, seconds)
    try:
        return cache.incr(name)
    except ValueError:  # it was forgotten between the two
        cache.set(name, 1, seconds)
        return 1


def uncount(name: str) -> None:
    """Take one back; nothing if the counter was forgotten."""
    with suppress(ValueError):
        cache.decr(name)


def counter_name(*parts: str) -> str:
    """Return the name of a counter; what is counted cannot be read from it."""
    told = hashlib.sha256("\0".join(parts[1:]).encode()).hexdigest()
    return f"attempts:{parts[0]}:{told}"
