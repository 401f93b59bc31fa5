"""Invoice numbers without gaps or doubles, assigned when an invoice becomes final."""

import re
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Organisation
from audit.changes import differences
from audit.kinds import Kind
from audit.recording import record_changes
from customers.models import Customer
from integrations.models import Connection

from .models import Invoice, InvoiceSettings, NumberSeries, Origin

NUMBER = re.compile(r"(?P<prefix>.*)(?P<year>\d{4})-(?P<count>\d{4,9})", re.ASCII)


def series_prefix(organisation: Organisation, origin: Origin) -> str:
    """Return the prefix of invoices created here, or of those created in e-Boekhouden."""
    settings = settings_of(organisation)
    return settings.prefix if origin == Origin.HERE else settings.eboekhouden_prefix


def settings_of(organisation: Organisation) -> InvoiceSettings:
    """Return the settings of the organisation, or unsaved defaults."""
    # The object keeps them: one query for all that a page asks.
    found: InvoiceSettings | None = getattr(organisation, "invoice_settings", None)
    return found or InvoiceSettings(organisation_id=organisation.pk)


def payment_term(customer: Customer, settings: InvoiceSettings) -> int:
    """Return the payment term in days: the customer's own, else the organisation's."""
    return settings.payment_term if customer.payment_term is None else customer.payment_term


def why_held(organisation: Organisation) -> str:
    """Return the reason why no numbers are assigned now; empty if they are."""
    if Connection.objects.filter(organisation=organisation, must_compare_first=True).exists():
        return _(
            "Restored from a backup: no invoice numbers are assigned until the comparison is "
            "complete."
        )
    return ""


def next_number(organisation: Organisation, origin: Origin, *, year: int) -> str:
    """Assign the next number of the series: prefix, year and four digits or more, as TC2026-0124.

    Must run in the transaction that uses the number. Its row stays locked until then: no number is
    assigned twice, and after a rollback the number is assigned again.
    """
    return next_numbers(organisation, origin, year=year, count=1)[0]


def next_numbers(organisation: Organisation, origin: Origin, *, year: int, count: int) -> list[str]:
    """Assign the next numbers of the series, all at once; see `next_number`."""
    series = _series(organisation, series_prefix(organisation, origin), year)
    NumberSeries.objects.filter(pk=series.pk).update(last=F("last") + count)
    series.refresh_from_db(fields=["last"])
    return [series.number(series.last - count + n) for n in range(1, count + 1)]


def skip_numbers(organisation: Organisation, numbers: Iterable[str]) -> None:
    """Raise the series above numbers that are in use elsewhere; ignore numbers of no known series.

    Must run in a transaction.
    """
    prefixes = {series_prefix(organisation, origin) for origin in Origin}
    prefixes |= set(organisation.number_series.values_list("prefix", flat=True))
    for number in numbers:
        found = NUMBER.fullmatch(number)
        if found and found["prefix"] in prefixes:
            _raise(organisation, found["prefix"], int(found["year"]), int(found["count"]))


def _raise(organisation: Organisation, prefix: str, year: int, last: int) -> None:
    series = _series(organisation, prefix, year)
    NumberSeries.objects.filter(pk=series.pk, last__lt=last).update(last=last)


def _series(organisation: Organisation, prefix: str, year: int) -> NumberSeries:
    """Return the series; a new one goes on after the invoices that have its numbers already."""
    series, is_new = NumberSeries.objects.get_or_create(
        organisation=organisation, prefix=prefix, year=year
    )
    if is_new and (last := _last_in_use(organisation, prefix, year)):
        NumberSeries.objects.filter(pk=series.pk, last__lt=last).update(last=last)
    return series


def _last_in_use(organisation: Organisation, prefix: str, year: int) -> int:
    """Return the highest count in the numbers of invoices with this prefix and year, or 0."""
    numbers = Invoice.objects.filter(
        organisation=organisation, number__startswith=f"{prefix}{year}-"
    ).values_list("number", flat=True)
    found = (NUMBER.fullmatch(number) for number in numbers)
    return max((int(one["count"]) for one in found if one and one["prefix"] == prefix), default=0)


def change_invoice_settings(organisation: Organisation, **details: object) -> InvoiceSettings:
    """Store the given fields of InvoiceSettings; assigned numbers do not change."""
    with transaction.atomic():
        held = InvoiceSettings.objects.select_for_update()
        settings, _is_new = held.get_or_create(organisation=organisation)
        changes = differences(settings, details)
        for name, value in details.items():
            setattr(settings, name, value)
        settings.save()
        record_changes(
            Kind.SETTINGS, settings, changes, organisation=organisation, label=_("Invoices")
        )
    settings.organisation = organisation  # which keeps these from now on
    return settings


def preview_number(organisation: Organisation, *, prefix: str, year: int) -> str:
    """Return the number of the next invoice with this prefix. Reserves nothing."""
    found = organisation.number_series.filter(prefix=prefix, year=year).first()
    series = found or NumberSeries(
        prefix=prefix, year=year, last=_last_in_use(organisation, prefix, year)
    )
    series.last += 1
    return str(series)
