from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "privacy"

    def ready(self) -> None:
        from billing.reconciliation import restoring  # noqa: PLC0415 - models are loaded only now

        from .erasure_list import apply_again  # noqa: PLC0415

        restoring.AGAIN.append(apply_again)
