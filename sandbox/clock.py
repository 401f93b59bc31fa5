"""The clock of the sandbox, which can be moved forward and back."""

import time
from datetime import datetime, timedelta

from .values import SERVER_ZONE


class Clock:
    """Real time plus a shift in seconds."""

    def __init__(self):
        self.shift_seconds = 0.0

    def time(self):
        """Return seconds since 1970."""
        return time.time() + self.shift_seconds

    def now(self):
        """Return the local date and time in the Netherlands, without a zone."""
        moment = datetime.now(SERVER_ZONE) + timedelta(seconds=self.shift_seconds)
        return moment.replace(tzinfo=None)

    def today(self):
        return self.now().date()
