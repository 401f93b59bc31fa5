from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed
from django.core.signals import request_finished

from . import failed_logins, requests


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self) -> None:
        user_login_failed.connect(failed_logins.note)
        request_finished.connect(requests.forget)
        for name in ("carrying", "jobs"):  # they listen to Celery
            import_module(f"operations.{name}")
