"""Configuration of the app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Import of files."""

    name = "imports"
    default_auto_field = "django.db.models.BigAutoField"
