"""The page /metrics: with METRICS_TOKEN for who has it, else for this machine only.

Without a token a request that passed a proxy is refused: its address would be that of the proxy.
Who may not read it gets the answer of a page that does not exist.
"""

import hmac
import ipaddress

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lib.tenancy import every_organisation

from . import metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BEARER = "Bearer "
OF_PROXIES = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "Forwarded",
    "Via",
)


@require_safe
@never_cache
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Return the metrics. Raises Http404 for who may not read them."""
    if not may_read(request):
        raise Http404
    with every_organisation():
        found = metrics.exposition(now=timezone.now())
    return HttpResponse(found, content_type=CONTENT_TYPE)


def may_read(request: HttpRequest) -> bool:
    """Return whether the request has the token, or comes from this machine itself."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        wanted = f"{BEARER}{settings.METRICS_TOKEN}"
        return hmac.compare_digest(given.encode(), wanted.encode())
    if any(name in request.headers for name in OF_PROXIES):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
