"""Booking with another account, cost centre, code or template, when the books lost the first.

Only a refused booking: nothing of it is in e-Boekhouden then. The invoice stays as it is; who
decided it, when, from what to what, and why, is in its timeline.
"""

import datetime
from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from integrations.eboekhouden.facts.vat import VAT_CODES
from vat.models import VatRate
from vat.treatments import CODES

from ..bookings.replacements import Replaceable, replaceable_in
from ..events import add_event
from ..models import Booking, BookingKind, Invoice, State
from .actions import NoLonger, book_again, change, composed_from_invoice

Chosen = Mapping[tuple[Replaceable, str], str]


class NotTheSameVat(ValueError):
    """The other VAT code has another percentage or treatment."""


def may_replace(booking: Booking) -> bool:
    """Whether the booking was refused and nothing of it can be in e-Boekhouden."""
    return (
        booking.kind != BookingKind.RELATION
        and booking.state == State.REJECTED
        and booking.reason != "customer"
    )


def values_to_replace(booking: Booking) -> list[tuple[Replaceable, str, str]]:
    """Return what is named, the value of the invoice, and the value that is sent now."""
    current = booking.replacements
    return [
        (what, value, current.get(what, {}).get(value, value))
        for what, value in replaceable_in(composed_from_invoice(booking))
    ]


def vat_codes_instead_of(code: str, invoice: Invoice) -> list[str]:
    """Return the codes with the percentage and treatment that the invoice has under this code."""
    rates = [rate for rate in invoice.vat_by_rate if rate.code == code]
    found: set[str] | None = None
    for rate in rates:
        known = {
            one
            for one in CODES.get(rate.treatment, ())
            if VAT_CODES[one].percentage in (None, rate.percentage)
        }
        own = VatRate.objects.filter(
            organisation=invoice.organisation_id,
            percentage=rate.percentage,
            treatment=rate.treatment,
        )
        fitting = known | set(own.exclude(code="").values_list("code", flat=True))
        found = fitting if found is None else found & fitting
    return sorted((found or set()) - {code})


def book_with(
    booking: Booking, chosen: Chosen, *, reason: str, by: User, now: datetime.datetime
) -> None:
    """Queue a refused booking again, with the chosen values instead of those of its invoice.

    Raises NoLonger when the booking changed meanwhile or nothing was chosen, and NotTheSameVat.
    """
    with transaction.atomic():
        if not may_replace(booking):
            raise NoLonger
        changes = [
            (what, before, chosen[what, value])
            for what, value, before in values_to_replace(booking)
            if chosen.get((what, value), before) != before
        ]
        if not changes:
            raise NoLonger
        _check_vat(booking, chosen)
        change(booking, state=(State.REJECTED,), replacements=_merged(booking, chosen))
        book_again(booking, by=by, now=now)
        add_event(
            invoice_id=booking.invoice_id or 0,
            at=now,
            by=by,
            kind="booked-with",
            details={"changes": changes, "reason": reason, "booking": booking.pk},
        )


def invoice_of(booking: Booking) -> Invoice:
    """Return the invoice of a booking that is no relation."""
    return Invoice.objects.get(bookings=booking)


def _check_vat(booking: Booking, chosen: Chosen) -> None:
    invoice = invoice_of(booking)
    for (what, value), other in chosen.items():
        if what is not Replaceable.VAT_CODE or other == value:
            continue
        if other not in vat_codes_instead_of(value, invoice):
            raise NotTheSameVat(other)


def _merged(booking: Booking, chosen: Chosen) -> dict[str, dict[str, str]]:
    merged = {what: dict(values) for what, values in booking.replacements.items()}
    for (what, value), other in chosen.items():
        merged.setdefault(what.value, {})[value] = other
    booking.replacements = merged
    return merged
