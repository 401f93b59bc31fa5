from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from .documents.archive import triggers as guards  # noqa: PLC0415  # models are there only now

        pre_migrate.connect(guards.remove, sender=self)
        post_migrate.connect(guards.lay, sender=self)
