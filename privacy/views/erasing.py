"""Erasing a person, and forgetting a contact person: what would happen, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import administrator_required, manager_required
from accounts.login.confirming import is_confirmed, to_confirm
from accounts.models import Membership
from accounts.requests import MemberRequest
from accounts.views.employees import last_administrator_sentence, person_or_404
from customers.models import Customer

from ..contacts import forget, kept_mails
from ..erasing import CannotErase, Obstacle, Plan, erase, plan_of
from ..forms import ForgetForm, TypedNameForm


@dataclass(frozen=True)
class InTheWay:
    """A sentence that says what must be finished first, and where."""

    text: str
    url: str = ""
    link: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def employee_erase(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what would be deleted and what is kept; a post with the name erases the person."""
    person = person_or_404(request, pk)
    plan = plan_of(person, by=request.user)
    form = TypedNameForm(request.POST or None, wanted=str(person))
    if request.method == "POST" and form.is_valid():
        if not is_confirmed(request):
            form.add_error(None, to_confirm())
        else:
            try:
                erase(person, by=request.user, now=timezone.now())
            except CannotErase as changed:
                plan = changed.plan
            else:
                text = _("%(person)s has been erased. What is kept belongs to %(pseudonym)s.")
                names = {"person": person, "pseudonym": plan.pseudonym}
                messages.success(request, text % names)
                return redirect("accounts:employee-list")
    context = {"person": person, "plan": plan, "form": form, "obstacles": _in_the_way(plan, person)}
    status = 422 if request.method == "POST" else 200
    return render(request, "privacy/employee_erase.html", context, status=status)


def _in_the_way(plan: Plan, person: Membership) -> list[InTheWay]:
    return [SENTENCES[what](count, person) for what, count in plan.obstacles.items()]


def _already(_count: int, _person: Membership) -> InTheWay:
    return InTheWay(_("This person was erased already."))


def _oneself(_count: int, _person: Membership) -> InTheWay:
    return InTheWay(_("You cannot erase yourself. Ask another administrator."))


def _last_administrator(_count: int, person: Membership) -> InTheWay:
    return InTheWay(last_administrator_sentence(person), reverse("accounts:user-list"), _("Users"))


def _submitted(count: int, person: Membership) -> InTheWay:
    text = ngettext(
        "%(count)d registration waits for approval. Approve or reject it first.",
        "%(count)d registrations wait for approval. Approve or reject them first.",
        count,
    )
    url = reverse("registrations:approvals")
    return InTheWay(text % {"count": count}, url, _("Approvals"))


def _unbilled(count: int, person: Membership) -> InTheWay:
    text = ngettext(
        "%(count)d registration is still to be billed. Bill it or write it off first.",
        "%(count)d registrations are still to be billed. Bill them or write them off first.",
        count,
    )
    query = urlencode({"employee": person.pk})
    url = f"{reverse('registrations:overview-hours')}?{query}"
    return InTheWay(text % {"count": count}, url, _("Overview"))


def _on_draft(count: int, _person: Membership) -> InTheWay:
    text = ngettext(
        "%(count)d registration is on a draft invoice. Finish or delete the draft first.",
        "%(count)d registrations are on draft invoices. Finish or delete the drafts first.",
        count,
    )
    url = f"{reverse('billing:invoice-list')}?status=draft"
    return InTheWay(text % {"count": count}, url, _("Invoices"))


def _leave(count: int, _person: Membership) -> InTheWay:
    text = ngettext(
        "%(count)d day of leave waits for a decision. Decide on it first.",
        "%(count)d days of leave wait for a decision. Decide on them first.",
        count,
    )
    return InTheWay(text % {"count": count}, reverse("registrations:leave-team"), _("Leave"))


def _running(_count: int, _person: Membership) -> InTheWay:
    return InTheWay(
        _("An import, an export or a confirmation of this person is still running. Wait for it.")
    )


SENTENCES: dict[Obstacle, Callable[[int, Membership], InTheWay]] = {
    Obstacle.ALREADY: _already,
    Obstacle.ONESELF: _oneself,
    Obstacle.LAST_ADMINISTRATOR: _last_administrator,
    Obstacle.SUBMITTED: _submitted,
    Obstacle.UNBILLED: _unbilled,
    Obstacle.ON_DRAFT: _on_draft,
    Obstacle.LEAVE: _leave,
    Obstacle.RUNNING: _running,
}


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def customer_forget(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose a contact person of a customer, see what is kept, and forget them."""
    customers = Customer.objects.filter(organisation=request.organisation)
    customer = get_object_or_404(customers.select_related("organisation"), pk=pk)
    form = ForgetForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        person = form.chosen
        mails = kept_mails(customer, person)
        forget(customer, person, by=request.user, now=timezone.now())
        text = _("%(person)s has been forgotten.") % {"person": person.name}
        if mails:
            kept = ngettext(
                "%(count)d sent e-mail is kept with its invoice.",
                "%(count)d sent e-mails are kept with their invoices.",
                mails,
            )
            text = f"{text} {kept % {'count': mails}}"
        messages.success(request, text)
        return redirect("customers:customer-detail", pk)
    context = {"customer": customer, "form": form, "people": form.people}
    status = 422 if form.errors else 200
    return render(request, "privacy/customer_forget.html", context, status=status)
