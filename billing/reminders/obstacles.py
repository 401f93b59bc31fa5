"""The reasons why a due reminder cannot be sent, as sentences."""

import datetime

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from integrations.models import Connection
from lib.days import ONE_DAY
from lib.formats import day

from ..mailing.letters import why_not_to
from ..models import Booking, Invoice, State, StepKind
from .claims import kind_for
from .due import open_amount, step_of
from .interest_rates import half_year_of, known_until
from .letters import step_texts
from .loading import Surroundings
from .partly_credited import why_unknown

# Payments that were fetched longer ago are too old to remind by.
FRESH = datetime.timedelta(days=1)


def why_not(invoice: Invoice, surroundings: Surroundings, *, now: datetime.datetime) -> str:
    """Return why the due reminder of an invoice may not be sent now: a sentence, or ""."""
    return (
        _copied_or_restored(surroundings)
        or _held_by_people(invoice, surroundings)
        or _unknown_payments(invoice, surroundings, now=now)
        or _not_to_be_mailed(invoice, surroundings)
        or _unknown_percentage(invoice, surroundings, today=localdate(now))
    )


def _copied_or_restored(surroundings: Surroundings) -> str:
    """Refuse in a copy of the database, and in a restored one, which lacks recent payments."""
    if surroundings.is_copied:
        return _("This database is a copy. No e-mails are sent to customers.")
    if surroundings.is_moved:
        return _(
            "This database was copied or restored elsewhere. No reminders are sent until an "
            "administrator saves Settings → Reminders here."
        )
    if surroundings.connection and surroundings.connection.must_compare_first:
        return _("Restored from a backup: no reminders are sent until the comparison is complete.")
    return ""


def _held_by_people(invoice: Invoice, surroundings: Surroundings) -> str:
    invoice_hold = surroundings.holds.get(("invoice", invoice.pk))
    hold = invoice_hold or surroundings.holds.get(("customer", invoice.customer_id))
    if hold is None:
        return ""
    names = {"reason": hold.reason, "day": day(hold.until) if hold.until else ""}
    if hold.until:
        return _("No reminders before %(day)s: %(reason)s") % names
    return _("No reminders: %(reason)s") % names


def _unknown_payments(
    invoice: Invoice, surroundings: Surroundings, *, now: datetime.datetime
) -> str:
    """Refuse if the payments in e-Boekhouden are unknown.

    For an invoice that was never booked, the payments known here are enough.
    """
    booking = surroundings.bookings.get(invoice.pk)
    if open_amount(invoice) <= 0:
        return _("Nothing is outstanding.")
    unread = _unread_there(invoice, booking, surroundings, now=now) if booking else ""
    invoice_credits = surroundings.credits.get(invoice.pk, ())
    return unread or why_unknown(invoice, invoice_credits, surroundings.bookings)


def _unread_there(
    invoice: Invoice, booking: Booking, surroundings: Surroundings, *, now: datetime.datetime
) -> str:
    if booking.state != State.CONFIRMED:
        return _("The booking in e-Boekhouden is not complete, so payment cannot be tracked.")
    if not _follows(surroundings.connection, booking) or not is_fresh(
        surroundings.connection, now=now
    ):
        return _(
            "The payments in e-Boekhouden were last fetched more than a day ago, or never. Fetch "
            "payments first."
        )
    if invoice.open_seen_at is None:
        return _(
            "This invoice is not among the open items (Openstaande posten) in e-Boekhouden. Check "
            "whether it is paid and, if so, mark it as paid."
        )
    return ""


def _follows(connection: Connection | None, booking: Booking) -> bool:
    """Return whether the invoice is booked in the administration whose payments are fetched."""
    return connection is not None and booking.administration == connection.administration_key


def is_fresh(connection: Connection | None, *, now: datetime.datetime) -> bool:
    """Return whether payments were fetched at most a day ago."""
    seen = connection.payments_seen_at if connection else None
    return seen is not None and seen >= now - FRESH


def _not_to_be_mailed(invoice: Invoice, surroundings: Surroundings) -> str:
    if invoice.pk in surroundings.mailing or invoice.pk in surroundings.queued:
        return _("An e-mail with this invoice is being sent.")
    if why := why_not_to(surroundings.addresses[invoice.pk]):
        return why
    step = step_of(invoice, surroundings.plan)
    _subject, body = step_texts(step, language=invoice.language)
    if "{iban}" in body and not invoice.organisation.iban:
        return _("Your IBAN is missing. Enter it under Settings → Organisation.")
    is_named = "{open_amount}" in body or "{claim}" in body
    if not is_named and open_amount(invoice) != invoice.gross:
        return _(
            "Only a part is outstanding, and the text of this step does not contain "
            "{open_amount}. Add it under Settings → Reminders."
        )
    if step.kind == StepKind.NOTICE and surroundings.late_ones[invoice.customer_id] > 1:
        return _(
            "This customer has several overdue invoices, which belong in one fourteen-day letter "
            "(article 6:96 BW). Write that letter yourself."
        )
    return ""


def _unknown_percentage(
    invoice: Invoice, surroundings: Surroundings, *, today: datetime.date
) -> str:
    """Refuse interest by a percentage that nobody entered or checked for its days."""
    if not step_of(invoice, surroundings.plan).with_interest:
        return ""
    kind = kind_for(is_business=invoice.customer.is_business)
    known = surroundings.plan.percentages[kind]
    if invoice.due_on + ONE_DAY < known[0].day:
        text = _(
            "This invoice was due before %(day)s, from which the percentages of statutory interest "
            "are known. Write this letter yourself."
        )
        return text % {"day": day(known[0].day)}
    if known_until(known) < today:
        text = _(
            "This step charges statutory interest, and the percentage from %(day)s has not been "
            "entered. Check it under Settings → Reminders."
        )
        return text % {"day": day(half_year_of(today))}
    return ""
