"""The timeline of an invoice: its events as sentences in the language of the reader."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from integrations.eboekhouden.facts.codes import explain
from lib.formats import euro

from ..bookings.attempts import describe_attempt
from ..bookings.replacements import Replaceable
from ..mailing import REASONS
from ..models import Attempt, BookingKind, Invoice, InvoiceEvent, State

Details = Mapping[str, Any]


@dataclass(frozen=True)
class TimelineEntry:
    """One entry: a sentence, and below it the time, the user and details."""

    at: datetime.datetime
    title: str
    meta: str


def timeline(invoice: Invoice, *, now: datetime.datetime) -> list[TimelineEntry]:
    """Return the events of the invoice and the attempts of its bookings, latest first."""
    events = [_describe_event(event, now=now) for event in invoice.events.select_related("by")]
    return sorted(events + _exchanges(invoice, now=now), key=lambda one: one.at, reverse=True)


def _describe_event(event: InvoiceEvent, *, now: datetime.datetime) -> TimelineEntry:
    describe = SENTENCES.get(event.kind)
    title, more = describe(event.details) if describe else (event.kind, "")
    who = event.by.first_name if event.by else ""
    return TimelineEntry(event.at, title, _meta(_formatted_moment(event.at, now=now), who, more))


def _exchanges(invoice: Invoice, *, now: datetime.datetime) -> list[TimelineEntry]:
    """Return every attempt of its bookings, with the answer of the service."""
    attempts = Attempt.objects.filter(booking__invoice=invoice).order_by("started_at", "pk")
    summaries = [describe_attempt(attempt) for attempt in attempts]
    return [
        TimelineEntry(
            one.at,
            one.text,
            _meta(_formatted_moment(one.at, now=now), "e-Boekhouden", one.answer_text),
        )
        for one in summaries
    ]


def _formatted_moment(at: datetime.datetime, *, now: datetime.datetime) -> str:
    at, now = localtime(at), localtime(now)
    return f"{at:%d-%m %H:%M}" if at.year == now.year else f"{at:%d-%m-%Y %H:%M}"


def _meta(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


# --- Sentences: title and details -----------------------------------------------------------------


def _drafted(details: Details) -> tuple[str, str]:
    count = details.get("rows", 0)
    text = ngettext(
        "Draft created from %(count)d unbilled registration",
        "Draft created from %(count)d unbilled registrations",
        count,
    )
    return text % {"count": count}, ""


def _final(details: Details) -> tuple[str, str]:
    if not details.get("number"):
        return _("Finalised"), _("e-Boekhouden assigns the number")
    return _("Finalised as %(number)s") % details, ""


def _mailed(details: Details) -> tuple[str, str]:
    return _("Sent to %(to)s") % details, ", ".join(details.get("files", ["PDF"]))


def _reminded(details: Details) -> tuple[str, str]:
    return _("Reminder %(step)s sent to %(to)s") % details, ", ".join(details["files"])


def _mail_failed(details: Details) -> tuple[str, str]:
    reason = REASONS.get(details.get("reason", ""), "")
    return _("The e-mail was not sent"), str(reason)


def _booked(details: Details) -> tuple[str, str]:
    how = (
        _("found in e-Boekhouden after no answer was received")
        if details.get("reason") == "looked-up"
        else ""
    )
    names = {"number": details.get("remote_id", "")}
    if details.get("kind") == BookingKind.SALES_ENTRY:
        return _("Booked in e-Boekhouden as ledger entry %(number)s") % names, how
    return _("Created in e-Boekhouden as %(number)s") % names, how


def _stopped(details: Details) -> tuple[str, str]:
    if details.get("state") == State.CONFLICT:
        return _("Not booked: the number exists in e-Boekhouden"), ""
    code, text = details.get("code", ""), details.get("text", "")
    why = explain(code, text, (get_language() or "en")[:2]) if code else text
    return _("Refused by e-Boekhouden"), why


# What was replaced in a booking, in words.
REPLACED: Mapping[str, Callable[[], str]] = {
    Replaceable.TEMPLATE: lambda: _("template"),
    Replaceable.DEBTOR_ACCOUNT: lambda: _("debtors account"),
    Replaceable.LEDGER_ACCOUNT: lambda: _("ledger account"),
    Replaceable.COST_CENTRE: lambda: _("cost centre"),
    Replaceable.VAT_CODE: lambda: _("VAT code"),
}


def _booked_with(details: Details) -> tuple[str, str]:
    return _("Booking changed: %(changes)s") % {"changes": changes_in_words(details)}, details[
        "reason"
    ]


def changes_in_words(details: Details) -> str:
    """What a booking takes instead of what its invoice says, as `ledger account 8010 → 8000`."""
    none = _("none")
    return ", ".join(
        f"{REPLACED[what]()} {before} → {after if after != '0' else none}"
        for what, before, after in details["changes"]
    )


def _cancelled(details: Details) -> tuple[str, str]:
    return _("Booking cancelled"), details.get("reason", "")


def _partly_paid(details: Details) -> tuple[str, str]:
    amounts = {"paid": euro(Decimal(details["paid"])), "gross": euro(Decimal(details["gross"]))}
    return _("Paid %(paid)s of %(gross)s according to e-Boekhouden") % amounts, ""


def _open_again(details: Details) -> tuple[str, str]:
    amount = {"amount": euro(Decimal(details["open"]))}
    return _("Outstanding again according to e-Boekhouden: %(amount)s") % amount, ""


def _credit_drafted(details: Details) -> tuple[str, str]:
    return _("Draft that credits invoice %(of)s") % details, details.get("reason", "")


def _credited(details: Details) -> tuple[str, str]:
    amount = euro(-Decimal(details["gross"]))
    if not details.get("number"):
        return _("Credited, %(amount)s") % {"amount": amount}, _("e-Boekhouden assigns the number")
    names = {"number": details["number"], "amount": amount}
    return _("Credited by %(number)s, %(amount)s") % names, ""


def _credit_withdrawn(details: Details) -> tuple[str, str]:
    text = _("Credit invoice %(number)s was cancelled") % {"number": details.get("number", "")}
    return " ".join(text.split()), ""


SENTENCES: dict[str, Callable[[Details], tuple[str, str]]] = {
    "drafted": _drafted,
    "begun": lambda details: (_("Empty draft created"), ""),
    "edited": lambda details: (_("Draft changed"), ""),
    "final": _final,
    "mailed": _mailed,
    "reminded": _reminded,
    "no-reminders": lambda details: (_("No reminders"), details.get("reason", "")),
    "reminders-again": lambda details: (_("Reminders resumed"), ""),
    "marked-sent": lambda details: (_("Marked as sent"), ""),
    "marked-paid": lambda details: (_("Marked as paid"), ""),
    "marked-paid-undone": lambda details: (_("Marked as paid, later undone"), ""),
    "payment-undone": lambda details: (_("No longer marked as paid"), ""),
    "paid-there": lambda details: (_("Paid according to e-Boekhouden"), ""),
    "partly-paid": _partly_paid,
    "open-again": _open_again,
    "credit-drafted": _credit_drafted,
    "credited": _credited,
    "credit-withdrawn": _credit_withdrawn,
    "marked-settled": lambda details: (_("Marked as settled"), ""),
    "marked-settled-undone": lambda details: (_("Marked as settled, later undone"), ""),
    "settlement-undone": lambda details: (_("No longer marked as settled"), ""),
    "settled-there": lambda details: (_("Settled according to e-Boekhouden"), ""),
    "mail-failed": _mail_failed,
    "booked": _booked,
    "booking-stopped": _stopped,
    "booked-with": _booked_with,
    "booked-again": lambda details: (_("Sent to e-Boekhouden again"), ""),
    "replaced-by": lambda details: (
        _("Cancelled: the number was already used in e-Boekhouden. Replaced by %(number)s")
        % details,
        "",
    ),
    "replaces": lambda details: (_("Replaces %(number)s") % details, ""),
    "linked": lambda details: (_("Linked to the document in e-Boekhouden"), ""),
    "cancelled": _cancelled,
}
