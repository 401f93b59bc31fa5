"""What who may invoice must see on every page: bookings that wait, and a connection that is paused.

One query for both, and none for anybody else.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest

from accounts.models import Organisation

from .models import Booking


@dataclass(frozen=True)
class Pause:
    """Since when nothing is sent to e-Boekhouden, and why: a sentence."""

    since: datetime.datetime
    reason: str


def attention(request: HttpRequest) -> dict[str, Any]:
    """For templates: `attention_count` and `connection_pause`, only for who may invoice."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.is_invoicer:
        return {}
    count, is_active, since, reason = (
        Organisation.objects.filter(pk=membership.organisation_id)
        .annotate(needing=_needing_somebody())
        .values_list(
            "needing", "connection__is_active", "connection__paused_at", "connection__pause_text"
        )
        .get()
    )
    pause = Pause(since, reason) if is_active and since else None
    return {"attention_count": count or 0, "connection_pause": pause}


def _needing_somebody() -> Subquery:
    bookings = Booking.objects.filter(organisation=OuterRef("pk")).needing_somebody()
    return Subquery(
        bookings.order_by().values("organisation").annotate(count=Count("pk")).values("count")
    )
