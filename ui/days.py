"""What a typed day means, for the page that shows it before it is stored."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lib.days import describe_day, read_day
from lib.formats import day as shown_day


@never_cache
@require_safe
def read(request: HttpRequest) -> JsonResponse:
    """Return the whole date and its description, or the error, for `text`; reads no data."""
    try:
        found = read_day(request.GET.get("text", ""), today=timezone.localdate()).day
    except ValueError as error:
        return JsonResponse({"error": str(error)})
    return JsonResponse({"value": shown_day(found), "description": describe_day(found)})
