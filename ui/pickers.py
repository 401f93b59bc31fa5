"""The answer to what is typed in a picker: a part of a page with at most twenty rows."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import member_required
from accounts.requests import MemberRequest
from lib import pickers
from lib.choices import chosen_id

# The shapes of an answer: options of a listbox, or check boxes in the menu of a filter.
TEMPLATES = {"": "ui/picker_options.html", "checks": "ui/picker_checks.html"}


@never_cache
@require_safe
@member_required
def options(request: MemberRequest, key: str) -> HttpResponse:
    """Return what the member may pick: `q` is the text, `id` asks whether one row can be picked.

    The other parameters are the values of the fields that this choice depends on.
    """
    template = TEMPLATES.get(request.GET.get("as", ""))
    try:
        source = pickers.source_called(key)
    except KeyError:
        raise Http404 from None
    if template is None:
        raise Http404
    if not source.may(request.membership):
        raise PermissionDenied(_("You do not have the right to see this list."))
    given = request.GET.dict()
    if "id" in given:
        found = pickers.find_one(source, request.membership, given, pk=chosen_id(given["id"]))
    else:
        found = pickers.find(source, request.membership, given, text=given.get("q", ""))
    # Without the request: what every page shows besides is not read for a part of one.
    context = {"found": found, "name": given.get("name", ""), "key": key}
    return HttpResponse(render_to_string(template, context))
