"""Health pages for a load balancer and the system administrator."""

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Organisation
from integrations.models import Connection

NOBODY_LISTENS = "redis://127.0.0.1:9/0"


def test_livez_answers_without_asking_the_database(client: Client) -> None:
    # Without the database fixture every query raises.
    assert client.get("/livez").json() == {"status": "ok"}


@pytest.mark.redis
@pytest.mark.django_db
def test_readyz_is_ok_when_database_keys_and_broker_answer(
    client: Client, settings: Settings, redis_url: str
) -> None:
    settings.CELERY_BROKER_URL = redis_url

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_without_a_broker_the_program_is_degraded_but_ready(
    client: Client, settings: Settings
) -> None:
    settings.CELERY_BROKER_URL = NOBODY_LISTENS

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})


@pytest.mark.django_db
def test_a_key_that_does_not_open_the_stored_codes_means_not_ready(
    client: Client, settings: Settings
) -> None:
    connected = Connection(organisation=Organisation.objects.create(name="Agency"), username="a")
    connected.set_codes("code one", "code two")
    connected.save()
    settings.CREDENTIAL_KEYS = ["b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q="]

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


@pytest.mark.django_db
def test_a_missing_migration_means_not_ready_and_is_not_shown_to_anonymous_users(
    client: Client,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.django_db
def test_the_health_pages_are_only_read_and_never_cached(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert "no-store" in client.get(path)["Cache-Control"]
