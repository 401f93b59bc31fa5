"""Liveness (/livez) and readiness (/readyz); details are written to the log only."""

import structlog
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations.readiness import broker_answers, database_problem, keys_problem

log = structlog.get_logger(__name__)


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """Return 200 if the process answers.

    Nothing else is checked, because a restart does not repair a broken database.
    """
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Return 503 unless the database, its migrations and the keys are usable.

    Without the broker the status is "degraded" and still 200: the sweep finds the work.
    """
    if problem := database_problem() or keys_problem():
        log.error("site.not_ready", problem=problem)
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok" if broker_answers() else "degraded"})
