"""Overview → Actions → Change: the work, description or billable of the selected rows."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.access import member_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.form_fields import MultilineField
from lib.picker_fields import PickerField
from lib.selections import end_selection
from lib.toasts import toast
from projects.models import Project, ProjectTask

from ..approving import undoing
from ..bookable import bookable_projects, bookable_work
from ..overview.bulk_edit import MOST, Edit, edit_selected, editable, why_left_out
from ..overview.selection import Selection
from .actions import back_of

BILLABLE = (
    ("", gettext_lazy("As it is")),
    ("yes", gettext_lazy("Billable")),
    ("no", gettext_lazy("Not billable")),
)


class EditForm(forms.Form):
    """What changes on every selected row; an empty field leaves it as it is."""

    work = PickerField(
        label=gettext_lazy("Project and task of hours"),
        queryset=ProjectTask.objects.none(),
        source="hours-work",
        required=False,
    )
    project = PickerField(
        label=gettext_lazy("Project of expenses and trips"),
        queryset=Project.objects.none(),
        source="expenses-projects",
        required=False,
    )
    description = MultilineField(
        label=gettext_lazy("Description"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    billable = forms.ChoiceField(label=gettext_lazy("Billable"), choices=BILLABLE, required=False)

    fields: Any

    def __init__(self, *args: Any, by: Membership, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, offered in (("work", bookable_work), ("project", bookable_projects)):
            rows: Any = offered(by.organisation, by)
            self.fields[name].offer(rows, among=rows)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and self.edit.is_empty:
            raise ValidationError(_("Fill in what has to change."))
        return cleaned

    @property
    def edit(self) -> Edit:
        values = self.cleaned_data
        billable = values.get("billable")
        return Edit(
            work=values.get("work"),
            project=values.get("project"),
            description=values.get("description") or None,
            is_billable=None if not billable else billable == "yes",
        )


@require_POST
@member_required
def overview_edit(request: MemberRequest) -> HttpResponse:
    """Ask what has to change on the selected rows, and then change it."""
    by, selection = request.membership, Selection.parsed(request.POST)
    is_filled = any(name in request.POST for name in EditForm.base_fields)
    form = EditForm(request.POST if is_filled else None, by=by)
    if is_filled and selection and form.is_valid():
        try:
            done = edit_selected(selection, form.edit, by=by)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if done.changed:
                text = ngettext(
                    "%d registration changed.", "%d registrations changed.", done.changed
                )
                undo = undoing.undo_edit(request, done.rows)
                toast(request, text % done.changed, undo=undo)
                end_selection(request, "overview", "unbilled")
            for sentence in _stayed(done.refused):
                messages.warning(request, sentence)
            return redirect(back_of(request))
    rows = editable(selection, by=by) if selection else []
    context = {
        "form": form,
        "selection": selection,
        "count": len(rows),
        "is_too_much": len(rows) > MOST,
        "most": MOST,
        "stay": _stayed(why_left_out(selection, rows, by=by)) if selection else [],
        "next": back_of(request),
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/bulk_edit.html", context, status=status)


def _stayed(reasons: Counter[str]) -> list[str]:
    """Return a sentence for each of the most common reasons why rows stay as they are."""
    return [
        ngettext("%(n)d stayed: %(why)s", "%(n)d stayed: %(why)s", number)
        % {"n": number, "why": reason}
        for reason, number in reasons.most_common(5)
    ]
