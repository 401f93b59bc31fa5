"""Numbers without gaps or doubles: given in the transaction that makes the invoice final."""

import re
from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Organisation
from customers.models import Customer
from integrations.models import Connection

from .models import InvoiceSettings, NumberSeries, Origin

NUMBER = re.compile(r"(?P<prefix>.*)(?P<year>\d{4})-(?P<count>\d{4,9})", re.ASCII)


def series_prefix(organisation: Organisation, origin: Origin) -> str:
    """The prefix of invoices made here, or of those made in e-Boekhouden."""
    settings = settings_of(organisation)
    return settings.prefix if origin == Origin.HERE else settings.eboekhouden_prefix


def settings_of(organisation: Organisation) -> InvoiceSettings:
    """The organisation's choices, with the defaults when nothing was chosen yet."""
    found = InvoiceSettings.objects.filter(organisation=organisation).first()
    return found or InvoiceSettings(organisation=organisation)


def payment_term(customer: Customer, organisation: Organisation) -> int:
    """Days: the customer's own term, else the organisation's."""
    own = customer.payment_term
    return settings_of(organisation).payment_term if own is None else own


def why_held(organisation: Organisation) -> str:
    """Why no invoice may get a number now; empty if it may."""
    if Connection.objects.filter(organisation=organisation, must_compare_first=True).exists():
        return _(
            "Restored from a backup: no invoice numbers are assigned until the comparison is "
            "complete."
        )
    return ""


def next_number(organisation: Organisation, origin: Origin, *, year: int) -> str:
    """The next number of the series: prefix, year and four digits or more, as in TC2026-0124.

    Must run in the transaction that uses it: the raised row stays locked until then, so that a
    number is never given twice, and a rolled-back one is given again.
    """
    prefix = series_prefix(organisation, origin)
    series, _made = NumberSeries.objects.get_or_create(
        organisation=organisation, prefix=prefix, year=year
    )
    NumberSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    series.refresh_from_db(fields=["last"])
    return str(series)


def skip_numbers(organisation: Organisation, numbers: Iterable[str]) -> None:
    """Raises the series above numbers that are in use elsewhere; of other series it knows nothing.

    Must run in a transaction.
    """
    prefixes = {series_prefix(organisation, origin) for origin in Origin}
    prefixes |= set(organisation.number_series.values_list("prefix", flat=True))
    for number in numbers:
        found = NUMBER.fullmatch(number)
        if found and found["prefix"] in prefixes:
            _raise(organisation, found["prefix"], int(found["year"]), int(found["count"]))


def _raise(organisation: Organisation, prefix: str, year: int, last: int) -> None:
    series, _made = NumberSeries.objects.get_or_create(
        organisation=organisation, prefix=prefix, year=year
    )
    NumberSeries.objects.filter(pk=series.pk, last__lt=last).update(last=last)


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
