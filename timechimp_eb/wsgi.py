"""WSGI application for gunicorn."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timechimp_eb.settings")

application = get_wsgi_application()
import_module("lib.tenancy").begin_with_none()
