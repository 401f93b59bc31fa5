from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register
from django.core.exceptions import ImproperlyConfigured

from . import checks


class SiteConfig(AppConfig):
    name = "timechimp_eb"

    def ready(self) -> None:
        register(checks.settings_are_complete)
        register(checks.settings_are_safe, Tags.security, deploy=True)
        register(checks.database_is_of_this_version, Tags.database)
        register(checks.database_role_is_limited, Tags.database, deploy=True)
        if settings.SENTRY_DSN:
            # Loaded only where errors are reported: it takes a tenth of a second.
            reporting = import_module("timechimp_eb.reporting")
            reporting.start(settings.SENTRY_DSN, version=settings.PROGRAM_VERSION)
        if endpoint := settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            _trace(endpoint)


def _trace(endpoint: str) -> None:
    try:
        tracing = import_module("timechimp_eb.tracing")
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured(
            f"OTEL_EXPORTER_OTLP_ENDPOINT is set, and {error.name} is not installed:"
            " install requirements-tracing.lock, or leave the setting empty."
        ) from error
    tracing.start(endpoint, version=settings.PROGRAM_VERSION)
