"""Finance → Reminders: due and sent reminders, and exclusions."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from customers.models import Customer
from integrations.models import Connection
from lib.clock import database_now
from lib.dispatch import enqueue
from lib.formats import day
from lib.paging import page_of
from lib.selections import end_selection
from lib.understanding import is_typing
from registrations.overview.selection import ids_in

from ..forms.reminders import HoldForm
from ..models import Invoice, Reminder, ReminderHold
from ..payments.requesting import payments_connection
from ..reminders.due import due_reminders, plan_of, step_of
from ..reminders.interest import NoPercentage
from ..reminders.letters import credits_of, reminder_letter
from ..reminders.listing import due_rows, waiting
from ..reminders.obstacles import is_fresh
from ..reminders.sending import queue_reminders
from ..reminders.settings import exclude, include
from .invoices import invoice_or_404


@require_safe
@invoicer_required
def reminder_list(request: MemberRequest) -> HttpResponse:
    """List the due reminders, with the reason why one cannot be sent."""
    organisation, today, now = request.organisation, timezone.localdate(), database_now()
    plan = plan_of(organisation)
    page = page_of(request, due_reminders(organisation, plan, today=today))
    connection = Connection.objects.filter(organisation=organisation, is_active=True).first()
    context = {
        "plan": plan,
        "is_paused": plan.is_paused(today),
        "page": page,
        "rows": due_rows(organisation, page, plan, now=now, today=today),
        "waiting": waiting(organisation),
        "payments": payments_connection(organisation),
        "stale": connection if connection and not is_fresh(connection, now=now) else None,
    }
    return render(request, "billing/reminders/reminder_list.html", context)


@require_POST
@invoicer_required
@limited("invoice mails", methods=("POST",))
def reminder_send(request: MemberRequest) -> HttpResponse:
    """Queue the selected reminders; the page shows their progress."""
    ids = ids_in(request.POST.getlist("reminders"))
    queued = queue_reminders(
        request.organisation,
        invoices=ids,
        by=request.user,
        now=database_now(),
        today=timezone.localdate(),
    )
    _report_queued(request, queued=queued, skipped=len(ids) - queued)
    if queued:
        enqueue("billing.tasks.send_reminders", request.organisation.pk)
    end_selection(request, "reminders")
    return redirect("billing:reminder-list")


def _report_queued(request: MemberRequest, *, queued: int, skipped: int) -> None:
    if not queued and not skipped:
        messages.warning(request, _("No invoices are selected. Select invoices first."))
    if queued:
        text = ngettext("%(n)d reminder is being sent.", "%(n)d reminders are being sent.", queued)
        messages.success(request, text % {"n": queued})
    if skipped:
        text = ngettext(
            "%(n)d reminder was skipped because it is no longer due or is held back.",
            "%(n)d reminders were skipped because they are no longer due or are held back.",
            skipped,
        )
        messages.warning(request, text % {"n": skipped})


@require_safe
@invoicer_required
def reminder_progress(request: MemberRequest) -> HttpResponse:
    """Show the number of queued reminders; when none is left the page reloads."""
    remaining = waiting(request.organisation)
    answer = render(request, "billing/reminders/_reminder_progress.html", {"waiting": remaining})
    if not remaining:
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
@invoicer_required
@limited("previews")
def reminder_letter_preview(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the e-mail as it would be sent now."""
    today = timezone.localdate()
    plan = plan_of(request.organisation)
    due = due_reminders(request.organisation, plan, today=today)
    invoice = get_object_or_404(due, pk=pk)
    step = step_of(invoice, plan)
    context = {"invoice": invoice, "step": step, "invoices": [invoice, *credits_of(invoice)]}
    try:
        context["preview"] = reminder_letter(invoice, step, today=today)
    except NoPercentage as unknown:
        text = _("The percentage of statutory interest on %(day)s is not known.")
        context["problem"] = text % {"day": day(unknown.day)}
    return render(request, "billing/reminders/reminder_letter.html", context)


@require_safe
@invoicer_required
def reminder_sent(request: MemberRequest) -> HttpResponse:
    """List the sent reminders, the latest first."""
    sent = Reminder.objects.filter(
        invoice__organisation=request.organisation, mail__isnull=False
    ).select_related("invoice__customer", "mail", "by")
    context = {"page": page_of(request, sent.order_by("-mail__started_at", "-pk"))}
    return render(request, "billing/reminders/reminder_sent.html", context)


@require_safe
@invoicer_required
def hold_list(request: MemberRequest) -> HttpResponse:
    """List the customers and invoices that get no reminders, with the reason."""
    condition = Q(customer__isnull=False) | Q(invoice__isnull=False)
    holds = ReminderHold.objects.filter(condition, organisation=request.organisation)
    page = page_of(request, holds.select_related("customer", "invoice__customer", "by"))
    context = {"page": page, "today": timezone.localdate()}
    return render(request, "billing/reminders/reminder_holds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
def hold_edit(request: MemberRequest, whose: str, pk: int) -> HttpResponse:
    """Exclude an invoice or a customer from reminders."""
    found = _hold_target(request, whose, pk)
    stored = ReminderHold.objects.filter(**{whose: found}).first()
    today = timezone.localdate()
    form = HoldForm(request.POST or None, instance=stored, today=today)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        exclude(found, **form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("Reminders for %(name)s are switched off.") % {"name": found})
        return redirect("billing:reminder-holds")
    context = {"form": form, "whose": whose, "found": found}
    status = 422 if form.errors else 200
    return render(request, "billing/reminders/reminder_hold.html", context, status=status)


def _hold_target(request: MemberRequest, whose: str, pk: int) -> Invoice | Customer:
    if whose == "invoice":
        return invoice_or_404(request, pk)
    if whose == "customer":
        return get_object_or_404(request.organisation.customers, pk=pk)
    raise Http404


@require_POST
@invoicer_required
def hold_remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Resume reminders."""
    holds = ReminderHold.objects.filter(organisation=request.organisation)
    hold = get_object_or_404(holds.select_related("invoice", "customer"), pk=pk)
    name = hold.invoice or hold.customer
    include(hold, by=request.user, now=timezone.now())
    messages.success(request, _("Reminders for %(name)s are switched on again.") % {"name": name})
    return redirect("billing:reminder-holds")
