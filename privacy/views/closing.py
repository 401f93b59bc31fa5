"""Settings → Data → Close: what happens, and closing and reopening the organisation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrator_required
from accounts.login.confirming import is_confirmed, to_confirm
from accounts.requests import MemberRequest

from .. import retention
from ..closing import CannotClose, Unfinished, close, reopen, reopenable_until, unfinished
from ..forms import TypedNameForm
from ..models import DataExport, ExportScope
from .erasing import InTheWay


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def organisation_close(request: MemberRequest) -> HttpResponse:
    """Offer the last export, say what happens, and close with the typed name."""
    organisation = request.organisation
    form = TypedNameForm(request.POST or None, wanted=organisation.name)
    found = unfinished(organisation)
    if request.method == "POST" and form.is_valid() and not is_confirmed(request):
        form.add_error(None, to_confirm())
    elif request.method == "POST" and form.is_valid():
        try:
            close(organisation, by=request.user, now=timezone.now())
        except CannotClose as changed:
            found = changed.unfinished
        else:
            messages.success(request, _("The organisation has been closed."))
            return redirect("privacy:organisation-close")
    exports = DataExport.objects.filter(organisation=organisation, scope=ExportScope.ORGANISATION)
    context = {
        "form": form,
        "obstacles": [_in_the_way(what, count) for what, count in found.items()],
        "last_export": exports.filter(state="finished").first(),
        "reopenable_until": reopenable_until(organisation),
        "days": retention.REOPENING.days,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "privacy/organisation_close.html", context, status=status)


@require_POST
@administrator_required
def organisation_reopen(request: MemberRequest) -> HttpResponse:
    """Make a closed organisation what it was, without the codes of e-Boekhouden."""
    if reopen(request.organisation, by=request.user):
        messages.success(
            request,
            _("The organisation is open again. Enter new security codes to use e-Boekhouden."),
        )
    return redirect("privacy:organisation-close")


def _in_the_way(what: Unfinished, count: int) -> InTheWay:
    match what:
        case Unfinished.BOOKINGS:
            text = ngettext(
                "%(count)d booking is not finished. Wait for it, correct it or cancel it first.",
                "%(count)d bookings are not finished. Wait for them, correct or cancel them first.",
                count,
            )
            return InTheWay(text % {"count": count}, reverse("billing:booking-list"), _("Bookings"))
        case Unfinished.DRAFTS:
            text = ngettext(
                "%(count)d invoice is still a draft. Send it or delete it first.",
                "%(count)d invoices are still drafts. Send or delete them first.",
                count,
            )
            url = f"{reverse('billing:invoice-list')}?status=draft"
            return InTheWay(text % {"count": count}, url, _("Invoices"))
        case Unfinished.MAILS:
            return InTheWay(
                _("An e-mail to a customer is still being sent. Wait until it is sent.")
            )
    return InTheWay(_("An import, an export or a check is still running. Wait until it is over."))
