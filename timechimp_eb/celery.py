"""The Celery app. A message says that there may be work; what must be done is in the database."""

import gc
import os
from importlib import import_module

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timechimp_eb.settings")

app = Celery("timechimp_eb")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def load_for_all(**_: object) -> None:
    """Load what every child process of a worker needs, so that they share its memory.

    The collector would copy what they share, page by page, so it leaves that alone.
    """
    import_module("integrations.eboekhouden.soap")
    gc.collect()
    gc.freeze()
