from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from .documents.archive import triggers  # noqa: PLC0415  # models are loaded only now

        pre_migrate.connect(triggers.remove, sender=self)
        post_migrate.connect(triggers.install_triggers, sender=self)
        import_module("billing.pickers")  # it registers what can be picked
