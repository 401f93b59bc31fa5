"""The models of billing, by subject."""

from ..vat_treatment import VatTreatment
from .booking import Attempt, Batch, Booking, BookingKind, BookingQuerySet, State
from .check import CheckFinding, CheckPart, CheckRun, CheckState, FindingKind
from .credit import CreditedRow, CreditState, RowFate
from .invoice import (
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoiceQuerySet,
    InvoiceStatus,
    Origin,
)
from .issued import FileKind, InvoiceFile, InvoiceMail, MailKind, MailState
from .numbers import Design, InvoiceSettings, NumberSeries
from .reminders import (
    MOST_STEPS,
    Reminder,
    ReminderHold,
    ReminderMode,
    ReminderSettings,
    ReminderStep,
    StepKind,
)
from .vat import VatRate

__all__ = [
    "MOST_STEPS",
    "Attempt",
    "Batch",
    "Booking",
    "BookingKind",
    "BookingQuerySet",
    "CheckFinding",
    "CheckPart",
    "CheckRun",
    "CheckState",
    "CreditState",
    "CreditedRow",
    "Design",
    "FileKind",
    "FindingKind",
    "Invoice",
    "InvoiceEvent",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceMail",
    "InvoiceQuerySet",
    "InvoiceSettings",
    "InvoiceStatus",
    "MailKind",
    "MailState",
    "NumberSeries",
    "Origin",
    "Reminder",
    "ReminderHold",
    "ReminderMode",
    "ReminderSettings",
    "ReminderStep",
    "RowFate",
    "State",
    "StepKind",
    "VatRate",
    "VatTreatment",
]
