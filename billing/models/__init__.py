"""The models of billing, by subject."""

from .booking import Attempt, Batch, Booking, BookingKind, BookingQuerySet, State
from .credit import CreditedRow, CreditState, RowFate
from .files import FileKind, InvoiceFile, InvoiceMail, MailKind, MailState
from .invoice import (
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoiceQuerySet,
    InvoiceStatus,
    Origin,
)
from .reconciliation import CheckFinding, CheckPart, CheckRun, CheckState, FindingKind
from .reminders import (
    MOST_STEPS,
    Reminder,
    ReminderHold,
    ReminderMode,
    ReminderSettings,
    ReminderStep,
    StepKind,
)
from .settings import Design, InvoiceSettings, NumberSeries

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
]
