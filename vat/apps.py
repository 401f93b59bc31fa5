from django.apps import AppConfig


class VatConfig(AppConfig):
    name = "vat"
