"""The program's own settings, and the commands that only a demo needs."""

from timechimp_eb.settings import *  # noqa: F403
from timechimp_eb.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
