from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created

from lib.folding import add_to_sqlite


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import_module("accounts.pickers")  # it registers what can be picked
        from .middleware import note_login  # noqa: PLC0415 - models are loaded only now

        user_logged_in.connect(note_login, dispatch_uid="known-browser")
        connection_created.connect(add_to_sqlite, dispatch_uid="folding")
