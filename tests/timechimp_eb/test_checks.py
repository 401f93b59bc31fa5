"""System checks explain missing and unsafe settings."""

import pytest
from pytest_django import Settings

from timechimp_eb.checks import settings_are_complete, settings_are_safe

KEY = "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q="


def ids(messages: list) -> set[str]:
    return {message.id.removeprefix("timechimp_eb.") for message in messages}


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SECRET_KEY", "", "E001"),
        ("CREDENTIAL_KEYS", [], "E002"),
        ("CREDENTIAL_KEYS", [KEY, "too short"], "E003"),
        ("SECRET_KEY", KEY, "E004"),
        ("EBOEKHOUDEN_URL", "http://soap.example.com/", "E005"),
        ("EBOEKHOUDEN_URL", "ftp://127.0.0.1/", "E005"),
        ("BOOKING_SETTLE_SECONDS", 0, "E006"),
        ("PRODUCT_NAME", "", "E011"),
        ("PRODUCT_NAME", 31 * "x", "E012"),
        ("PRODUCT_NAME", "Two\nlines", "E012"),
    ],
)
def test_what_the_program_cannot_work_without(
    settings: Settings, name: str, value: object, complaint: str
) -> None:
    settings.CREDENTIAL_KEYS = [KEY]
    setattr(settings, name, value)

    assert ids(settings_are_complete()) == {complaint}


def test_a_complete_installation_gets_no_message() -> None:
    assert settings_are_complete() == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("HTTPS", False, "W001"),
        ("EBOEKHOUDEN_URL", "http://127.0.0.1:8001/soap.asmx", "W002"),
        ("SECURE_HSTS_PRELOAD", True, "W006"),
        ("CELERY_ACCEPT_CONTENT", ["json", "pickle"], "E007"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "W004"),
        ("DEFAULT_FROM_EMAIL", "invoices@localhost", "W005"),
        ("CONTENT_SECURITY_POLICY", {"DIRECTIVES": {"script-src": ["'unsafe-inline'"]}}, "E008"),
        ("FAILPOINTS_ALLOWED", True, "E010"),
    ],
)
def test_what_must_not_be_seen_in_production(
    settings: Settings, name: str, value: object, complaint: str
) -> None:
    settings.HTTPS = True
    settings.EBOEKHOUDEN_URL = "https://soap.example.com/"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "invoices@example.com"
    setattr(settings, name, value)

    # The tests themselves may run on SQLite.
    assert ids(settings_are_safe()) - {"W003"} == {complaint}
