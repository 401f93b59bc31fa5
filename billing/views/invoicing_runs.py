"""The page of a confirmation that a worker carries out: its progress, and its end."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from integrations.runs import RunState

from ..models import InvoicingRun


@require_safe
@invoicer_required
def invoicing_run(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the progress; the page refreshes until the end, and then asks for `invoicing_seen`."""
    return render(request, "billing/invoices/invoicing_run.html", {"run": _run(request, pk)})


@require_POST
@invoicer_required
def invoicing_seen(request: MemberRequest, pk: int) -> HttpResponse:
    """End the notice of the person who confirmed, and go on to what was created."""
    run = _run(request, pk)
    if run.is_over and run.started_by_id == request.user.pk:
        InvoicingRun.objects.filter(pk=run.pk).update(is_seen=True)
    if run.state != RunState.FINISHED:
        return HttpResponse(status=204)
    url = f"{reverse('billing:invoice-list')}?status=draft"
    if run.batch_id:
        url = reverse("billing:batch-detail", args=[run.batch_id])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _run(request: MemberRequest, pk: int) -> InvoicingRun:
    runs = InvoicingRun.objects.filter(organisation=request.organisation)
    return get_object_or_404(runs.select_related("started_by"), pk=pk)
