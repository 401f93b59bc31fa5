from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from lib.folding import add_to_sqlite
from lib.tenancy import on_connection


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        import_module("accounts.pickers")  # it registers what can be picked
        from allauth.account import signals as account  # noqa: PLC0415
        from allauth.mfa import signals as mfa  # noqa: PLC0415

        from . import entries, notices  # noqa: PLC0415
        from .login import providers  # noqa: PLC0415
        from .middleware import note_login  # noqa: PLC0415 - models are loaded only now
        from .row_security import make_policies  # noqa: PLC0415

        for changed in (account.password_changed, account.password_set, account.password_reset):
            changed.connect(notices.on_password, dispatch_uid="notices")
            changed.connect(entries.on_password, dispatch_uid="entries")
        mfa.authenticator_added.connect(notices.on_factor_added, dispatch_uid="notices")
        mfa.authenticator_reset.connect(notices.on_factor_added, dispatch_uid="notices")
        mfa.authenticator_removed.connect(notices.on_factor_removed, dispatch_uid="notices")
        account.user_logged_in.connect(providers.on_login, dispatch_uid="providers")
        mfa.authenticator_added.connect(entries.on_factor_added, dispatch_uid="entries")
        mfa.authenticator_reset.connect(entries.on_factor_added, dispatch_uid="entries")
        mfa.authenticator_removed.connect(entries.on_factor_removed, dispatch_uid="entries")
        mfa.authentication_failed.connect(entries.on_wrong_code, dispatch_uid="entries")
        user_logged_in.connect(entries.on_login, dispatch_uid="entries")
        user_logged_out.connect(entries.on_logout, dispatch_uid="entries")
        user_login_failed.connect(entries.on_wrong_password, dispatch_uid="entries")
        user_logged_in.connect(note_login, dispatch_uid="known-browser")
        connection_created.connect(add_to_sqlite, dispatch_uid="folding")
        connection_created.connect(on_connection, dispatch_uid="tenancy")
        post_migrate.connect(make_policies, sender=self, dispatch_uid="row-security")
