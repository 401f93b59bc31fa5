"""Settings → Integrations and Settings → e-Boekhouden."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import administrator_required
from accounts.login.confirming import is_confirmed, to_confirm
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.clock import database_now

from .answers import in_words
from .connecting import (
    AdministrationTaken,
    ConnectionTest,
    activate,
    deactivate,
    save_connection,
    test_connection,
)
from .forms import ConnectionForm
from .models import Connection

PAGE = "integrations:eboekhouden"
EVENTS_SHOWN = 8


@require_safe
@administrator_required
def integration_list(request: MemberRequest) -> HttpResponse:
    """List the programs that an organisation can be connected with."""
    connection = Connection.objects.filter(organisation=request.organisation).first()
    return render(request, "integrations/integration_list.html", {"connection": connection})


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code_1", "code_2")
@sensitive_variables("form")
@never_cache
@administrator_required
@limited("connection tests", methods=("POST",))
def eboekhouden(request: MemberRequest) -> HttpResponse:
    """Show the settings page; POST saves it."""
    connection = _connection(request)
    if connection is None or (request.method == "POST" and not connection.is_active):
        return _page(request, connection, None)
    form = ConnectionForm(request.POST or None, connection=connection)
    if request.method != "POST" or not form.is_valid():
        return _page(request, connection, form)
    if form.has_new_codes and not is_confirmed(request):
        form.add_error(None, to_confirm())
        return _page(request, connection, form)
    tested = save_connection(
        connection,
        typed=form.typed(),
        settings=form.settings(),
        by=request.user,
        now=database_now(),
    )
    if tested and tested.is_wrong:
        form.add_error(tested.field or None, tested.text)
        return _page(request, connection, form)
    _report_saved(request, tested)
    return _to_page(request)


@require_POST
@sensitive_post_parameters("code_1", "code_2")
@sensitive_variables("form")
@never_cache
@administrator_required
@limited("connection tests")
def eboekhouden_test(request: MemberRequest) -> HttpResponse:
    """Test the typed codes, and show the page again with everything that was typed.

    Codes that work are stored, so new ones need the same confirmation as saving.
    """
    connection = get_object_or_404(
        Connection.objects.filter(is_active=True), organisation=request.organisation
    )
    form = ConnectionForm(request.POST, connection=connection)
    if not form.may_be_tested:
        return _page(request, connection, form)
    if form.has_new_codes and not is_confirmed(request):
        form.add_error(None, to_confirm())
        return _page(request, connection, form)
    tested = test_connection(connection, typed=form.typed(), by=request.user, now=database_now())
    # A new form, because a successful test fetches the chart of accounts to choose from.
    form = ConnectionForm(request.POST, connection=connection)
    form.full_clean()
    if tested.field:
        form.add_error(tested.field, tested.text)
    return _page(request, connection, form, tested=tested)


@require_POST
@administrator_required
def eboekhouden_activate(request: MemberRequest) -> HttpResponse:
    """Switch the connection on and open its settings."""
    try:
        activate(request.organisation, by=request.user, now=timezone.now())
    except AdministrationTaken as taken:
        messages.error(request, str(taken))
        return redirect("integrations:integration-list")
    return redirect(PAGE)


@require_POST
@administrator_required
def eboekhouden_deactivate(request: MemberRequest) -> HttpResponse:
    """Switch the connection off."""
    connection = get_object_or_404(Connection, organisation=request.organisation)
    deactivate(connection, by=request.user, now=timezone.now())
    messages.success(request, _("e-Boekhouden has been switched off. Its settings are kept."))
    return redirect("integrations:integration-list")


def _connection(request: MemberRequest) -> Connection | None:
    return (
        Connection.objects.select_related("codes_set_by")
        .filter(organisation=request.organisation)
        .first()
    )


def _page(
    request: MemberRequest,
    connection: Connection | None,
    form: ConnectionForm | None,
    *,
    tested: ConnectionTest | None = None,
) -> HttpResponse:
    context: dict[str, object] = {"connection": connection, "form": form, "tested": tested}
    if connection:
        context["events"] = connection.events.select_related("by")[:EVENTS_SHOWN]
        context["account_count"] = connection.ledger_accounts.count()
        context["answers"] = in_words(connection.answers)
        context["centre_count"] = connection.cost_centres.count()
    return render(request, "integrations/eboekhouden.html", context)


def _report_saved(request: MemberRequest, tested: ConnectionTest | None) -> None:
    if tested and not tested.ok:
        text = _("Saved, but not tested: %(reason)s") % {"reason": tested.text}
        messages.warning(request, text)
    else:
        messages.success(request, _("The settings have been saved."))


def _to_page(request: MemberRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRedirect(reverse(PAGE))
    return redirect(PAGE)
