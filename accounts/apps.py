from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from lib.folding import add_to_sqlite


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import_module("accounts.pickers")  # it registers what can be picked
        connection_created.connect(add_to_sqlite, dispatch_uid="folding")
