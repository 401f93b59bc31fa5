"""Logs contain no secrets, also after an exception."""

import datetime
import logging
import time
from types import SimpleNamespace

import pytest
import structlog
from django.conf import settings
from gunicorn.config import Config

from operations.requests import USER
from tests import factories
from timechimp_eb.logs import HidesLinks, UtcFormatter
from timechimp_eb.serving import Logger, access_log_format

CODE = "9f8e7d6c-the-second-code"


def fails(*, code: str) -> None:
    raise RuntimeError("nobody expected this")


def test_a_traceback_has_no_local_variables(caplog):
    arguments = {"SecurityCode2": CODE}
    try:
        fails(code=arguments["SecurityCode2"])
    except RuntimeError:
        structlog.get_logger("tests").exception("delivery.failed", connection=1)

    assert "delivery.failed" in caplog.text
    assert "nobody expected this" in caplog.text
    assert CODE not in caplog.text


def test_an_event_is_one_line(caplog):
    structlog.get_logger("tests").warning("import.odd", name="Van Dam\r\nSecond line")

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "\n" not in record.getMessage()


def test_what_is_named_like_a_secret_is_not_written(caplog):
    structlog.get_logger("tests").warning("login", code_2=CODE, session_id=CODE, connection=1)

    assert CODE not in caplog.text
    assert "connection=1" in caplog.text


TOKEN = "c9x-secret-token"


@pytest.mark.parametrize("path", ["/account/password/reset/key/1-{}/", "/profile/e-mail/{}/?x=1"])
def test_the_token_of_a_link_is_in_no_log_line(path):
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": (path.format(TOKEN),)})

    assert HidesLinks().filter(record)

    assert TOKEN not in record.getMessage()
    assert record.getMessage().startswith("Not Found: " + path.split("{")[0][:-2])


def test_the_code_of_a_provider_is_in_no_log_line():
    line = f'"GET /account/provider/oidc/callback/?code={TOKEN}&state=abc HTTP/1.1" 302'
    record = logging.makeLogRecord({"msg": line})

    HidesLinks().filter(record)

    assert record.getMessage() == '"GET /account/provider/oidc/callback/?… HTTP/1.1" 302'


def test_every_handler_leaves_tokens_out():
    assert all("links" in one["filters"] for one in settings.LOGGING["handlers"].values())


def atoms_of(**environ):
    """Return what gunicorn's access log knows of a request."""
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[])
    asked = SimpleNamespace(headers=[("REFERER", environ.get("HTTP_REFERER", ""))])
    plain = {"REQUEST_METHOD": "GET", "RAW_URI": "/", "SERVER_PROTOCOL": "HTTP/1.1"}
    return Logger(Config()).atoms(answer, asked, plain | environ, datetime.timedelta(seconds=1))


def test_the_access_log_has_no_token_of_a_link():
    atoms = atoms_of(
        RAW_URI=f"/profile/e-mail/{TOKEN}/",
        HTTP_REFERER=f"https://x/account/password/reset/key/{TOKEN}/",
    )

    assert atoms["r"] == "GET /profile/e-mail/…/ HTTP/1.1"
    assert TOKEN not in str({key: atoms[key] for key in "rUqfm"})


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "172.18.0.5"), (1, "192.0.2.7"), (2, "198.51.100.9")]
)
def test_the_access_log_has_the_address_that_our_outermost_proxy_saw(settings, proxies, address):
    settings.TRUSTED_PROXIES = proxies

    atoms = atoms_of(REMOTE_ADDR="172.18.0.5", HTTP_X_FORWARDED_FOR="198.51.100.9, 192.0.2.7")

    assert atoms["h"] == address


@pytest.mark.django_db
def test_the_access_log_says_who_asked(client):
    member = factories.create_membership()
    client.force_login(member.user)

    page = client.get("/profile/")

    assert atoms_of(**{USER: page.wsgi_request.META[USER]})["u"] == str(member.user_id)
    assert atoms_of(HTTP_HOURS_USER="7")["u"] == "-"


def test_moments_are_in_utc_and_say_so():
    values = {"created": 1796074509.25, "msecs": 250.0, "msg": "something"}
    record = logging.makeLogRecord(values | {"name": "tests", "levelname": "INFO"})
    (handler,) = (
        one for one in logging.getLogger().handlers if isinstance(one.formatter, UtcFormatter)
    )

    assert time.localtime(record.created).tm_hour == 22  # Django's time zone
    assert handler.format(record) == "2026-11-30T21:35:09.250Z INFO tests something"


def test_moments_of_gunicorn_are_in_utc_too(capsys):
    config = Config()
    config.set("accesslog", "-")
    config.set("access_log_format", access_log_format)
    logger = Logger(config)

    logger.info("Listening")

    shown = capsys.readouterr().err
    moment = datetime.datetime.fromisoformat(shown.split()[0])
    assert abs(moment - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert logger.now().endswith("Z")
    assert atoms_of()["t"].endswith("Z")


def test_a_wrong_host_is_one_line_without_a_traceback(client, caplog):
    answer = client.get("/account/login/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    (record,) = [one for one in caplog.records if one.name == "django.security.DisallowedHost"]
    assert record.exc_info is None
    assert "evil.example" in record.getMessage()
