"""Settings → Organisation, and the logo for its members."""

import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..access import administrator_required, member_required
from ..files import to_file
from ..forms.organisation import OrganisationForm
from ..holidays import holidays_of
from ..login.confirming import is_confirmed, to_confirm
from ..logos import LOGO, remove_logo
from ..models import Organisation
from ..organisations import change_organisation
from ..requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def organisation_settings(request: MemberRequest) -> HttpResponse:
    # Validation writes the typed values into the form's instance; the bar must show the stored
    # ones.
    edited = Organisation.objects.get(pk=request.organisation.pk)
    form = OrganisationForm(
        request.POST or None, request.FILES or None, instance=edited, user_id=request.user.pk
    )
    is_secured = not form.needs_confirmation() or is_confirmed(request)
    if request.method == "POST" and not is_secured and form.is_valid():
        form.add_error("iban" if "iban" in form.changed_data else None, to_confirm())
    if request.method == "POST" and form.is_valid():
        logo = form.cleaned_data["logo"]
        change_organisation(
            request.organisation, details=form.details(), logo=logo, by=request.user
        )
        form.forget_upload()
        messages.success(request, _("The organisation has been saved."))
        return redirect("accounts:organisation-settings")
    if form.errors:
        form.keep_upload()
    status = 422 if form.errors else 200
    context = {"form": form, "holidays": _holidays(request.organisation)}
    return render(request, "accounts/organisation_settings.html", context, status=status)


def _holidays(organisation: Organisation) -> list[tuple[int, list[tuple[datetime.date, str]]]]:
    """Return the holidays of this year and the next; nothing without a country."""
    country, year = organisation.holiday_country, timezone.localdate().year
    years = (year, year + 1) if country else ()
    return [(one, sorted(holidays_of(country, one).items())) for one in years]


@require_POST
@administrator_required
def logo_remove(request: MemberRequest) -> HttpResponse:
    remove_logo(request.organisation)
    messages.success(request, _("The logo has been removed."))
    return redirect("accounts:organisation-settings")


@require_safe
@member_required
def organisation_logo(request: MemberRequest) -> HttpResponse:
    """Lead to the logo of the reader's own organisation."""
    logo = request.organisation.logo
    if not logo or not logo.storage.exists(str(logo.name)):
        raise Http404
    return to_file(request, LOGO, request.organisation.pk, is_cached=True)
