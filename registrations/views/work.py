"""What the form of hours asks about the chosen work: stars, budget, and texts of before."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import member_required
from accounts.requests import MemberRequest
from lib.choices import chosen_id

from ..bookable import bookable_work
from ..models import FavouriteWork
from ..register.about_work import about_work
from .register import subject_of


@require_POST
@member_required
def work_star(request: MemberRequest) -> HttpResponse:
    """Star a task on a project, or take its star away; answer with a sentence."""
    pk = chosen_id(request.POST.get("work", ""))
    work = get_object_or_404(bookable_work(request.organisation, request.membership), pk=pk)
    row, is_new = FavouriteWork.objects.get_or_create(membership=request.membership, work=work)
    if not is_new:
        row.delete()
    said = _("Is a favourite now.") if is_new else _("No longer a favourite.")
    return JsonResponse({"said": said, "is_starred": is_new})


@require_safe
@member_required
def work_about(request: MemberRequest) -> HttpResponse:
    """Return the part of the form about the work of the address; empty without work."""
    pk = chosen_id(request.GET.get("work", ""))
    related = ("project__customer", "task")
    subject = subject_of(request)
    bookable = bookable_work(request.organisation, subject).filter(pk=pk)
    work = bookable.select_related(*related).first()
    about = about_work(work, membership=subject) if work else None
    return render(request, "registrations/work_about.html", {"about": about})
