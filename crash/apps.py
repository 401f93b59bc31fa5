"""The loop as an app of the program, so that every process of it gets the small times."""

from django.apps import AppConfig


class Crash(AppConfig):
    """The last app: what it hurries is there by then."""

    name = "crash"

    def ready(self) -> None:
        from .hurry import hurry  # noqa: PLC0415  (models can be imported only now)

        hurry()
