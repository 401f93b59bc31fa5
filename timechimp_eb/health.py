"""Liveness (/livez) and readiness (/readyz); details are written to the log only."""

import redis
import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.tenancy import every_organisation
from integrations.models import Connection
from integrations.secrets import CannotDecrypt
from lib.encryption import cipher

log = structlog.get_logger(__name__)
BROKER_SECONDS = 1
CANARY = b"canary"


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


def database_problem() -> str:
    """Return why the database cannot be used, or ""."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"database: {error}"
    return f"{len(missing)} migrations are missing" if missing else ""


def keys_problem() -> str:
    """Return why stored security codes cannot be decrypted, or ""; one stored code is tried."""
    try:
        cipher().decrypt(cipher().encrypt(CANARY))
        with every_organisation():
            stored = Connection.objects.exclude(sealed_code_1="").exclude(sealed_code_2="").first()
        if stored:
            stored.codes()
    except (CannotDecrypt, ImproperlyConfigured, InvalidToken, ValueError) as error:
        return f"CREDENTIAL_KEYS: {type(error).__name__}"
    return ""


def broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL,
            socket_timeout=BROKER_SECONDS,
            socket_connect_timeout=BROKER_SECONDS,
        ) as broker:
            return bool(broker.ping())
    except (redis.RedisError, ValueError):
        return False
