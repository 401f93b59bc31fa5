"""Exports of data: asking for one, its progress, the download."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrator_required, member_required
from accounts.login.confirming import is_confirmed, to_confirm
from accounts.models import Membership
from accounts.requests import MemberRequest
from accounts.views.employees import person_or_404

from .. import events, retention
from ..exports import delete_file, exports_of, start_export
from ..models import DataExport, ExportScope

# Earlier exports that a page shows.
SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def own_data(request: MemberRequest) -> HttpResponse:
    """My profile → Your data: everything that is kept of the reader."""
    return _page(request, "privacy/own_data.html", ExportScope.OWN, request.membership)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def employee_data(request: MemberRequest, pk: int) -> HttpResponse:
    """What is kept of an employee, and the way to erase them."""
    person = person_or_404(request, pk)
    return _page(request, "privacy/employee_data.html", ExportScope.PERSON, person)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def organisation_data(request: MemberRequest) -> HttpResponse:
    """Settings → Data: everything of the organisation."""
    return _page(request, "privacy/organisation_data.html", ExportScope.ORGANISATION, None)


def _page(
    request: MemberRequest, template: str, scope: ExportScope, person: Membership | None
) -> HttpResponse:
    """Show the exports that the reader asked for; a post asks for one."""
    problem: Any = ""
    if request.method == "POST" and is_confirmed(request):
        start_export(
            request.organisation, scope=scope, membership=person, by=request.user,
            now=timezone.now(),
        )  # fmt: skip
        return redirect(request.path)
    if request.method == "POST":
        problem = to_confirm()
    exports = _exports(request, scope, person)
    context = {
        "exports": exports,
        "running": next((one for one in exports if not one.is_over), None),
        "person": person,
        "problem": problem,
        "days": retention.EXPORTS.days,
    }
    return render(request, template, context, status=422 if problem else 200)


def _exports(
    request: MemberRequest, scope: ExportScope, person: Membership | None
) -> list[DataExport]:
    mine = exports_of(
        request.user, organisation=request.organisation, scope=scope, membership=person
    )
    return list(mine[:SHOWN])


def _mine(request: MemberRequest) -> "QuerySet[DataExport]":
    """Return the exports that the reader asked for and may still have."""
    mine = DataExport.objects.filter(organisation=request.organisation, started_by=request.user)
    if request.membership.is_administrator:
        return mine
    return mine.filter(scope=ExportScope.OWN, membership=request.membership)


@require_safe
@member_required
def export_download(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Download the ZIP; only who asked for it, shortly after logging in or confirming."""
    export = get_object_or_404(_mine(request).select_related("membership__user"), pk=pk)
    if not export.is_downloadable:
        messages.error(request, _("This export was deleted. Make a new one."))
        return redirect(page_of(export))
    if not is_confirmed(request):
        query = urlencode({"next": page_of(export)})
        return redirect(f"{reverse('account_reauthenticate')}?{query}")
    try:
        content = export.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    events.record(
        events.DOWNLOADED,
        organisation=export.organisation_id,
        membership=export.membership_id,
        scope=export.scope,
        by=request.user.pk,
    )
    answer = FileResponse(content, as_attachment=True, filename=_name(export))
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@member_required
def export_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete the ZIP before its time."""
    export = get_object_or_404(_mine(request), pk=pk)
    if export.file:
        delete_file(export)
    messages.success(request, _("The export has been deleted."))
    return redirect(page_of(export))


def page_of(export: DataExport) -> str:
    """Return the page on which the export was asked for."""
    match export.scope:
        case ExportScope.OWN:
            return reverse("privacy:own-data")
        case ExportScope.PERSON:
            return reverse("privacy:employee-data", args=[export.membership_id])
    return reverse("privacy:organisation-data")


def _name(export: DataExport) -> str:
    whose = export.membership or export.organisation
    day = timezone.localdate(export.ended_at) if export.ended_at else timezone.localdate()
    return f"{slugify(str(whose)) or 'data'}-{day.isoformat()}.zip"
