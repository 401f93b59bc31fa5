"""Finance → Bookings: the documents for e-Boekhouden, and their state."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from lib.clock import database_now
from lib.paging import IdsFirst, page_of

from ..bookings.attempts import describe_attempts
from ..bookings.listing import bookings_to_list, count_by_state
from ..bookings.presenters import describe_batch, describe_booking
from ..bookings.recording import progress_of
from ..bookings.side_by_side import sides
from ..invoices.timeline import changes_in_words
from ..models import Batch, Booking, InvoiceEvent, State
from ..models.booking import NEEDS_ATTENTION, OPEN_STATES, BatchQuerySet, BookingQuerySet
from ..resolving import actions, renumbering
from ..resolving import rules as interventions

# The chips above the list, and the states behind each.
VIEWS: dict[str, tuple[str, ...]] = {
    "needs-you": NEEDS_ATTENTION,
    "in-progress": OPEN_STATES,
    "booked": (State.CONFIRMED,),
    "all": tuple(State),
}

# So many reasons why something is not in a batch are shown at first.
MOST_SKIPPED = 20


@require_safe
@invoicer_required
def booking_list(request: MemberRequest) -> HttpResponse:
    """List the bookings; those that need attention come first."""
    bookings = Booking.objects.filter(organisation=request.organisation)
    by_state = count_by_state(bookings)
    counts = {
        name: sum(by_state.get(state, 0) for state in states) for name, states in VIEWS.items()
    }
    shown = request.GET.get("show", "")
    if shown not in VIEWS:
        shown = "needs-you" if counts["needs-you"] else "all"
    rows = bookings if shown == "all" else bookings.filter(state__in=VIEWS[shown])
    page = page_of(request, IdsFirst(rows, bookings_to_list, total=counts[shown]))
    newest = Batch.objects.filter(organisation=request.organisation).values("pk")[:1]
    latest, now = _batches(request).filter(pk=newest).first(), database_now()
    context = {
        "chips": _chips(counts, shown=shown),
        "page": page,
        "rows": [describe_booking(one, now=now, reader=request.membership) for one in page],
        "batch": describe_batch(latest) if latest and latest.open_count else None,
    }
    return render(request, "billing/bookings/booking_list.html", context)


def _chips(counts: dict[str, int], *, shown: str) -> list[tuple[str, str, bool, int]]:
    """Return label, URL, whether it is the current one, and the number of bookings."""
    labels = {
        "needs-you": _("Action required"),
        "in-progress": _("In progress"),
        "booked": _("Booked"),
        "all": _("All"),
    }
    return [(label, f"?show={name}", name == shown, counts[name]) for name, label in labels.items()]


@require_safe
@invoicer_required
def batch_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the progress of one batch and a page of its bookings; refreshes until it is complete."""
    batch, now = get_object_or_404(_batches(request), pk=pk), database_now()
    bookings = batch.bookings.attention_first()
    page = page_of(request, IdsFirst(bookings, bookings_to_list, total=bookings.count()))
    most = None if request.GET.get("skipped") == "all" else MOST_SKIPPED
    skipped = batch.skipped[:most]
    context = {
        "batch": describe_batch(batch),
        "skipped": skipped,
        "more_skipped": len(batch.skipped) - len(skipped),
        "page": page,
        "rows": [describe_booking(one, now=now, reader=request.membership) for one in page],
    }
    template = (
        "billing/bookings/_batch.html" if request.htmx else "billing/bookings/batch_detail.html"
    )
    return render(request, template, context)


@require_safe
@invoicer_required
def booking_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a booking with its attempts; for a conflict, both sides next to each other."""
    booking = get_object_or_404(_bookings(request), pk=pk)
    summary = describe_booking(booking, now=database_now(), reader=request.membership)
    context = {
        "booking": booking,
        "booking_summary": summary,
        "attempts": describe_attempts(booking),
        "may_cancel": interventions.may_cancel(progress_of(booking)),
        "may_renumber": renumbering.may_take_new_number(booking),
        "may_look_again": booking.state == State.CONFLICT,
        "may_link": interventions.may_link(progress_of(booking)) and bool(booking.remote_snapshot),
        "facts": sides(booking),
        "replacing": _replacing(booking),
    }
    return render(request, "billing/bookings/booking_detail.html", context)


@require_POST
@invoicer_required
def booking_action(request: MemberRequest, pk: int, action: str) -> HttpResponse:
    """Carry out the action of a person: check now, book again, link, or cancel."""
    booking = get_object_or_404(_bookings(request), pk=pk)
    if action not in ACTIONS:
        raise Http404
    carry_out, done = ACTIONS[action]
    try:
        carry_out(booking, request)
        messages.success(request, done())
    except actions.AlreadyLinked:
        text = _(
            "Another document is already linked to this record. Cancel one of the two bookings."
        )
        messages.error(request, text)
    except actions.RowsMoved as moved:
        messages.error(request, str(moved))
    except actions.Comparing:
        text = _("Restored from a backup: you can decide this after the comparison has finished.")
        messages.warning(request, text)
    except actions.NoLonger:
        messages.warning(request, _("This booking has changed in the meantime. Reload the page."))
    return redirect("billing:booking-detail", booking.pk)


def _check_now(booking: Booking, request: MemberRequest) -> None:
    actions.check_now(booking, now=database_now())


def _book_again(booking: Booking, request: MemberRequest) -> None:
    actions.book_again(booking, by=request.user, now=timezone.now())


def _link(booking: Booking, request: MemberRequest) -> None:
    actions.link(booking, by=request.user, now=timezone.now())


def _renumber(booking: Booking, request: MemberRequest) -> None:
    renumbering.take_new_number(booking, by=request.user, now=timezone.now())


def _cancel(booking: Booking, request: MemberRequest) -> None:
    # PostgreSQL stores no NUL.
    reason = request.POST.get("reason", "").replace("\0", "")[:300]
    actions.cancel(booking, by=request.user, now=timezone.now(), reason=reason)


Choice = Callable[[Booking, MemberRequest], None]
ACTIONS: dict[str, tuple[Choice, Callable[[], str]]] = {
    "check": (_check_now, lambda: _("The look-up has been started.")),
    "again": (_book_again, lambda: _("Sending again with the current settings.")),
    "renumber": (_renumber, lambda: _("Sending under a new number.")),
    "link": (_link, lambda: _("Linked to the document in e-Boekhouden.")),
    "cancel": (_cancel, lambda: _("The booking has been cancelled.")),
}


def _bookings(request: MemberRequest) -> BookingQuerySet:
    return Booking.objects.filter(organisation=request.organisation).for_display()


def _replacing(booking: Booking) -> list[tuple[InvoiceEvent, str]]:
    """Who let the booking take something else than its invoice says, and what."""
    events = InvoiceEvent.objects.filter(invoice=booking.invoice_id, kind="booked-with")
    own = events.filter(details__booking=booking.pk).select_related("by").order_by("-at")
    return [(event, changes_in_words(event.details)) for event in own]


def _batches(request: MemberRequest) -> BatchQuerySet:
    batches = Batch.objects.filter(organisation=request.organisation)
    return batches.select_related("created_by").with_counts()
