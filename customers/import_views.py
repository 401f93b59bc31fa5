"""Settings → Import: start an import, follow it, and find it again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from integrations.models import Connection
from integrations.runs import UNDER_WAY
from lib.paging import page_of

from .filters import ImportRowFilter
from .forms import ImportForm
from .import_runs import CannotImport, check_usable, start_import
from .models import ImportRun
from .relations import label

RUNS_SHOWN = 10


@require_safe
@administrator_required
def import_page(request: MemberRequest) -> HttpResponse:
    """Show what can be imported, the running import, and the latest ones."""
    connection = Connection.objects.filter(organisation=request.organisation).first()
    runs = request.organisation.import_runs.select_related("started_by")
    context = {
        "connection": connection,
        "why_not": _why_not(connection),
        "form": ImportForm(),
        "under_way": runs.filter(state__in=UNDER_WAY).first(),
        "runs": runs[:RUNS_SHOWN],
    }
    return render(request, "customers/import.html", context)


def _why_not(connection: Connection | None) -> str:
    try:
        check_usable(connection)
    except CannotImport as reason:
        return str(reason)
    return ""


@require_POST
@administrator_required
def import_start(request: MemberRequest) -> HttpResponse:
    """Start an import and open its page."""
    form = ImportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what to do with existing customers."))
        return redirect("customers:import")
    try:
        run = start_import(
            request.organisation,
            mode=form.cleaned_data["mode"],
            by=request.user,
            now=timezone.now(),
        )
    except CannotImport as reason:
        messages.error(request, str(reason))
        return redirect("customers:import")
    return redirect("customers:import-run", run.pk)


@require_safe
@administrator_required
def import_run(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the progress and the rows of an import; the page updates itself while it runs."""
    runs = request.organisation.import_runs.select_related("started_by")
    run: ImportRun = get_object_or_404(runs, pk=pk)
    narrowed = ImportRowFilter(request.GET, queryset=run.rows.select_related("customer"))
    page = page_of(request, narrowed.qs)
    for row in page:
        row.changed = [(label(name), *values) for name, values in row.changes.items()]
    context = {"run": run, "counts": run.counts(), "page": page, "filter": narrowed.form}
    return render(request, "customers/import_run.html", context)
