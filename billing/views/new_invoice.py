"""Finance → Invoices → New invoice."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from customers.pickers import active_customers
from integrations.models import Connection
from registrations.overview.selection import ids_in

from ..forms.new_invoice import BLANK, NewInvoiceForm, ticked
from ..invoices.drafting import blank_draft


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
def invoice_new(request: MemberRequest) -> HttpResponse:
    """Show the choices for a new invoice; unbilled work leads to the dialog of invoicing."""
    asked = request.POST if request.method == "POST" else request.GET
    form = NewInvoiceForm(asked, organisation=request.organisation, today=timezone.localdate())
    chosen, listed = ticked(asked, "projects"), ticked(asked, "listed")
    connection = Connection.objects.filter(organisation=request.organisation).first()
    context = {
        "form": form,
        "projects": form.open_projects(chosen=chosen, listed=listed),
        "is_blank": form.chosen_kind == BLANK,
        "may_book": bool(connection and connection.is_active),
    }
    return render(request, "billing/invoices/invoice_new.html", context)


@require_POST
@invoicer_required
def invoice_blank(request: MemberRequest) -> HttpResponse:
    """Create a blank draft for a customer, and open it."""
    (pk,) = ids_in(request.POST.getlist("customer")[:1]) or (0,)
    customers = active_customers(request.organisation)
    customer = get_object_or_404(customers.select_related("organisation"), pk=pk)
    now = timezone.now()
    draft = blank_draft(customer, by=request.user, now=now, today=timezone.localdate())
    return redirect("billing:invoice-edit", draft.pk)
