#!/usr/bin/env python3
"""Django's command line for this project."""

import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timechimp_eb.settings")
    # Loading and migrating make millions of objects that stay: to look for garbage among them
    # again and again is a fifth of the time of `migrate`.
    gc.set_threshold(100_000, 50, 50)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")
