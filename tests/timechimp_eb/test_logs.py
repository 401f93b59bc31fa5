"""Logs contain no secrets, also after an exception."""

import datetime
import logging
from types import SimpleNamespace

import pytest
import structlog
from django.conf import settings
from gunicorn.config import Config

from timechimp_eb.logs import HidesLinks
from timechimp_eb.serving import Logger

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


def test_the_access_log_has_no_token_of_a_link():
    logger = Logger(Config())
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[])
    asked = SimpleNamespace(headers=[("REFERER", f"https://x/account/password/reset/key/{TOKEN}/")])
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/profile/e-mail/{TOKEN}/",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://x/account/password/reset/key/{TOKEN}/",
    }

    atoms = logger.atoms(answer, asked, environ, datetime.timedelta(seconds=1))

    assert atoms["r"] == "GET /profile/e-mail/…/ HTTP/1.1"
    assert TOKEN not in str({key: atoms[key] for key in "rUqfm"})


def test_a_wrong_host_is_one_line_without_a_traceback(client, caplog):
    answer = client.get("/account/login/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    (record,) = [one for one in caplog.records if one.name == "django.security.DisallowedHost"]
    assert record.exc_info is None
    assert "evil.example" in record.getMessage()
