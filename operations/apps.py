from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_login_failed

from . import failed_logins


class OperationsConfig(AppConfig):
    name = "operations"

    def ready(self) -> None:
        user_login_failed.connect(failed_logins.note)
        import_module("operations.carrying")  # it listens to Celery
