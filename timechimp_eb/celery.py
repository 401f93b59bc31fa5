"""The Celery app. A message says that there may be work; what must be done is in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timechimp_eb.settings")

app = Celery("timechimp_eb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
