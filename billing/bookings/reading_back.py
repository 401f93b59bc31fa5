"""After booking: what the service made of it is read back and compared to the cent."""

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import EBoekhoudenError

from ..models import Booking, BookingKind, State
from . import comparing, payloads


def read_back(books: EBoekhouden, booking: Booking) -> None:
    """Keeps a copy of what stands there; `reason` says so when the total differs.

    The booking is confirmed already: if this fails, the daily comparison does it.
    """
    if booking.kind == BookingKind.RELATION or not booking.natural_key:
        return
    try:
        found = (
            books.find_invoice(booking.natural_key)
            if booking.kind == BookingKind.INVOICE
            else books.find_entry(booking.natural_key)
        )
    except EBoekhoudenError:
        return
    if len(found) != 1:
        return
    agrees = comparing.difference(booking.payload, found[0]) == 0
    Booking.objects.filter(pk=booking.pk, state=State.CONFIRMED).update(
        remote_copy=payloads.booked_as_content(found[0]),
        reason="agrees" if agrees else "total-differs",
    )
