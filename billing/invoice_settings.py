"""Changing how an organisation invoices, and what a prefix would lead to."""

from accounts.models import Organisation

from .models import InvoiceSettings, NumberSeries


def change_invoice_settings(organisation: Organisation, **details: object) -> InvoiceSettings:
    """Stores the given fields of InvoiceSettings; numbers that were given stay given."""
    settings, _is_new = InvoiceSettings.objects.update_or_create(
        organisation=organisation, defaults=details
    )
    return settings


def preview_number(organisation: Organisation, *, prefix: str, year: int) -> str:
    """The number that the next invoice would get if this were its prefix. Reserves nothing."""
    found = organisation.number_series.filter(prefix=prefix, year=year).first()
    series = found or NumberSeries(prefix=prefix, year=year)
    series.last += 1
    return str(series)
