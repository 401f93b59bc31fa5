"""Whether the database, the keys and the broker can be used."""

import redis
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from integrations.models import Connection
from integrations.secrets import CannotDecrypt
from lib.encryption import cipher
from lib.tenancy import every_organisation

BROKER_SECONDS = 1
CANARY = b"canary"
QUEUE = "celery"


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
    return queue_length() is not None


def queue_length() -> int | None:
    """Return how many tasks wait in the broker; None if it does not answer."""
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL,
            socket_timeout=BROKER_SECONDS,
            socket_connect_timeout=BROKER_SECONDS,
        ) as broker:
            return int(broker.llen(QUEUE))
    except (redis.RedisError, ValueError):
        return None
