"""Booking with another account, cost centre, code or template."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from lib.clock import database_now

from ..bookings.presenters import describe_booking
from ..bookings.replacements import Replaceable
from ..forms.replacing import ReplacementForm
from ..models import Booking
from ..resolving.actions import Comparing, NoLonger
from ..resolving.replacing import (
    book_with,
    invoice_of,
    may_replace,
    values_to_replace,
    vat_codes_instead_of,
)


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
def booking_replace(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask which account, cost centre, code or template to take instead, and why; then queue it."""
    bookings = Booking.objects.filter(organisation=request.organisation).for_display()
    booking = get_object_or_404(bookings, pk=pk)
    if not may_replace(booking):
        messages.warning(request, _("This booking has changed in the meantime. Reload the page."))
        return redirect("billing:booking-detail", pk)
    values = values_to_replace(booking)
    codes = [value for what, value, _now in values if what is Replaceable.VAT_CODE]
    form = ReplacementForm(
        request.POST or None,
        booking=booking,
        values=values,
        vat_codes={code: vat_codes_instead_of(code, invoice_of(booking)) for code in codes},
    )
    if request.method == "POST" and form.is_valid():
        return _carried_out(request, booking, form)
    context = {
        "booking": booking,
        "booking_summary": describe_booking(booking, now=database_now()),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "billing/bookings/booking_replace.html", context, status=status)


def _carried_out(request: MemberRequest, booking: Booking, form: ReplacementForm) -> HttpResponse:
    reason = form.cleaned_data["reason"]
    try:
        book_with(booking, form.chosen, reason=reason, by=request.user, now=timezone.now())
        messages.success(request, _("Sending again with what you chose."))
    except Comparing:
        text = _("Restored from a backup: you can decide this after the comparison has finished.")
        messages.warning(request, text)
    except NoLonger:
        messages.warning(request, _("This booking has changed in the meantime. Reload the page."))
    return redirect("billing:booking-detail", booking.pk)
