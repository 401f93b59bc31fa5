from importlib import import_module

from celery import signals
from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from . import origin, triggers  # noqa: PLC0415 - models are loaded only now

        pre_migrate.connect(triggers.remove, sender=self)
        post_migrate.connect(triggers.install_triggers, sender=self)
        signals.task_prerun.connect(origin.job_begins, dispatch_uid="audit")
        signals.task_postrun.connect(origin.job_ends, dispatch_uid="audit")
        import_module("audit.exports")  # it hears of every table that is downloaded
