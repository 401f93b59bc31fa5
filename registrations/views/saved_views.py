"""Overview → View: save the list as it is, and rename, pin, replace or delete what was saved."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import member_required
from accounts.requests import MemberRequest
from lib.choices import chosen_id
from lib.form_fields import LineField
from lib.text import fill
from lib.toasts import toast

from ..models import SavedView
from ..overview import saved_views
from ..overview.overviews import Overview


class NameForm(forms.Form):
    """The name of a view."""

    name = LineField(label=gettext_lazy("Name"), max_length=60)
    is_default = forms.BooleanField(label=gettext_lazy("Open this view first"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def overview_views(request: MemberRequest, overview: Overview) -> HttpResponse:
    """Show the views of the list; POST saves a new one, or changes one by its `action`."""
    if request.method != "POST":
        return _page(request, overview, query=request.GET, form=NameForm())
    query = QueryDict(request.POST.get("query", "")[: saved_views.LONGEST * 2])
    if request.POST.get("action", "save") != "save":
        return _change(request, overview, query=query)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            view = saved_views.save_view(
                request.membership,
                kind=overview.key,
                name=form.cleaned_data["name"],
                query=saved_views.query_to_keep(query, overview.filterset.base_filters),
                is_default=form.cleaned_data["is_default"],
            )
        except ValidationError as error:
            form.add_error("name", error)
        else:
            toast(request, fill(_("The view %(name)s has been saved."), {"name": view.name}))
            return _open(overview, view)
    return _page(request, overview, query=query, form=form)


def _change(request: MemberRequest, overview: Overview, *, query: QueryDict) -> HttpResponse:
    mine = SavedView.objects.filter(membership=request.membership, kind=overview.key)
    view = get_object_or_404(mine, pk=chosen_id(request.POST.get("view", "")))
    action = request.POST["action"]
    try:
        if action == "rename":
            saved_views.rename(view, request.POST.get("name", ""))
            text = _("The view is now called %(name)s.")
        elif action == "replace":
            view.query = saved_views.query_to_keep(query, overview.filterset.base_filters)
            view.save(update_fields=["query"])
            text = _("The view %(name)s has been replaced by the list as it is.")
        elif action == "pin":
            saved_views.pin(view)
            text = _("The view %(name)s opens first.")
        elif action == "unpin":
            saved_views.unpin(view)
            text = _("The view %(name)s no longer opens first.")
        else:
            return _delete(request, overview, view)
    except ValidationError as error:
        return _page(request, overview, query=query, form=NameForm(), wrong=(view.pk, error))
    toast(request, fill(text, {"name": view.name}))
    return _open(overview, view)


def _delete(request: MemberRequest, overview: Overview, view: SavedView) -> HttpResponse:
    view.delete()
    toast(request, fill(_("The view %(name)s has been deleted."), {"name": view.name}))
    return redirect(f"{reverse(f'registrations:overview-{overview.key}')}?view=")


def _open(overview: Overview, view: SavedView) -> HttpResponse:
    return redirect(f"{reverse(f'registrations:overview-{overview.key}')}?{view.address}")


def _page(
    request: MemberRequest,
    overview: Overview,
    *,
    query: QueryDict,
    form: NameForm,
    wrong: tuple[int, ValidationError] | None = None,
) -> HttpResponse:
    """Show the dialog; `wrong` is the view that could not be renamed, and why."""
    rows = [
        {
            "view": view,
            "name": request.POST.get("name", "") if wrong and wrong[0] == view.pk else view.name,
            "errors": wrong[1].messages if wrong and wrong[0] == view.pk else [],
        }
        for view in saved_views.views_of(request.membership, overview.key)
    ]
    context = {
        "overview": overview,
        "form": form,
        "rows": rows,
        "query": query.urlencode(),
        "list_url": reverse(f"registrations:overview-{overview.key}"),
        "views_url": reverse(f"registrations:overview-{overview.key}-views"),
    }
    status = 422 if form.errors or wrong else 200
    return render(request, "registrations/overview_views.html", context, status=status)
