"""The Actions menu of Overview: changes to selected registrations."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import member_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.form_fields import MultilineField
from lib.selections import end_selection
from lib.text import fill
from lib.toasts import Link, linked, toast

from ..approving import statuses, undoing
from ..approving.statuses import NAMED, Change, Outcome
from ..naming import link_to, whose
from ..overview.selection import Selection
from .overview import table_response


@dataclass(frozen=True)
class Action:
    """A change of status with its texts. `title`, `question` and `button` are for its dialog."""

    operation: Callable[..., Outcome]
    change: Change
    done: Any
    title: str | Promise = ""
    question: Any = ""
    button: str | Promise = ""
    # The label of its note; empty if it has none.
    note: str | Promise = ""
    is_grave: bool = False


ACTIONS = {
    "submit": Action(
        operation=statuses.submit,
        change=statuses.SUBMIT,
        done=ngettext_lazy("%d registration submitted.", "%d registrations submitted."),
    ),
    "approve": Action(
        operation=statuses.approve,
        change=statuses.APPROVE,
        done=ngettext_lazy("%d registration approved.", "%d registrations approved."),
    ),
    "reject": Action(
        operation=statuses.reject,
        change=statuses.REJECT,
        done=ngettext_lazy("%d registration rejected.", "%d registrations rejected."),
        title=gettext_lazy("Reject"),
        question=ngettext_lazy(
            "%d registration goes back to the employee.",
            "%d registrations go back to the employees.",
        ),
        button=gettext_lazy("Reject"),
        note=gettext_lazy("Note for the employee"),
    ),
    "reopen": Action(
        operation=statuses.reopen,
        change=statuses.REOPEN,
        done=ngettext_lazy("%d registration set to open.", "%d registrations set to open."),
        title=gettext_lazy("Set to open"),
        question=ngettext_lazy(
            "%d registration becomes open and can be billed again.",
            "%d registrations become open and can be billed again.",
        ),
        button=gettext_lazy("Set to open"),
    ),
    "set-invoiced": Action(
        operation=statuses.mark_invoiced,
        change=statuses.MARK_INVOICED,
        done=ngettext_lazy("%d registration set to invoiced.", "%d registrations set to invoiced."),
        title=gettext_lazy("Set to invoiced"),
        question=ngettext_lazy(
            "%d registration is marked as billed elsewhere. No invoice is created.",
            "%d registrations are marked as billed elsewhere. No invoice is created.",
        ),
        button=gettext_lazy("Set to invoiced"),
    ),
    "write-off": Action(
        operation=statuses.write_off,
        change=statuses.WRITE_OFF,
        done=ngettext_lazy("%d registration written off.", "%d registrations written off."),
        title=gettext_lazy("Write off"),
        question=ngettext_lazy(
            "%d registration is written off and will not be billed.",
            "%d registrations are written off and will not be billed.",
        ),
        button=gettext_lazy("Write off"),
        note=gettext_lazy("Reason"),
        is_grave=True,
    ),
}


class NoteForm(forms.Form):
    """A note: the employee reads it with a rejection, Unbilled shows it with a write-off."""

    note = MultilineField(
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_POST
@member_required
def overview_confirm(request: MemberRequest, name: str) -> HttpResponse:
    """Show the dialog of an action: how many registrations change, and which do not."""
    if not _action(name).title:
        raise Http404  # this action is carried out without a dialog
    return _dialog(request, name, form=NoteForm())


def _dialog(request: MemberRequest, name: str, *, form: NoteForm) -> HttpResponse:
    action, selection = _action(name), Selection.parsed(request.POST)
    outcome = statuses.preview(selection, action.change, by=request.membership)
    links = links_in(outcome, by=request.membership)
    context = {
        "name": name,
        "action": action,
        "selection": selection,
        "outcome": outcome,
        "question": action.question % outcome.changed,
        "reasons": list(linked(reasons_in_words(outcome), links)) if outcome.skipped else [],
        "form": form if action.note else None,
        "next": back_of(request),
    }
    status = 422 if form.errors else 200
    return render(request, "registrations/confirm.html", context, status=status)


@require_POST
@member_required
def overview_change(request: MemberRequest, name: str) -> HttpResponse:
    """Change the status of the selected registrations, and show the result."""
    action, selection = _action(name), Selection.parsed(request.POST)
    if not selection:
        messages.warning(request, _("No registrations are selected. Select registrations first."))
        return redirect(back_of(request))
    form = NoteForm(request.POST)
    if action.note and not form.is_valid():
        return _dialog(request, name, form=form)
    note = {"note": form.cleaned_data["note"]} if action.note else {}
    outcome = action.operation(selection, by=request.membership, **note)
    if outcome.changed:
        back = undoing.undo_status(request, outcome.before, to=action.change.to)
        toast(request, action.done % outcome.changed, undo=back)
        end_selection(request, "overview", "unbilled")
    if outcome.skipped_count:
        links = links_in(outcome, by=request.membership)
        toast(request, reasons_in_words(outcome), links=links, level=messages.WARNING)
    return redirect(back_of(request))


@require_POST
@member_required
def undo(request: MemberRequest) -> HttpResponse:
    """Take back the last action that a toast offered to undo."""
    try:
        undone = undoing.undo(request, request.POST.get("undo", ""), by=request.membership)
    except undoing.TooLate as reason:
        too_late = _("This can no longer be undone.")
        messages.warning(request, f"{too_late} {reason}".strip())
    else:
        text = ngettext("%d registration put back.", "%d registrations put back.", undone.count)
        if undone.is_removal:
            text = ngettext("%d registration removed.", "%d registrations removed.", undone.count)
        level = messages.SUCCESS if undone.count else messages.WARNING
        toast(request, text % undone.count, level=level)
    return redirect(back_of(request))


@require_POST
@member_required
def overview_export_selection(request: MemberRequest) -> HttpResponseBase:
    """Export the selected hours, expenses and trips in one file: CSV, or with `file=xlsx` XLSX."""
    selection = Selection.parsed(request.POST)
    if not selection:
        messages.warning(request, _("No registrations are selected. Select registrations first."))
        return redirect(back_of(request))
    rows, kind = list(selection.rows_for(request.membership)), request.POST.get("file", "")
    return table_response(request, rows, name="selection", kind=kind)


def reasons_in_words(outcome: Outcome) -> str:
    """Return why registrations were not changed, and which; empty if all were."""
    count = outcome.skipped_count
    if not count:
        return ""
    parts = ", ".join(f"{number} {reason}" for reason, number in outcome.skipped.most_common())
    sentence = ngettext(
        "%(count)d registration was not changed: %(reasons)s.",
        "%(count)d registrations were not changed: %(reasons)s.",
        count,
    )
    return " ".join([fill(sentence, {"count": count, "reasons": parts}), *_named(outcome)])


def links_in(outcome: Outcome, *, by: Membership) -> list[Link]:
    """Return the addresses of the invoices and rows that `reasons_in_words` names, in its order."""
    billed = [*_invoices(outcome)[:NAMED], *_drafts(outcome)[:NAMED]]
    links = [
        (name, reverse("billing:invoice-detail", args=[pk]))
        for pk, name in billed
        if by.is_invoicer
    ]
    return links + [link_to(row, whose(row)) for rows in outcome.named.values() for row in rows]


def _named(outcome: Outcome) -> Iterator[str]:
    """Yield a sentence with the first names for each reason that has names; … is the rest."""
    if invoices := _listed_first(_invoices(outcome)):
        yield _with_names(str(statuses.ON_AN_INVOICE), invoices)
    if drafts := _listed_first(_drafts(outcome)):
        yield fill(_("On a draft for %(customers)s."), {"customers": drafts})
    for reason, rows in outcome.named.items():
        is_all = len(rows) == outcome.skipped[reason]
        yield _with_names(reason, _listed([whose(row) for row in rows], is_all=is_all))


def _with_names(what: str, rows: str) -> str:
    return fill(_("%(what)s: %(rows)s."), {"what": capfirst(what), "rows": rows})


def _listed_first(named: list[tuple[int, str]]) -> str:
    return _listed([name for _pk, name in named[:NAMED]], is_all=len(named) <= NAMED)


def _listed(names: list[str], *, is_all: bool) -> str:
    return ", ".join(names if is_all else [*names, "…"])


def _invoices(outcome: Outcome) -> list[tuple[int, str]]:
    """Return id and number of the invoices; one that e-Boekhouden numbers has none at first."""
    found = outcome.invoices.items()
    return [(pk, one.number or _("no number yet")) for pk, one in found if not one.is_draft]


def _drafts(outcome: Outcome) -> list[tuple[int, str]]:
    """Return id and customer of the drafts."""
    return [(pk, one.customer) for pk, one in outcome.invoices.items() if one.is_draft]


def _action(name: str) -> Action:
    if name not in ACTIONS:
        raise Http404
    return ACTIONS[name]


def back_of(request: MemberRequest) -> str:
    """Return the page where the action was chosen; the list of hours if it is not from here."""
    url = request.POST.get("next", "")
    is_local = url.startswith("/") and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_local else reverse("registrations:overview-hours")
