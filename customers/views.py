"""Management → Customers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import manager_required, prices_required
from accounts.requests import MemberRequest
from lib.countries import country_name
from lib.current_rates import rate_on
from lib.paging import in_order, page_of
from lib.toasts import Undo, toast
from lib.understanding import is_typing
from vat.choices import advice_for

from .concurrent_edits import (
    ChangedMeanwhile,
    differences_with,
    version_of,
    with_contacts_of_others,
)
from .editing import (
    InUse,
    NumberTaken,
    archive,
    contacts_for,
    delete,
    is_used,
    restore,
    save_customer,
)
from .filters import ORDERS, CustomerFilter
from .forms import CustomerForm, contact_forms
from .known_codes import warning_about
from .models import Customer


def customer_or_404(request: MemberRequest, pk: int) -> Customer:
    """Return a customer of the reader's organisation, with the hourly rate of today."""
    rate = rate_on(timezone.localdate(), Customer)
    customers = request.organisation.customers.select_related("vat_rate").annotate(rate_today=rate)
    return get_object_or_404(customers, pk=pk)


@require_safe
@manager_required
def customer_list(request: MemberRequest) -> HttpResponse:
    """Show the customers, filtered, sorted and paged by the query string."""
    narrowed = CustomerFilter(request.GET, queryset=request.organisation.customers.all())
    rows = in_order(narrowed.qs, request.GET.get("order", ""), orders=ORDERS, default="name")
    page = page_of(request, rows)
    context = {"page": page, "filter": narrowed.form, "is_narrowed": bool(narrowed.form.data)}
    return render(request, "customers/customer_list.html", context)


@require_safe
@manager_required
def customer_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a customer with its contacts, projects and invoices."""
    customer = customer_or_404(request, pk)
    context = {
        "customer": customer,
        "country": country_name(customer.country),
        "postal_country": country_name(customer.postal_country),
        "contacts": customer.contacts.all(),
        "is_used": is_used(customer),
        "unlike": warning_about(customer),
    }
    return render(request, "customers/customer_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@prices_required
def customer_add(request: MemberRequest) -> HttpResponse:
    """Add a customer."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@prices_required
def customer_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a customer."""
    return _edit(request, customer_or_404(request, pk))


def _edit(request: MemberRequest, customer: Customer | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = CustomerForm(data, instance=customer, organisation=request.organisation)
    contacts = contact_forms(data, customer)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if data is not None and all([form.is_valid(), contacts.is_valid()]):
        try:
            saved = save_customer(
                customer,
                organisation=request.organisation,
                values=form.cleaned_data,
                contacts=[*contacts.filled(), *contacts_for(form.invoice_addresses)],
                version=data.get("version", ""),
                now=timezone.now(),
            )
        except NumberTaken as taken:
            form.add_error("number", str(taken))
        except ChangedMeanwhile:
            return _both(request, customer)
        else:
            _say(request, saved, _("%(name)s has been saved."))
            return redirect("customers:customer-detail", saved.pk)
    version = version_of(customer) if customer else ""
    context = {
        "form": form,
        "contacts": contacts,
        "customer": customer,
        "advice": form.advice(),
        "version": version if data is None else data.get("version", ""),
    }
    status = 422 if data is not None else 200
    return render(request, "customers/customer_edit.html", context, status=status)


def _both(request: MemberRequest, changed: Customer | None) -> HttpResponse:
    """Show what was typed, over the customer as somebody else saved it meanwhile."""
    customer = customer_or_404(request, changed.pk if changed else 0)
    data = with_contacts_of_others(request.POST, customer)
    form = CustomerForm(data, instance=customer, organisation=request.organisation)
    context = {
        "form": form,
        "contacts": contact_forms(data, customer),
        "customer": customer,
        "advice": form.advice(),
        "version": data["version"],
        "is_changed": True,
        "differences": differences_with(form, request.POST),
    }
    return render(request, "customers/customer_edit.html", context, status=409)


@require_safe
@prices_required
def customer_vat(request: MemberRequest) -> HttpResponse:
    """Show the VAT advice while the form is being filled in."""
    advice = advice_for(request.organisation, request.GET.dict())
    return render(request, "customers/_vat_advice.html", {"advice": advice})


@require_POST
@manager_required
def customer_archive(request: MemberRequest, pk: int) -> HttpResponse:
    """Archive a customer."""
    customer = customer_or_404(request, pk)
    archive(customer, now=timezone.now())
    back = Undo(reverse("customers:customer-restore", args=[pk]))
    _say(request, customer, _("%(name)s has been archived."), undo=back)
    return redirect("customers:customer-list")


@require_POST
@manager_required
def customer_restore(request: MemberRequest, pk: int) -> HttpResponse:
    """Make an archived customer active again."""
    customer = customer_or_404(request, pk)
    restore(customer)
    back = Undo(reverse("customers:customer-archive", args=[pk]))
    _say(request, customer, _("%(name)s is active again."), undo=back)
    return redirect("customers:customer-detail", customer.pk)


def _say(
    request: MemberRequest, customer: Customer, text: str, *, undo: Undo | None = None
) -> None:
    """Say what was done with a customer, which the toast names and links."""
    link = (customer.name, reverse("customers:customer-detail", args=[customer.pk]))
    toast(request, text % {"name": customer.name}, links=[link], undo=undo)


@require_POST
@manager_required
def customer_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a customer that nothing refers to."""
    customer = customer_or_404(request, pk)
    try:
        delete(customer)
    except InUse:
        text = _("%(name)s has projects, invoices or bookings. Archive this customer instead.")
        messages.error(request, text % {"name": customer.name})
        return redirect("customers:customer-detail", pk)
    messages.success(request, _("%(name)s has been deleted.") % {"name": customer.name})
    return redirect("customers:customer-list")
