"""The settings of the tests, with Django's admin site as a reference."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
LOGGING_CONFIG = None
