"""The rest of an invoice that was credited in part: how much, and whether that is certain.

In the ledger an invoice and its credit are open items of their own, whether set off or not. The
customer owes the sum of both open amounts, provided that both were seen; see
payments/allocation.py. For invoices that were never booked, the amounts known here count. In every
other case a person decides.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.formats import euro
from lib.money import ZERO

from ..models import Booking, Invoice, InvoiceStatus, State


def set_off(credits: Sequence[Invoice]) -> str:
    """Return the credit invoices that the requested amount deducts, in the active language."""
    texts = ", ".join(
        _("%(number)s of %(total)s") % {"number": one.number, "total": euro(-one.gross)}
        for one in credits
    )
    text = ngettext(
        "credit invoice %(credits)s has been set off",
        "credit invoices %(credits)s have been set off",
        len(credits),
    )
    return text % {"credits": texts}


def why_unknown(
    invoice: Invoice, credits: Sequence[Invoice], bookings: Mapping[int, Booking]
) -> str:
    """Return why the rest of the invoice is uncertain, and what to do, or "".

    `bookings` are those of the invoice and its credits; payments of the invoice are up to date.
    """
    for credit in credits:
        if why := _why_open(credit) or _why_unseen(credit, invoice, bookings):
            return why % {"number": credit.number}
    if credits and not _adds_up(invoice, credits, is_booked=invoice.pk in bookings):
        return _("The payments, refunds and set-offs do not add up. Contact the customer yourself.")
    return ""


def _why_open(credit: Invoice) -> str:
    """Return why the credit invoice is unsettled: not sent yet, or of unknown settlement; or ""."""
    if credit.is_draft:
        return _("There is a draft credit invoice for this invoice. Send or delete it.")
    if credit.status == InvoiceStatus.FINAL:
        return _("Credit invoice %(number)s has not been sent yet. Send it first.")
    if credit.status == InvoiceStatus.PAID:
        return _(
            "Credit invoice %(number)s is marked as settled; it is unknown whether it was "
            "refunded or set off. Request the remaining amount yourself."
        )
    return ""


def _why_unseen(credit: Invoice, invoice: Invoice, bookings: Mapping[int, Booking]) -> str:
    """Return why invoice and credit cannot be compared, or "".

    Both must be known in the same place: only here, or in the same administration.
    """
    one, other = bookings.get(invoice.pk), bookings.get(credit.pk)
    if one is None and other is None:
        return ""
    if one is None or other is None or other.state != State.CONFIRMED:
        return _(
            "The invoice and credit invoice %(number)s are not both in e-Boekhouden. Book both, "
            "or request the remaining amount yourself."
        )
    if one.administration != other.administration or credit.open_amount is None:
        return _(
            "Credit invoice %(number)s is not among the open items (Openstaande posten), so the "
            "outstanding amount is unknown. Request the remaining amount yourself."
        )
    return ""


def _adds_up(invoice: Invoice, credits: Sequence[Invoice], *, is_booked: bool) -> bool:
    """Return whether nothing was refunded and the open items equal the requested amount."""
    if invoice.paid_amount < 0:
        return False
    if not is_booked or invoice.open_amount is None:
        return not is_booked
    open_there = sum((credit.open_amount or ZERO for credit in credits), invoice.open_amount)
    return open_there == invoice.outstanding
