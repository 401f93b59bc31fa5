"""Management → Tasks, Expense categories, Vehicles."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import F, Manager
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import manager_required, prices_required
from accounts.requests import MemberRequest
from lib.current_rates import rate_on
from lib.paging import Orders, in_order, page_of
from lib.toasts import toast
from lib.understanding import is_typing
from projects import catalogue
from projects.filters import CatalogueFilter, TaskFilter
from projects.forms.catalogue import (
    CategoryForm,
    OwnedForm,
    TaskForm,
    TripSettingsForm,
    VehicleForm,
    cost_centres,
)
from projects.models import Task, TripSettings

form_page = require_http_methods(["GET", "HEAD", "POST"])
ORDERS_OF_BOOKABLE: Orders = {
    "name": (Lower("name"),),
    "ledger": ("ledger_account",),
    "vat": (F("vat_rate__name"),),
}
ORDERS_OF_TASKS: Orders = {
    **ORDERS_OF_BOOKABLE,
    "code": (Lower("code"),),
    "rate": (F("rate_today"),),
}
ORDERS_OF_VEHICLES: Orders = {"name": (Lower("name"),), "plate": ("licence_plate",)}

NEW = {
    "task": gettext_lazy("New task"),
    "category": gettext_lazy("New category"),
    "vehicle": gettext_lazy("New vehicle"),
}


@require_safe
@prices_required
def task_list(request: MemberRequest) -> HttpResponse:
    today = rate_on(timezone.localdate(), Task)
    tasks = request.organisation.tasks.select_related("vat_rate").annotate(rate_today=today)
    filters = TaskFilter(request.GET, tasks)
    page = _page_of(request, filters, orders=ORDERS_OF_TASKS)
    context = {"page": page, "filters": filters, "centres": cost_centres(request.organisation)}
    return render(request, "projects/task_list.html", context)


@form_page
@prices_required
def task_add(request: MemberRequest) -> HttpResponse:
    form = TaskForm(request.POST or None, organisation=request.organisation)
    return _save_or_show(request, form, page="task")


@form_page
@prices_required
def task_edit(request: MemberRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(request.organisation.tasks, pk=pk)
    form = TaskForm(request.POST or None, instance=task, organisation=request.organisation)
    return _save_or_show(request, form, page="task")


@require_POST
@prices_required
def task_remove(request: MemberRequest, pk: int) -> HttpResponse:
    return _remove(request, request.organisation.tasks, pk, page="task")


@require_safe
@manager_required
def category_list(request: MemberRequest) -> HttpResponse:
    rows = request.organisation.expense_categories.select_related("vat_rate")
    filters = CatalogueFilter(request.GET, rows)
    page = _page_of(request, filters, orders=ORDERS_OF_BOOKABLE)
    context = {"page": page, "filters": filters, "centres": cost_centres(request.organisation)}
    return render(request, "projects/category_list.html", context)


@form_page
@manager_required
def category_add(request: MemberRequest) -> HttpResponse:
    form = CategoryForm(request.POST or None, organisation=request.organisation)
    return _save_or_show(request, form, page="category")


@form_page
@manager_required
def category_edit(request: MemberRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(request.organisation.expense_categories, pk=pk)
    form = CategoryForm(request.POST or None, instance=category, organisation=request.organisation)
    return _save_or_show(request, form, page="category")


@require_POST
@manager_required
def category_remove(request: MemberRequest, pk: int) -> HttpResponse:
    return _remove(request, request.organisation.expense_categories, pk, page="category")


@require_safe
@manager_required
def vehicle_list(request: MemberRequest) -> HttpResponse:
    return _vehicles(request, _trip_settings_form(request))


@require_POST
@prices_required
def vehicle_trip_settings(request: MemberRequest) -> HttpResponse:
    """Save the card with the trip settings, on the page of the vehicles."""
    form = _trip_settings_form(request)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if not form.is_valid():
        return _vehicles(request, form)
    catalogue.store(form.instance, fields=form.cleaned_data)
    messages.success(request, _("The settings for trips have been saved."))
    return redirect("projects:vehicle-list")


@form_page
@manager_required
def vehicle_add(request: MemberRequest) -> HttpResponse:
    form = VehicleForm(request.POST or None, organisation=request.organisation)
    return _save_or_show(request, form, page="vehicle")


@form_page
@manager_required
def vehicle_edit(request: MemberRequest, pk: int) -> HttpResponse:
    vehicle = get_object_or_404(request.organisation.vehicles, pk=pk)
    form = VehicleForm(request.POST or None, instance=vehicle, organisation=request.organisation)
    return _save_or_show(request, form, page="vehicle")


@require_POST
@manager_required
def vehicle_remove(request: MemberRequest, pk: int) -> HttpResponse:
    return _remove(request, request.organisation.vehicles, pk, page="vehicle")


def _vehicles(request: MemberRequest, form: TripSettingsForm) -> HttpResponse:
    filters = CatalogueFilter(request.GET, request.organisation.vehicles.all())
    page = _page_of(request, filters, orders=ORDERS_OF_VEHICLES)
    context = {"page": page, "filters": filters, "form": form}
    status = 422 if form.errors else 200
    return render(request, "projects/vehicle_list.html", context, status=status)


def _trip_settings_form(request: MemberRequest) -> TripSettingsForm:
    settings = TripSettings.objects.filter(organisation=request.organisation).first()
    return TripSettingsForm(
        request.POST or None,
        instance=settings or TripSettings(),
        organisation=request.organisation,
    )


def _page_of(request: MemberRequest, filters: CatalogueFilter, *, orders: Orders) -> Page[Any]:
    order = request.GET.get("order", "")
    return page_of(request, in_order(filters.qs, order, orders=orders, default="name"))


def _save_or_show(request: MemberRequest, form: OwnedForm, *, page: str) -> HttpResponse:
    """Show the form, with its errors; or store it and return to the list."""
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        catalogue.store(form.instance, fields=form.cleaned_data)
        name = str(form.instance)
        link = (name, reverse(f"projects:{page}-edit", args=[form.instance.pk]))
        toast(request, _("%(name)s has been saved.") % {"name": name}, links=[link])
        return redirect(f"projects:{page}-list")
    context = {
        "form": form,
        "title": form.initial["name"] if form.instance.pk else NEW[page],
        "list_name": f"projects:{page}-list",
        "remove_name": f"projects:{page}-remove",
    }
    status = 422 if form.errors else 200
    return render(request, f"projects/{page}_edit.html", context, status=status)


def _remove(request: MemberRequest, rows: Manager[Any], pk: int, *, page: str) -> HttpResponse:
    row: catalogue.Entry = get_object_or_404(rows, pk=pk)
    if catalogue.remove(row):
        messages.success(request, _("%(name)s has been deleted.") % {"name": row})
    else:
        text = _("%(name)s is in use and has been deactivated. It can no longer be chosen.")
        link = (str(row), reverse(f"projects:{page}-edit", args=[row.pk]))
        toast(request, text % {"name": row}, links=[link], level=messages.WARNING)
    return redirect(f"projects:{page}-list")
