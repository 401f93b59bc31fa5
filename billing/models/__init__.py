"""The models of billing, by subject."""

from .arrangement import AgencyArrangement
from .booking import Attempt, Batch, Booking, BookingKind, BookingQuerySet, State
from .credit import CreditedRow, CreditState, RowDisposition
from .files import FileKind, InvoiceFile, InvoiceMail, MailKind, MailState
from .invoice import (
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoiceQuerySet,
    InvoiceStatus,
    Origin,
)
from .invoicing import InvoicingRun
from .reconciliation import (
    Difference,
    DifferenceKind,
    ReconciliationPart,
    ReconciliationRun,
)
from .reminders import (
    MOST_STEPS,
    BusinessCosts,
    InterestKind,
    InterestRate,
    Reminder,
    ReminderHold,
    ReminderMode,
    ReminderSettings,
    ReminderStep,
    StepKind,
)
from .settings import Design, InvoiceSettings, NumberSeries
from .shares import InvoiceShare, ShareOf
from .vat_returns import FiledPart, FiledReturn, FilingKind

__all__ = [
    "MOST_STEPS",
    "AgencyArrangement",
    "Attempt",
    "Batch",
    "Booking",
    "BookingKind",
    "BookingQuerySet",
    "BusinessCosts",
    "CreditState",
    "CreditedRow",
    "Design",
    "Difference",
    "DifferenceKind",
    "FileKind",
    "FiledPart",
    "FiledReturn",
    "FilingKind",
    "InterestKind",
    "InterestRate",
    "Invoice",
    "InvoiceEvent",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceMail",
    "InvoiceQuerySet",
    "InvoiceSettings",
    "InvoiceShare",
    "InvoiceStatus",
    "InvoicingRun",
    "MailKind",
    "MailState",
    "NumberSeries",
    "Origin",
    "ReconciliationPart",
    "ReconciliationRun",
    "Reminder",
    "ReminderHold",
    "ReminderMode",
    "ReminderSettings",
    "ReminderStep",
    "RowDisposition",
    "ShareOf",
    "State",
    "StepKind",
]
