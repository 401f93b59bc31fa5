"""The sandbox's own clock, which can be put forward or back."""

import time
from datetime import datetime, timedelta

from .values import SERVER_ZONE


class Clock:
    """Real time plus a shift in seconds."""

    def __init__(self):
        self.shift_seconds = 0.0

    def time(self):
        """Seconds since 1970."""
        return time.time() + self.shift_seconds

    def now(self):
        """The date and time on a Dutch wall clock, without a zone."""
        moment = datetime.now(SERVER_ZONE) + timedelta(seconds=self.shift_seconds)
        return moment.replace(tzinfo=None)

    def today(self):
        return self.now().date()
