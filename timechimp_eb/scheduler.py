"""Celery beat with a heartbeat: a file that is touched at every tick."""

from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler
from django.conf import settings

PULSE = "beat-pulse"


class HeartbeatScheduler(PersistentScheduler):
    """The scheduler of Celery beat; DATA_DIR/beat-pulse is never older than its longest sleep."""

    # Seconds; a pulse older than a few of these means that beat hangs.
    max_interval = 30

    def tick(self, *args: Any, **kwargs: Any) -> float:
        Path(settings.DATA_DIR, PULSE).touch()
        return float(super().tick(*args, **kwargs))
