"""The loop as an app of the program, so that every process of it gets the small times."""

import os
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class Crash(AppConfig):
    """The last app in INSTALLED_APPS, so that all modules whose times it shortens are loaded."""

    name = "tools.crash"
    label = "crash"

    def ready(self) -> None:
        from integrations.eboekhouden import failpoints  # noqa: PLC0415  (models only now)

        from . import failing, hurry, mistakes  # noqa: PLC0415

        hurry.hurry()
        mistakes.plant(os.environ.get("CRASH_MISTAKE", ""))
        folder = os.environ.get("FAILPOINTS")
        if folder and settings.FAILPOINTS_ALLOWED:
            hurry.record_held_connection()
            failpoints.ARMED[:] = [failing.Orders(Path(folder))]
