"""Settings → Reminders: whether and when they are sent, and their texts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrator_required
from accounts.models import Language
from accounts.requests import MemberRequest
from lib.placeholders import unknown_placeholders
from lib.understanding import is_typing

from ..forms.reminders import ReminderSettingsForm, StepForm
from ..models import MOST_STEPS, BusinessCosts, ReminderStep, StepKind
from ..reminders.due import plan_of
from ..reminders.letters import example_letter, placeholders_of, step_texts
from ..reminders.settings import (
    DEFAULT_DAYS,
    NotPossible,
    change_reminder_settings,
    delete_last_step,
    next_step,
    save_step,
)
from .interest_rates import interest_context


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def reminder_settings(request: MemberRequest) -> HttpResponse:
    plan = plan_of(request.organisation)
    form = ReminderSettingsForm(request.POST or None, instance=plan.settings)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        change_reminder_settings(request.organisation, **form.cleaned_data)
        messages.success(request, _("The settings for reminders have been saved."))
        return redirect("billing:reminder-settings")
    context = {
        "form": form,
        "steps": [_row(step, request.organisation.language) for step in plan.steps],
        "may_add": len(plan.steps) < MOST_STEPS,
        "default_days": DEFAULT_DAYS,
    } | interest_context(request)
    status = 422 if form.errors else 200
    return render(request, "billing/settings/reminder_settings.html", context, status=status)


def _row(step: ReminderStep, language: str) -> dict[str, Any]:
    subject, _body = step_texts(step, language=language)
    return {"step": step, "subject": subject}


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def step_add(request: MemberRequest) -> HttpResponse:
    try:
        step = next_step(request.organisation)
    except NotPossible:
        messages.info(request, _("There are already four steps, which is the maximum."))
        return redirect("billing:reminder-settings")
    return _step(request, step)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def step_edit(request: MemberRequest, position: int) -> HttpResponse:
    return _step(request, _own_step(request, position))


def _own_step(request: MemberRequest, position: int) -> ReminderStep:
    own = ReminderStep.objects.filter(organisation=request.organisation)
    return get_object_or_404(own.select_related("organisation"), position=position)


def _step(request: MemberRequest, step: ReminderStep) -> HttpResponse:
    form = StepForm(request.POST or None, instance=step)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        save_step(step, values=form.cleaned_data)
        text = _("Reminder %(position)d has been saved.")
        messages.success(request, text % {"position": step.position})
        return redirect("billing:reminder-settings")
    context = {
        "form": form,
        "step": step,
        "texts": [_text(request, form, language) for language in ("nl", "en")],
        "known": ", ".join(f"{{{name}}}" for name in placeholders_of(StepKind.NOTICE)),
    }
    status = 422 if form.errors else 200
    return render(request, "billing/settings/reminder_step.html", context, status=status)


def _text(request: MemberRequest, form: StepForm, language: str) -> dict[str, Any]:
    """Return the text fields of a language, with a preview."""
    typed = {name: form[name].value() or "" for name in form.fields}
    return {
        "language": language,
        "title": _("Example, Dutch") if language == "nl" else _("Example, English"),
        "subject": form[f"subject_{language}"],
        "body": form[f"body_{language}"],
        "target": f"#letter-{language}",
        **_preview(request, form.instance.position, typed, language=language),
    }


@require_POST
@administrator_required
def step_preview(request: MemberRequest, position: int, language: str) -> HttpResponse:
    """Preview the typed texts of a step with example values, or show their errors."""
    if language not in Language.values or not 1 <= position <= MOST_STEPS:
        raise Http404
    context = _preview(request, position, request.POST.dict(), language=language)
    return render(request, "billing/reminders/_letter_preview.html", context)


def _preview(
    request: MemberRequest, position: int, typed: dict[str, Any], *, language: str
) -> dict[str, Any]:
    days = str(typed.get("days", ""))
    kind = typed.get("kind", StepKind.REMINDER)
    step = ReminderStep(
        organisation=request.organisation,
        position=position,
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 1,
        kind=kind,
        with_interest=bool(typed.get("with_interest")),
        business_costs=_costs_of(typed),
        **{
            name: str(typed.get(name, "")).strip()
            for name in (f"subject_{language}", f"body_{language}")
        },
    )
    text = "".join(step_texts(step, language=language))
    if unknown := unknown_placeholders(text, known=placeholders_of(kind)):
        return {"problem": _("{%(name)s} cannot be filled in.") % {"name": unknown[0]}}
    today = timezone.localdate()
    return {"preview": example_letter(request.organisation, step, language=language, today=today)}


def _costs_of(typed: dict[str, Any]) -> str:
    chosen = str(typed.get("business_costs", ""))
    return chosen if chosen in BusinessCosts.values else BusinessCosts.NONE


@require_POST
@administrator_required
def step_delete(request: MemberRequest, position: int) -> HttpResponse:
    try:
        delete_last_step(_own_step(request, position))
    except NotPossible:
        messages.error(
            request, _("Only the last step can be deleted. Delete the later steps first.")
        )
    else:
        messages.success(
            request, _("Reminder %(position)d has been deleted.") % {"position": position}
        )
    return redirect("billing:reminder-settings")
