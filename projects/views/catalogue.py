"""Management → Tasks, Expense categories, Vehicles."""

from django.contrib import messages
from django.db.models import F
from django.db.models.functions import Lower
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import manager_required
from projects import catalogue
from projects.filters import CatalogueFilter, TaskFilter
from projects.forms.catalogue import (
    CategoryForm,
    TaskForm,
    TripSettingsForm,
    VehicleForm,
    cost_centres,
)
from projects.listing import page_of
from projects.models import TripSettings

form_page = require_http_methods(["GET", "HEAD", "POST"])
BOOKABLE_COLUMNS = {
    "name": Lower("name"),
    "ledger": F("ledger_account"),
    "vat": F("vat_rate__name"),
}
TASK_COLUMNS = {**BOOKABLE_COLUMNS, "code": Lower("code"), "rate": F("hourly_rate")}
VEHICLE_COLUMNS = {"name": Lower("name"), "plate": F("licence_plate")}


@require_safe
@manager_required
def task_list(request: HttpRequest) -> HttpResponse:
    filters = TaskFilter(request.GET, request.organisation.tasks.select_related("vat_rate"))
    page = page_of(filters.qs, request.GET, columns=TASK_COLUMNS, default="name")
    context = {"page": page, "filters": filters, "centres": cost_centres(request.organisation)}
    return render(request, "projects/task_list.html", context)


@form_page
@manager_required
def task_add(request: HttpRequest) -> HttpResponse:
    form = TaskForm(request.POST or None, organisation=request.organisation)
    return _answer(request, form, page="task")


@form_page
@manager_required
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(request.organisation.tasks, pk=pk)
    form = TaskForm(request.POST or None, instance=task, organisation=request.organisation)
    return _answer(request, form, page="task")


@require_POST
@manager_required
def task_remove(request: HttpRequest, pk: int) -> HttpResponse:
    return _remove(request, request.organisation.tasks, pk, page="task")


@require_safe
@manager_required
def category_list(request: HttpRequest) -> HttpResponse:
    rows = request.organisation.expense_categories.select_related("vat_rate")
    filters = CatalogueFilter(request.GET, rows)
    page = page_of(filters.qs, request.GET, columns=BOOKABLE_COLUMNS, default="name")
    context = {"page": page, "filters": filters, "centres": cost_centres(request.organisation)}
    return render(request, "projects/category_list.html", context)


@form_page
@manager_required
def category_add(request: HttpRequest) -> HttpResponse:
    form = CategoryForm(request.POST or None, organisation=request.organisation)
    return _answer(request, form, page="category")


@form_page
@manager_required
def category_edit(request: HttpRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(request.organisation.expense_categories, pk=pk)
    form = CategoryForm(request.POST or None, instance=category, organisation=request.organisation)
    return _answer(request, form, page="category")


@require_POST
@manager_required
def category_remove(request: HttpRequest, pk: int) -> HttpResponse:
    return _remove(request, request.organisation.expense_categories, pk, page="category")


@require_safe
@manager_required
def vehicle_list(request: HttpRequest) -> HttpResponse:
    return _vehicles(request, _trip_settings_form(request))


@require_POST
@manager_required
def vehicle_trip_settings(request: HttpRequest) -> HttpResponse:
    """The card with the trip settings, on the page of the vehicles."""
    form = _trip_settings_form(request)
    if not form.is_valid():
        return _vehicles(request, form)
    catalogue.keep(form.instance, fields=form.cleaned_data)
    messages.success(request, _("How trips are billed has been saved."))
    return redirect("projects:vehicle-list")


@form_page
@manager_required
def vehicle_add(request: HttpRequest) -> HttpResponse:
    form = VehicleForm(request.POST or None, organisation=request.organisation)
    return _answer(request, form, page="vehicle")


@form_page
@manager_required
def vehicle_edit(request: HttpRequest, pk: int) -> HttpResponse:
    vehicle = get_object_or_404(request.organisation.vehicles, pk=pk)
    form = VehicleForm(request.POST or None, instance=vehicle, organisation=request.organisation)
    return _answer(request, form, page="vehicle")


@require_POST
@manager_required
def vehicle_remove(request: HttpRequest, pk: int) -> HttpResponse:
    return _remove(request, request.organisation.vehicles, pk, page="vehicle")


def _vehicles(request: HttpRequest, form: TripSettingsForm) -> HttpResponse:
    filters = CatalogueFilter(request.GET, request.organisation.vehicles.all())
    page = page_of(filters.qs, request.GET, columns=VEHICLE_COLUMNS, default="name")
    context = {"page": page, "filters": filters, "form": form}
    status = 422 if form.errors else 200
    return render(request, "projects/vehicle_list.html", context, status=status)


def _trip_settings_form(request: HttpRequest) -> TripSettingsForm:
    settings = TripSettings.objects.filter(organisation=request.organisation).first()
    return TripSettingsForm(
        request.POST or None,
        instance=settings or TripSettings(),
        organisation=request.organisation,
    )


def _answer(request: HttpRequest, form: ModelForm, *, page: str) -> HttpResponse:
    """The form, again with its errors; or stored, and back to the list."""
    if request.method == "POST" and form.is_valid():
        catalogue.keep(form.instance, fields=form.cleaned_data)
        messages.success(request, _("%(name)s has been saved.") % {"name": form.instance})
        return redirect(f"projects:{page}-list")
    status = 422 if form.errors else 200
    return render(request, f"projects/{page}_edit.html", {"form": form}, status=status)


def _remove(request: HttpRequest, rows: object, pk: int, *, page: str) -> HttpResponse:
    row = get_object_or_404(rows, pk=pk)
    if catalogue.remove(row):
        messages.success(request, _("%(name)s has been deleted.") % {"name": row})
    else:
        text = _("%(name)s is in use, so it has been made inactive: it can no longer be chosen.")
        messages.warning(request, text % {"name": row})
    return redirect(f"projects:{page}-list")
