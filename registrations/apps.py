from importlib import import_module

from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    name = "registrations"

    def ready(self) -> None:
        import_module("registrations.pickers")  # it registers what can be picked
        # Not at the top: the app registry must be ready for its models.
        members = import_module("accounts.models")
        members.load_with_membership("timer__project", "timer__task")
