"""Logs contain no secrets, also after an exception."""

import logging

import structlog

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
