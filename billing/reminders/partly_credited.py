"""The rest of an invoice that was credited in part: how much, and whether that is certain.

In the books an invoice and its credit are open items of their own, whether they were set off there
or not. What is open of them together is what the customer owes, provided that both were seen; see
paid.py. Of what was never booked counts what is known here. In every other case a person decides.
"""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.formats import euro
from lib.money import ZERO

from ..models import Booking, Invoice, InvoiceStatus, State


def set_off(credits: Sequence[Invoice]) -> str:
    """The credit invoices that the requested amount deducts, in the active language."""
    told = ", ".join(
        _("%(number)s of %(total)s") % {"number": one.number, "total": euro(-one.gross)}
        for one in credits
    )
    text = ngettext(
        "credit invoice %(credits)s has been set off",
        "credit invoices %(credits)s have been set off",
        len(credits),
    )
    return text % {"credits": told}


def why_unknown(
    invoice: Invoice, credits: Sequence[Invoice], bookings: Mapping[int, Booking]
) -> str:
    """Why the rest of the invoice is uncertain, and what to do: a sentence, or "".

    `bookings` are those of invoice and credits; the payments of that of the invoice are fresh.
    """
    for credit in credits:
        if why := _why_open(credit) or _why_unseen(credit, invoice, bookings):
            return why % {"number": credit.number}
    if credits and not _adds_up(invoice, credits, is_booked=invoice.pk in bookings):
        return _("The payments, refunds and set-offs do not add up. Contact the customer yourself.")
    return ""


def _why_open(credit: Invoice) -> str:
    """Why the credit invoice is unsettled: not sent yet, or of unknown settlement; or ""."""
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
    """Invoice and credit are known in the same place: both here only, or both in the same books."""
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
    """Nothing was refunded, and the open items agree with the amount we would request."""
    if invoice.paid_amount < 0:
        return False
    if not is_booked or invoice.open_amount is None:
        return not is_booked
    open_there = sum((credit.open_amount or ZERO for credit in credits), invoice.open_amount)
    return open_there == invoice.outstanding
