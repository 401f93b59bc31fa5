"""What people who may invoice see on every page: open actions, and a paused connection.

Bookings that wait for a person, and findings of the daily check that nobody has seen. One query for
all of it, and none for anybody else.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from accounts.models import Organisation

from .models import Booking, Difference


@dataclass(frozen=True)
class Pause:
    """Since when the connection is paused, and why: a sentence."""

    since: datetime.datetime
    reason: str


def attention(request: HttpRequest) -> dict[str, Any]:
    """For templates: `attention_count` and `connection_pause`, only for who may invoice."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.is_invoicer:
        return {}
    bookings, findings, is_active, since, reason, must_compare = (
        Organisation.objects.filter(pk=membership.organisation_id)
        .annotate(
            bookings_needing=_counted(Booking.objects.needs_attention()),
            findings_needing=_counted(Difference.objects.needs_attention()),
        )
        .values_list(
            "bookings_needing",
            "findings_needing",
            "connection__is_active",
            "connection__paused_at",
            "connection__pause_text",
            "connection__must_compare_first",
        )
        .get()
    )
    pause = Pause(since, reason) if is_active and since else None
    return {
        "attention_count": (bookings or 0) + (findings or 0),
        "difference_count": findings or 0,
        "connection_pause": pause,
        "connection_compares": bool(is_active and must_compare and not pause),
    }


def _counted(rows: QuerySet[Any]) -> Subquery:
    """How many of the organisation's; nothing where there are none."""
    theirs = rows.filter(organisation=OuterRef("pk")).order_by()
    return Subquery(theirs.values("organisation").annotate(count=Count("pk")).values("count"))
