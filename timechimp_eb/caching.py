"""The cache that all processes share, in the broker's Redis. It holds counters, never secrets.

If Redis cannot be reached, each process counts by itself for a while: logging in goes on.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger(__name__)
RETRY_SECONDS = 15


class JsonSerializer:
    """Values as JSON: who can write to Redis must not be able to run code, as with pickle."""

    def dumps(self, value: Any) -> int | bytes:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class SharedCache(RedisCache):
    """Django's cache in Redis, with a cache of the process while Redis cannot be reached."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "serializer": JsonSerializer(),
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
        }
        super().__init__(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})
        self._own = LocMemCache("shared-cache", params)
        self._tried_again_at = 0.0

    def clear(self) -> None:
        """Refuse: the tasks of the workers are in the same Redis."""
        raise NotImplementedError("The cache shares its Redis with the tasks of the workers.")


def _or_own(name: str) -> Callable[..., Any]:
    shared, own = getattr(RedisCache, name), getattr(LocMemCache, name)

    def method(self: SharedCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._tried_again_at:
            try:
                return shared(self, *args, **kwargs)
            except redis.RedisError as error:
                self._tried_again_at = time.monotonic() + RETRY_SECONDS
                log.warning("cache.unreachable", error=type(error).__name__)
        if name in ("incr", "decr"):
            self._own.add(args[0], 0)
        return own(self._own, *args, **kwargs)

    return method


for _name in (
    *("add", "get", "set", "touch", "delete", "has_key", "incr"),
    *("get_many", "set_many", "delete_many"),
):
    setattr(SharedCache, _name, _or_own(_name))
