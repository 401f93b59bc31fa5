"""Context of every page of a member: the timer in the bar, read together with the member."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import Membership
from lib.spans import ONE_MINUTE

from .approving.waiting import something_waits, waiting_for
from .models import Timer
from .register.timing import timer_of


def timer(request: HttpRequest) -> dict[str, Any]:
    """Return `running_timer`, or None for it, and `timer_start_url`."""
    membership = getattr(request, "membership", None)
    if membership is None:
        return {}
    found = timer_of(membership)
    running = _shown(found) if found else None
    found_waiting: dict[str, Any] = {}
    if membership.approves and not membership.is_invoicer:
        # Who invoices reads it in the query of billing, with what else needs them.
        found_waiting = {"approvals_waiting": SimpleLazyObject(lambda: _has_waiting(membership))}
    return {
        **found_waiting,
        "running_timer": running,
        "timer_start_url": reverse("registrations:timer-start"),
        # Counted only where the tab is shown.
        "approvals_count": SimpleLazyObject(lambda: _waiting(membership)),
    }


def _has_waiting(membership: Membership) -> bool:
    return Membership.objects.filter(something_waits(membership), pk=membership.pk).exists()


def _waiting(membership: Membership) -> int:
    return waiting_for(membership) if membership.approves else 0


def _shown(found: Timer) -> dict[str, Any]:
    passed = (found.stopped_at or timezone.now()) - found.started_at
    return {
        "label": str(found.project or _("no project")),
        "minutes": passed // ONE_MINUTE,
        # To count on from; a timer that stands still does not count.
        "seconds": None if found.stopped_at else int(passed.total_seconds()),
        "is_stopped": found.stopped_at is not None,
        "stop_url": reverse("registrations:timer-stop"),
        "url": reverse("registrations:timer"),
    }
