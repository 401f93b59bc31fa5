"""Celery beat with a heartbeat: a file that is touched at every tick."""

from typing import Any

from celery.beat import PersistentScheduler

from operations import pulse


class HeartbeatScheduler(PersistentScheduler):
    """The scheduler of Celery beat; DATA_DIR/beat-pulse is never older than its longest sleep."""

    # Seconds; a pulse older than a few of these means that beat hangs.
    max_interval = 30

    def tick(self, *args: Any, **kwargs: Any) -> float:
        pulse.touch()
        return float(super().tick(*args, **kwargs))
