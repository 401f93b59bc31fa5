"""The models of billing, by subject."""

from .booking import Attempt, Batch, Booking, BookingKind, BookingQuerySet, State
from .invoice import Invoice, InvoiceEvent, InvoiceLine, InvoiceQuerySet, InvoiceStatus, Origin
from .numbers import InvoiceSettings, NumberSeries
from .vat import VatCategory, VatRate

__all__ = [
    "Attempt",
    "Batch",
    "Booking",
    "BookingKind",
    "BookingQuerySet",
    "Invoice",
    "InvoiceEvent",
    "InvoiceLine",
    "InvoiceQuerySet",
    "InvoiceSettings",
    "InvoiceStatus",
    "NumberSeries",
    "Origin",
    "State",
    "VatCategory",
    "VatRate",
]
