"""Context of every page for people who may invoice: open actions, and what is under way.

Open actions are bookings that wait for a person, and unreviewed differences of the daily check.
Besides: whether something waits for their approval, a paused connection, and a confirmation that a
worker carries out. All of it takes one query; for other people there is none.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import JSONObject
from django.http import HttpRequest

from accounts.models import Organisation
from registrations.approving.waiting import something_waits

from .models import Booking, Difference, InvoicingRun


@dataclass(frozen=True)
class Pause:
    """The start and the reason of a pause of the connection; the reason is a sentence."""

    since: datetime.datetime
    reason: str


def attention(request: HttpRequest) -> dict[str, Any]:
    """Return `attention_count`, `connection_pause` and others, for people who may invoice."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.is_invoicer:
        return {}
    waits = something_waits(membership) if membership.approves else Q(pk=None)
    approvals, bookings, findings, is_active, since, reason, must_compare, invoicing = (
        Organisation.objects.filter(pk=membership.organisation_id)
        .annotate(
            approvals_waiting=ExpressionWrapper(waits, BooleanField()),
            bookings_needing=_counted(Booking.objects.needs_attention()),
            findings_needing=_counted(Difference.objects.needs_attention()),
            invoicing=_noticed(membership.user_id),
        )
        .values_list(
            "approvals_waiting",
            "bookings_needing",
            "findings_needing",
            "connection__is_active",
            "connection__paused_at",
            "connection__pause_text",
            "connection__must_compare_first",
            "invoicing",
        )
        .get()
    )
    pause = Pause(since, reason) if is_active and since else None
    return {
        "attention_count": (bookings or 0) + (findings or 0),
        "approvals_waiting": approvals,
        "difference_count": findings or 0,
        "connection_pause": pause,
        "invoicing_notice": invoicing,
        "connection_compares": bool(is_active and must_compare and not pause),
    }


def _counted(rows: QuerySet[Any]) -> Subquery:
    """Count the rows of the organisation in a subquery; NULL without rows."""
    of_organisation = rows.filter(organisation=OuterRef("pk")).order_by()
    return Subquery(
        of_organisation.values("organisation").annotate(count=Count("pk")).values("count")
    )


def _noticed(user_id: int) -> Subquery:
    """Return the newest confirmation to tell about, as its page and its notice need it."""
    runs = InvoicingRun.objects.noticed_by(user_id).filter(organisation=OuterRef("pk"))
    return Subquery(
        runs.order_by("-pk").values(found=JSONObject(pk="pk", state="state", total="total"))[:1]
    )
