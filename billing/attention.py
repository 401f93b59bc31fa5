"""How many bookings need somebody: the figure at the bell and at the tab."""

from django.http import HttpRequest

from .models import Booking


def attention(request: HttpRequest) -> dict[str, int]:
    """For templates: `attention_count`, only for who may invoice."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.is_invoicer:
        return {}
    bookings = Booking.objects.filter(organisation=membership.organisation_id)
    return {"attention_count": bookings.needing_somebody().count()}
