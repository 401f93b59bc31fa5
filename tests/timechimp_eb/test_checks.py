"""System checks explain missing and unsafe settings."""

import logging
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.login.openid import offered
from accounts.login.provider_settings import configured
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
        ("SESSION_IDLE_MINUTES", 4, "E030"),
        ("CLAMAV", "clamav:3310", "E028"),
        ("CLAMAV", "unix://run/clamd.ctl", "E028"),
        ("CLAMAV", "tcp://clamav:nonsense", "E028"),
        ("FILES_HOST", "https://files.example.nl", "E027"),
        ("FILES_HOST", "files.example.nl/x", "E027"),
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


GOOGLE = {"GOOGLE_CLIENT_ID": "a", "GOOGLE_CLIENT_SECRET": "b"}
TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
MICROSOFT = {"MICROSOFT_CLIENT_ID": "a", "MICROSOFT_CLIENT_SECRET": "b", "MICROSOFT_TENANT": TENANT}
OPENID = {"OIDC_NAME": "Login", "OIDC_SERVER_URL": "https://login.example.nl/realm/"}
OPENID |= {"OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "b"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"GOOGLE_CLIENT_ID": "a"}, "GOOGLE_CLIENT_SECRET must be set too"),
        ({"GOOGLE_CLIENT_SECRET": "a"}, "GOOGLE_CLIENT_ID must be set too"),
        ({"GOOGLE_TRUSTED_DOMAINS": "a.nl"}, "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET must be"),
        (GOOGLE | {"GOOGLE_TRUSTED_DOMAINS": "a.nl, nonsense"}, "no domain: nonsense."),
        (MICROSOFT | {"MICROSOFT_TENANT": ""}, "MICROSOFT_TENANT must be set too"),
        (MICROSOFT | {"MICROSOFT_TENANT": "common"}, "is not a directory (tenant) ID"),
        (MICROSOFT | {"MICROSOFT_TENANT": "a.onmicrosoft.com"}, "is not a directory (tenant) ID"),
        (OPENID | {"OIDC_NAME": ""}, "OIDC_NAME must be set too"),
        (OPENID | {"OIDC_NAME": 41 * "x"}, "at most 40 characters"),
        (OPENID | {"OIDC_SERVER_URL": "http://login.example.nl"}, "is not https"),
        (OPENID | {"OIDC_OTHER_ORIGINS": "http://x.example.nl"}, "is not https"),
    ],
)
def test_a_provider_that_is_set_in_part_is_explained_and_not_offered(
    settings: Settings, given: dict[str, str], sentence: str
) -> None:
    settings.LOGIN_PROVIDERS = configured(lambda name: given.get(name, ""))

    (message,) = settings_are_complete()

    assert message.id == "timechimp_eb.E026"
    assert sentence in message.msg
    assert offered() == []


def test_providers_that_are_set_completely_are_offered_in_a_fixed_order(settings: Settings) -> None:
    given = OPENID | MICROSOFT | GOOGLE | {"GOOGLE_TRUSTED_DOMAINS": "@Example.NL, b.nl"}
    given |= {"OIDC_OTHER_ORIGINS": "https://sso.example.nl"}

    settings.LOGIN_PROVIDERS = configured(lambda name: given.get(name, ""))

    assert settings_are_complete() == []
    google, microsoft, own = offered()
    assert google.trusted_domains == ("example.nl", "b.nl")
    assert microsoft.server_url == f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert own.server_url == "https://login.example.nl/realm"
    assert own.origins == ("https://login.example.nl", "https://sso.example.nl")


def test_nothing_is_offered_when_nothing_is_set() -> None:
    assert configured(lambda name: "") == []


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
        ("ALLOWED_HOSTS", ["hours.example.com", "*"], "E022"),
        ("SESSION_COOKIE_NAME", "session", "E023"),
        ("CSRF_COOKIE_NAME", "__Secure-csrf", "E023"),
        ("CELERY_BROKER_URL", "redis://redis:6379/0", "E024"),
        ("CELERY_BROKER_URL", "rediss://hours@broker.example.com/0", "E024"),
        ("CELERY_TASK_SERIALIZER", "pickle", "E007"),
    ],
)
def test_what_must_not_be_seen_in_production(
    settings: Settings, name: str, value: object, complaint: str
) -> None:
    be_careful(settings)
    setattr(settings, name, value)

    # The tests themselves may run on SQLite.
    assert ids(settings_are_safe()) - {"W003"} == {complaint}


def be_careful(settings: Settings) -> None:
    """Set what a careful administrator would set."""
    settings.HTTPS = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    settings.EBOEKHOUDEN_URL = "https://soap.example.com/"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "invoices@example.com"


@pytest.mark.parametrize(
    "address",
    [
        "redis://127.0.0.1:6379/0",
        "redis://localhost/0",
        "redis://[::1]:6379/0",
        "unix:///run/redis/redis.sock",
        "redis://:secret@redis:6379/0",
        "rediss://hours:secret@broker.example.com/0",
    ],
)
def test_a_broker_of_this_machine_or_with_a_password_is_safe(
    settings: Settings, address: str
) -> None:
    be_careful(settings)
    settings.CELERY_BROKER_URL = address

    assert ids(settings_are_safe()) - {"W003"} == set()


def test_a_library_that_could_log_a_security_code_must_be_quiet(settings: Settings) -> None:
    be_careful(settings)
    logger = logging.getLogger("zeep")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        assert ids(settings_are_safe()) - {"W003"} == {"E009"}
    finally:
        logger.setLevel(before)


@pytest.mark.parametrize(
    ("mode", "found"),
    [(0o400, set()), (0o440, set())] + [(mode, {"E025"}) for mode in (0o444, 0o442, 0o646)],
)
def test_a_secret_that_every_user_can_read_is_refused(
    settings: Settings, tmp_path: Path, mode: int, found: set[str]
) -> None:
    be_careful(settings)
    file = tmp_path / "secret_key"
    file.write_text("secret")
    file.chmod(mode)
    # Orchestrators mount a link to the file; the file counts.
    link = tmp_path / "link"
    link.symlink_to(file)
    settings.SECRET_FILES = {"SECRET_KEY": link}

    messages = settings_are_safe()

    assert ids(messages) - {"W003"} == found
    assert all("SECRET_KEY_FILE" in it.msg for it in messages if it.id.endswith("E025"))
