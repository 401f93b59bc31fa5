"""Management → Employees → Contract hours. Managers may look, administrators may change."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lib.formats import day as shown_day
from lib.times import format_duration
from lib.toasts import toast
from lib.understanding import is_typing

from ..access import administrator_required, manager_required
from ..contracts import delete_contract, periods_of, save_contract
from ..forms.contracts import ContractForm
from ..models import Contract, Membership
from ..requests import MemberRequest
from .employees import person_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@manager_required
def contract_list(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the contracts of a person; POST adds one."""
    person = person_or_404(request, pk)
    form = ContractForm(request.POST or None)
    if request.method == "POST":
        if not request.membership.is_administrator:
            raise PermissionDenied(_("Only an administrator may change contract hours."))
        if is_typing(request):
            return render(request, "ui/understood.html", {"forms": [form]})
        if form.is_valid() and _saved(request, person, form):
            return redirect(reverse("accounts:employee-contracts", args=[pk]))
    return _page(request, person, form)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def contract_edit(request: MemberRequest, pk: int) -> HttpResponse:
    contract = _contract_or_404(request, pk)
    person = contract.membership
    form = ContractForm(request.POST or None, contract=contract)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid() and _saved(request, person, form, contract):
        return redirect(reverse("accounts:employee-contracts", args=[person.pk]))
    return _page(request, person, form, contract=contract)


@require_POST
@administrator_required
def contract_delete(request: MemberRequest, pk: int) -> HttpResponse:
    contract = _contract_or_404(request, pk)
    delete_contract(contract)
    text = _("The contract from %(day)s has been deleted.")
    toast(request, text % {"day": shown_day(contract.starts_on)})
    return redirect(reverse("accounts:employee-contracts", args=[contract.membership_id]))


def _contract_or_404(request: MemberRequest, pk: int) -> Contract:
    rows = Contract.objects.filter(membership__organisation=request.organisation)
    return get_object_or_404(rows.select_related("membership__user"), pk=pk)


def _saved(
    request: MemberRequest,
    person: Membership,
    form: ContractForm,
    contract: Contract | None = None,
) -> bool:
    day = form.cleaned_data["starts_on"]
    try:
        row = save_contract(person, starts_on=day, minutes=form.minutes, contract=contract)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    text = _("%(person)s: %(time)s a week from %(day)s.")
    told = {"person": person, "time": format_duration(row.minutes_a_week), "day": shown_day(day)}
    toast(request, text % told)
    return True


def _page(
    request: MemberRequest,
    person: Membership,
    form: ContractForm,
    *,
    contract: Contract | None = None,
) -> HttpResponse:
    context = {
        "person": person,
        "form": form,
        "periods": periods_of(person),
        "edited": contract,
        "may_change": request.membership.is_administrator,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/contract_list.html", context, status=status)
