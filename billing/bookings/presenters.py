"""A booking as readers see it: a state, a sentence, and the next steps."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Membership
from integrations.eboekhouden.facts.codes import CodeClass, classify, explain
from lib.formats import euro, number
from lib.text import fill

from ..models import Batch, Booking, BookingKind, State
from .payloads import SCHEMA

TAGS = {
    State.QUEUED: "queued",
    State.BLOCKED: "waiting",
    State.SENDING: "sending",
    State.UNKNOWN: "checking",
    State.CHECKING: "checking",
    State.CONFIRMED: "booked",
    State.REJECTED: "refused",
    State.CONFLICT: "conflict",
    State.CANCELLED: "draft",
}


@dataclass(frozen=True)
class NextStep:
    """An action of a person: a POST of `action`, or a link to `url`.

    Without both, `label` says whom to ask: the reader may not open the page.
    """

    label: str
    action: str = ""
    url: str = ""


ALERTS = {
    State.CONFIRMED: "success",
    State.REJECTED: "danger",
    State.CONFLICT: "danger",
    State.UNKNOWN: "warning",
    State.CHECKING: "warning",
}


@dataclass(frozen=True)
class BookingSummary:
    """A booking as it is shown."""

    booking: Booking
    tag: str
    state: str
    document: str
    gross: Decimal | None
    text: str
    next_steps: tuple[NextStep, ...]

    @property
    def alert(self) -> str:
        """The colour of the sentence."""
        return ALERTS.get(State(self.booking.state), "info")


@dataclass(frozen=True)
class BatchSummary:
    """A batch as shown; its counts and the cancelled bookings add up to `total`."""

    batch: Batch
    total: int
    booked: int
    open: int
    stopped: int
    words: str

    @property
    def is_over(self) -> bool:
        return self.open == 0

    @property
    def title(self) -> str:
        """How far the batch is, as the title of its page."""
        if not self.total:
            return _("Nothing to book in e-Boekhouden")
        if not self.is_over:
            return _("Being booked in e-Boekhouden")
        if self.booked == self.total:
            return _("Everything is booked in e-Boekhouden")
        return _("Booking in e-Boekhouden has ended")

    @property
    def lead(self) -> str:
        """What a person has to do now, if anything."""
        if not self.is_over:
            return _("You can leave this page; booking continues.")
        if self.stopped:
            text = ngettext(
                "%d document needs your decision.", "%d documents need your decision.", self.stopped
            )
            return text % self.stopped
        return _("You need not do anything more.") if self.total else ""


def describe_batch(batch: Batch) -> BatchSummary:
    """Describe a batch with counts, as `12 booked · 2 being checked · 1 refused`."""
    conflicts = batch.conflict_count
    parts = [
        (batch.booked_count, _("%s booked")),
        (batch.checked_count, _("%s being checked")),
        (batch.open_count - batch.checked_count, _("%s waiting to be sent")),
        (batch.refused_count, _("%s refused")),
        (conflicts, ngettext("%s number exists", "%s numbers exist", conflicts)),
        (batch.cancelled_count, _("%s cancelled")),
        (len(batch.skipped), _("%s skipped")),
    ]
    words = " · ".join(text % number(count) for count, text in parts if count)
    stopped = batch.refused_count + conflicts
    return BatchSummary(batch, batch.total, batch.booked_count, batch.open_count, stopped, words)


def describe_booking(
    booking: Booking, *, now: datetime.datetime, reader: Membership | None = None
) -> BookingSummary:
    """Describe the booking in the active language; the next steps are those of the reader."""
    state = State(booking.state)
    return BookingSummary(
        booking=booking,
        tag=TAGS[state],
        state=str(state.label),
        document=document(booking),
        gross=booking.invoice.gross if booking.invoice else None,
        text=_text(booking, now=now),
        next_steps=tuple(_next_steps(booking, reader)) if reader else (),
    )


def document(booking: Booking) -> str:
    """Return the name, as `Invoice TC2026-0124`, `Sales entry 2026-0119`, `Customer K00117`."""
    number = booking.natural_key or (booking.invoice.number if booking.invoice else "")
    return f"{booking.get_kind_display()} {number}".strip()


def _text(booking: Booking, *, now: datetime.datetime) -> str:
    if booking.is_open and booking.payload["schema"] > SCHEMA:
        return _(
            "Created by a newer version of this program. Waiting until the background service "
            "(worker) is updated."
        )
    if booking.state in (State.UNKNOWN, State.CHECKING):
        return _checked(booking, now=now)
    return TEXTS[State(booking.state)](booking)


def _booked(booking: Booking) -> str:
    if booking.kind == BookingKind.SALES_ENTRY:
        location = _("Ledger entry %(number)s in e-Boekhouden.") % {"number": booking.remote_id}
    elif booking.kind == BookingKind.RELATION:
        location = _("In e-Boekhouden as %(number)s.") % {"number": booking.natural_key}
    else:
        location = _("In e-Boekhouden as %(number)s.") % {"number": booking.remote_id}
    how = {
        "agrees": _("The total agrees to the cent."),
        "looked-up": _("Found in e-Boekhouden after no answer was received."),
        "text-differs": _("A text differs from ours."),
        "total-differs": _("The total in e-Boekhouden differs from ours. Compare them."),
        "linked": _("Linked manually."),
    }.get(booking.reason, "")
    return f"{location} {how}".strip()


def _refused(booking: Booking) -> str:
    if booking.reason == "customer":
        return _("Not sent, because the customer was not created in e-Boekhouden.")
    if not booking.code:
        return fill(_("Not sent: %(reason)s."), {"reason": booking.text})
    explanation = explain(booking.code, booking.text, (get_language() or "en")[:2])
    return f"e-Boekhouden: “{booking.text}” ({booking.code}). {explanation}"


def _conflict(booking: Booking) -> str:
    name = (booking.remote_snapshot or {}).get("name", "")
    if booking.kind == BookingKind.RELATION and name:
        text = _("Another relation has this number: %(name)s. Is it the same customer?")
        return fill(text, {"name": name})
    if booking.reason == "several":
        return _(
            "Several documents have this number. Delete the wrong ones in e-Boekhouden, then "
            "check again."
        )
    if booking.reason == "exists-unseen":
        return _("e-Boekhouden reports that this number exists, but does not return the document.")
    if booking.reason == "identical":
        return _(
            "An identical document already exists in e-Boekhouden, but it was not sent from here."
        )
    return _("Another document has this number: %(remote)s.") % {"remote": _in_short(booking)}


def _in_short(booking: Booking) -> str:
    """Describe the record in e-Boekhouden, and the difference between its total and ours."""
    remote = booking.remote_snapshot or {}
    gross = Decimal(remote.get("gross", "0"))
    difference = Decimal(booking.payload["gross"]) - gross
    short = f"{remote.get('relation_code', '')}, {euro(gross)}"
    if difference > 0:
        return _("%(short)s; our amount is %(apart)s higher") % {
            "short": short,
            "apart": euro(difference),
        }
    if difference < 0:
        return _("%(short)s; our amount is %(apart)s lower") % {
            "short": short,
            "apart": euro(-difference),
        }
    return short


def _waiting(booking: Booking) -> str:
    if booking.reason == "customer":
        text = _("Customer %(number)s is created first.")
        if booking.stopped_customer:
            text = _(
                "Customer %(number)s was not created in e-Boekhouden. Open that booking and "
                "decide first."
            )
        return text % {"number": booking.customer.number}
    if booking.reason == "quota":
        return _("The e-Boekhouden request limit has been reached. Sending resumes automatically.")
    return _("Sending resumes as soon as the connection works again.")


def _checked(booking: Booking, *, now: datetime.datetime) -> str:
    if booking.next_at is None or booking.next_at <= now:
        return _(
            "No clear answer was received. You need not do anything: the document is being looked "
            "up."
        )
    text = _(
        "No clear answer was received. You need not do anything: we will look the document up at "
        "%(time)s before sending anything."
    )
    return text % {"time": f"{localtime(booking.next_at):%H:%M}"}


def _queued(booking: Booking) -> str:
    if booking.connection.is_paused:
        return _("On hold: the connection is paused. See Settings → e-Boekhouden.")
    if booking.code and classify(booking.code, booking.text) is CodeClass.QUOTA:
        return _("The e-Boekhouden request limit has been reached. Sending resumes automatically.")
    if booking.reason in ("not-sent", "not-reached"):
        return _(
            "e-Boekhouden could not be reached; nothing was sent. We will try again automatically."
        )
    return _("Will be sent shortly.")


TEXTS: dict[State, Callable[[Booking], str]] = {
    State.CONFIRMED: _booked,
    State.REJECTED: _refused,
    State.CONFLICT: _conflict,
    State.BLOCKED: _waiting,
    State.QUEUED: _queued,
    State.SENDING: lambda booking: _("Sending…"),
    State.CANCELLED: lambda booking: _("Cancelled before it was booked."),
}


def _next_steps(booking: Booking, reader: Membership) -> list[NextStep]:
    next_steps = []
    if booking.state == State.REJECTED:
        next_steps += _fixes(booking, reader)
        next_steps.append(NextStep(_("Book again"), action="again"))
    if booking.state == State.BLOCKED and booking.stopped_customer:
        url = reverse("billing:booking-detail", args=[booking.stopped_customer])
        next_steps.append(NextStep(_("Open the customer's booking"), url=url))
    if booking.state == State.UNKNOWN:
        next_steps.append(NextStep(_("Check now"), action="check"))
    if booking.state == State.CONFLICT:
        url = reverse("billing:booking-detail", args=[booking.pk])
        next_steps.append(NextStep(_("Compare…"), url=url))
    return next_steps


# What e-Boekhouden does not know, by its code.
INSTEAD: Mapping[str, Callable[[], str]] = {
    "CFACT027": lambda: _("Book with another template…"),
    "CFACT028": lambda: _("Book with another template…"),
    "CFACT212": lambda: _("Book with another cost centre…"),
    "CFACT042": lambda: _("Book with another VAT code…"),
    "CMUT033": lambda: _("Book with another VAT code…"),
}


def _replacing(booking: Booking) -> list[NextStep]:
    """A document may take another account or code; its invoice stays as it is."""
    if booking.kind == BookingKind.RELATION or not booking.code:
        return []
    label = INSTEAD.get(booking.code, lambda: _("Book with another account or code…"))
    return [NextStep(label(), url=reverse("billing:booking-replace", args=[booking.pk]))]


def _fixes(booking: Booking, reader: Membership) -> list[NextStep]:
    if booking.reason == "customer" or (booking.kind == BookingKind.RELATION and not booking.code):
        return [_open_customer(booking, reader)]
    match classify(booking.code, booking.text):
        case CodeClass.SETTINGS:
            return [_change_settings(reader), *_replacing(booking)]
        case CodeClass.UNKNOWN:
            return _replacing(booking)
        case CodeClass.DATA | CodeClass.RELATION:
            return [_open_customer(booking, reader)]
    return []


def _open_customer(booking: Booking, reader: Membership) -> NextStep:
    if not reader.is_manager:
        return NextStep(_("Ask a project manager."))
    url = reverse("customers:customer-edit", args=[booking.customer_id])
    return NextStep(_("Open the customer"), url=url)


def _change_settings(reader: Membership) -> NextStep:
    if not reader.is_administrator:
        return NextStep(_("Ask an administrator."))
    return NextStep(_("Change the settings"), url=reverse("integrations:eboekhouden"))
