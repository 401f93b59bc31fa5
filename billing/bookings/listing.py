"""The page of a list of bookings: what is shown of each, and no copies of documents."""

from collections.abc import Sequence

from django.db.models import Count

from ..models import Booking, BookingQuerySet, State
from ..models.booking import OPEN_STATES

# States whose description reads the copies of the document: presenters.describe_booking.
WITH_COPIES = (*OPEN_STATES, State.CONFLICT)


def count_by_state(bookings: BookingQuerySet) -> dict[str, int]:
    """Return the number of bookings in each state that occurs, from an index alone."""
    groups = bookings.order_by().values_list("state").annotate(count=Count("*"))
    return dict(groups)


def bookings_to_list(ids: Sequence[int]) -> list[Booking]:
    """Load what presenters.describe_booking reads of these bookings, in two queries."""
    rows = Booking.objects.filter(pk__in=ids).order_by().for_display()
    found = list(rows.defer("payload", "remote_snapshot", "replacements"))
    reading = {booking.pk: booking for booking in found if booking.state in WITH_COPIES}
    copies = Booking.objects.filter(pk__in=reading).order_by()
    for pk, payload, snapshot in copies.values_list("pk", "payload", "remote_snapshot"):
        reading[pk].payload, reading[pk].remote_snapshot = payload, snapshot
    return found
