"""Pages of projects: the list, a project with its figures, adding, editing, archiving."""

from collections.abc import Sequence

from django.contrib import messages
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import manager_required, prices_required
from accounts.models import Organisation
from accounts.requests import MemberRequest
from lib.choices import chosen_id
from lib.paging import IdsFirst, Orders, in_order, page_of
from lib.toasts import Undo, toast
from lib.understanding import is_typing
from projects import editing, rates
from projects.budgets import hours_used
from projects.figures import amounts_for_display, figures, ids_by_used_minutes, used_minutes
from projects.filters import ProjectFilter
from projects.forms.agreement import AgreementForm
from projects.forms.rows import RowForm, new_member_row, new_task_row
from projects.models import Method, Project, ProjectQuerySet
from projects.pickers import active_tasks
from projects.scheduled_amounts import Outcome

ORDERS: Orders = {
    "name": (Lower("name"),),
    "code": (Lower("code"),),
    "customer": (Lower("customer__name"),),
    "method": ("method",),
    "start": (F("starts_on"),),
    "end": (F("ends_on"),),
}
ORDERS_OF_AMOUNTS: Orders = {"due": ("due_on",)}


@require_safe
@manager_required
def project_list(request: MemberRequest) -> HttpResponse:
    organisation = request.organisation
    projects = organisation.projects.managed_by(request.membership)
    filters = ProjectFilter(request.GET, projects, organisation=organisation)
    page = page_of(request, _listed(filters.qs, request.GET.get("order", ""), organisation))
    used = used_minutes(organisation, projects=[project.pk for project in page])
    rows = [(project, used.get(project.pk, 0)) for project in page]
    context = {"page": page, "rows": rows, "filters": filters}
    return render(request, "projects/project_list.html", context)


def _listed(projects: ProjectQuerySet, order: str, organisation: Organisation) -> IdsFirst[Project]:
    """Return the projects in an order, of which a page loads its rows only."""

    def load(ids: Sequence[int]) -> QuerySet[Project]:
        return Project.objects.filter(pk__in=ids).select_related("customer").order_by()

    if order.removeprefix("-") == "used":
        ids = ids_by_used_minutes(organisation, projects, is_down=order.startswith("-"))
        return IdsFirst(ids, load, total=len(ids))
    rows = in_order(projects, order, orders=ORDERS, default="name")
    return IdsFirst(rows, load, total=projects.count())


@require_safe
@manager_required
def project_detail(request: MemberRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    project = _project(request, pk)
    scheduled_amounts = in_order(
        amounts_for_display(project, today=today),
        request.GET.get("order", ""),
        orders=ORDERS_OF_AMOUNTS,
        default="-due",
    )
    work = figures(project, today=today)
    context = {
        "project": project,
        "figures": work,
        "project_query": f"?project={project.pk}&period=all",
        "uses": [use] if (use := hours_used(project, work.minutes)) else [],
        "scheduled_amounts": page_of(request, scheduled_amounts),
        "today": today,
        "tasks": rates.tasks_for_display(project, today=today),
        "team": rates.team_for_display(project, today=today),
        "rate_today": rates.rate_of_project(project, today=today),
        "managers": project.managers.select_related("user"),
    }
    return render(request, "projects/project_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@prices_required
def project_add(request: MemberRequest) -> HttpResponse:
    customer_id = chosen_id(request.GET.get("customer", ""))
    customer = request.organisation.customers.active().filter(pk=customer_id).first()
    project = Project(organisation=request.organisation, customer=customer)
    return _edit(request, project)


@require_safe
@prices_required
def project_row(request: MemberRequest, kind: str) -> HttpResponse:
    """Return the row of a task or an employee that was picked for the form of a project."""
    chosen = request.GET.get("method", "")
    method = Method(chosen) if chosen in Method.values else Method.TASK_RATE
    pk = chosen_id(request.GET.get(f"add_{kind}", ""))
    if kind == "task":
        task = get_object_or_404(active_tasks(request.organisation), pk=pk)
        row: RowForm = new_task_row(task, method=method)
    elif kind == "member":
        people = request.organisation.memberships.active().select_related("user")
        row = new_member_row(get_object_or_404(people, pk=pk), method=method)
    else:
        raise Http404
    return render(request, f"projects/_{kind}_row.html", {"row": row})


@require_http_methods(["GET", "HEAD", "POST"])
@prices_required
def project_edit(request: MemberRequest, pk: int) -> HttpResponse:
    return _edit(request, _project(request, pk))


@require_POST
@manager_required
def project_archive(request: MemberRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    editing.archive_project(project, today=timezone.localdate())
    text = _("%(name)s has been archived. Unbilled items can still be billed.")
    back = Undo(reverse("projects:project-restore", args=[pk]))
    _say(request, project, text, undo=back)
    return redirect("projects:project-detail", pk)


@require_POST
@manager_required
def project_restore(request: MemberRequest, pk: int) -> HttpResponse:
    project = _project(request, pk)
    editing.restore_project(project, today=timezone.localdate())
    back = Undo(reverse("projects:project-archive", args=[pk]))
    _say(request, project, _("%(name)s is active again."), undo=back)
    return redirect("projects:project-detail", pk)


def _say(request: MemberRequest, project: Project, text: str, *, undo: Undo | None = None) -> None:
    """Say what was done with a project, which the toast names and links."""
    link = (project.name, reverse("projects:project-detail", args=[project.pk]))
    toast(request, text % {"name": project}, links=[link], undo=undo)


def _project(request: MemberRequest, pk: int) -> Project:
    projects = request.organisation.projects.managed_by(request.membership)
    projects = projects.select_related("customer", "organisation")
    return get_object_or_404(projects, pk=pk)


def _edit(request: MemberRequest, project: Project) -> HttpResponse:
    """Show the form, with its errors; or store it and open the project."""
    form = AgreementForm(
        request.POST if request.method == "POST" else None,
        organisation=request.organisation,
        project=project,
    )
    if is_typing(request):
        form.is_valid()
        return render(request, "ui/understood.html", {"forms": form.all_forms()})
    if form.is_valid():
        outcome = editing.save_project(
            project, agreement=form.agreement(), by=request.membership, today=timezone.localdate()
        )
        _report_saved(request, project, form, outcome)
        return redirect("projects:project-detail", project.pk)
    status = 422 if form.has_errors else 200
    return render(request, "projects/project_edit.html", {"form": form}, status=status)


def _report_saved(
    request: MemberRequest, project: Project, form: AgreementForm, outcome: Outcome
) -> None:
    _say(request, project, _("%(name)s has been saved."))
    if outcome.removed:
        text = ngettext(
            "%(count)s unbilled amount no longer matched the agreement and was removed.",
            "%(count)s unbilled amounts no longer matched the agreement and were removed.",
            outcome.removed,
        )
        messages.info(request, text % {"count": outcome.removed})
    if form.undivided():
        messages.warning(request, _("The instalments do not add up to the fixed price."))
