"""The file that beat touches: how long ago it last looked at the schedule."""

import datetime
from pathlib import Path

from django.conf import settings

NAME = "beat-pulse"


def touch() -> None:
    """Say that beat lives; the file is in DATA_DIR."""
    Path(settings.DATA_DIR, NAME).touch()


def age(*, now: datetime.datetime) -> datetime.timedelta | None:
    """Return how long ago beat last looked, or None if it never did on this disk."""
    try:
        touched = Path(settings.DATA_DIR, NAME).stat().st_mtime
    except OSError:
        return None
    return now - datetime.datetime.fromtimestamp(touched, tz=datetime.UTC)
