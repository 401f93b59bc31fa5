"""The program's own settings, with a more frequent sweep and shorter times."""

import os

from timechimp_eb.settings import *  # noqa: F403
from timechimp_eb.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tools.crash.apps.Crash"]
FAILPOINTS_ALLOWED = True
OFTEN = {"schedule": 0.3, "options": {"expires": 1}}
CELERY_BEAT_SCHEDULE = {
    name: CELERY_BEAT_SCHEDULE[name] | OFTEN for name in ("sweep-bookings", "sweep-invoicing")
}
# A confirmation of several invoices goes to a worker, one of a single invoice does not.
INVOICES_IN_REQUEST = 1
# A worker that is asked to stop has one second, as all times are shorter here.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 1

# Less than a second is too short in production, where a request takes up to a minute.
BOOKING_SETTLE_SECONDS = float(os.environ.get("CRASH_SETTLE", "0.6"))
SILENCED_SYSTEM_CHECKS = ["timechimp_eb.E006"]

# A fast hasher: logging in is not what is tested.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = False
