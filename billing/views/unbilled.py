"""Finance → Unbilled."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import invoicer_required
from accounts.paging import page_of
from accounts.requests import MemberRequest

from ..filters import UnbilledForm
from ..unbilled import totals_of, unbilled


@require_GET
@invoicer_required
def unbilled_list(request: MemberRequest) -> HttpResponse:
    """What can be billed, by customer and project; pages are of customers."""
    form = UnbilledForm(request.GET, organisation=request.organisation)
    wish = form.wish(timezone.localdate())
    customers = unbilled(request.organisation, wish, projects=form.projects())
    page = page_of(request, customers)
    context = {
        "form": form,
        "wish": wish,
        "page": page,
        "customer_count": len(customers),
        "project_count": sum(len(customer.projects) for customer in customers),
        "total": totals_of(customers),
        "is_narrowed": bool(set(request.GET) - {"size", "page"}),
        "selection_done": request.session.pop("selection_done", False),
    }
    return render(request, "billing/unbilled.html", context)
