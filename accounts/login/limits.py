"""How often something may be done in a period, counted in the cache of all processes."""

import hashlib

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


class TooMany(Exception):
    """Something was done as often as is allowed in a period."""


def use(subject: str, key: str, *, most: int, seconds: int) -> None:
    """Count one use, at most so many in a period that starts with the first. Raises TooMany."""
    name = counter_name(subject, key)
    cache.add(name, 0, seconds)
    if cache.incr(name) > most:
        log.warning("limit.reached", limit=subject)
        raise TooMany(subject)


def check(subject: str, key: str, *, most: int) -> None:
    """Raise TooMany if `use` would."""
    if (cache.get(counter_name(subject, key)) or 0) >= most:
        raise TooMany(subject)


def counter_name(*parts: str) -> str:
    """Return the name of a counter; what is counted cannot be read from it."""
    told = hashlib.sha256("\0".join(parts[1:]).encode()).hexdigest()
    return f"attempts:{parts[0]}:{told}"
