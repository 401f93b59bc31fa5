from django.apps import AppConfig
from django.core.checks import Tags, register

from . import checks


class SiteConfig(AppConfig):
    name = "timechimp_eb"

    def ready(self) -> None:
        register(checks.settings_are_complete)
        register(checks.settings_are_safe, Tags.security, deploy=True)
        register(checks.database_is_of_this_version, Tags.database)
        register(checks.database_role_is_limited, Tags.database, deploy=True)
