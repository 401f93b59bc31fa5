"""The program's own settings; only the sweep comes twice a second, and its times are hurried."""

from timechimp_eb.settings import *  # noqa: F403
from timechimp_eb.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "crash.apps.Crash"]
SWEEP = {**CELERY_BEAT_SCHEDULE["sweep-bookings"], "schedule": 0.5, "options": {"expires": 1}}
CELERY_BEAT_SCHEDULE = {"sweep-bookings": SWEEP}
