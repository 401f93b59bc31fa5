"""The id of a request: in the answer, in the log lines, and with the worker."""

import logging
import os
import re
import subprocess
import sys
import time

import pytest
import structlog
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from django.utils.timezone import localdate
from structlog.contextvars import bound_contextvars, get_contextvars

from billing.invoices.creating import invoice_in_eboekhouden
from lib.dispatch import enqueue
from operations import carrying
from tests import factories
from tests.plugins.worker import sending_to
from timechimp_eb.celery import app
from timechimp_eb.logs import AddsContext

MADE = re.compile(r"[0-9a-f]{16}")


def answered(client, given: str = "") -> str:
    headers = {"X-Request-ID": given} if given else {}
    return client.get("/livez", headers=headers)["X-Request-ID"]


def test_each_answer_has_an_id_of_its_own(client):
    first, second = answered(client), answered(client)

    assert MADE.fullmatch(first)
    assert first != second


def test_what_a_visitor_sends_is_not_taken_over(client):
    assert MADE.fullmatch(answered(client, "given-by-a-visitor"))


@override_settings(TRUSTED_PROXIES=1)
def test_what_our_proxy_sends_is_taken_over_if_it_is_well_formed(client):

    assert answered(client, "0f8fad5b-d9cb-469f-a165-70867728950e").startswith("0f8fad5b-")
    for odd in ("short", "x" * 65, "with space 123", "a\tb12345678", "-begins-wrong", "é" * 10):
        assert MADE.fullmatch(answered(client, odd)), odd


@pytest.mark.django_db
def test_log_lines_of_the_request_have_it(client, caplog):
    caplog.handler.addFilter(AddsContext())

    given = client.get("/nowhere/")["X-Request-ID"]

    assert f"request_id='{given}'" in caplog.text
    assert not get_contextvars()


def test_our_own_lines_have_it_once(caplog):
    caplog.handler.addFilter(AddsContext())
    with bound_contextvars(request_id="abcdefgh"):
        structlog.get_logger("tests").warning("something")
        logging.getLogger("library").warning("50%% of %s", "it")

    assert caplog.text.count("request_id='abcdefgh'") == 2
    assert "50% of it request_id" in caplog.text


@pytest.mark.django_db
def test_log_lines_of_the_request_say_who_asked(client, caplog):
    member = factories.create_membership()
    client.force_login(member.user)
    caplog.clear()
    caplog.handler.addFilter(AddsContext())

    client.get("/nowhere/")

    assert f"user={member.user_id} organisation={member.organisation_id} request_id=" in caplog.text
    assert not get_contextvars()


def test_an_address_cannot_say_who_asked(caplog):
    caplog.handler.addFilter(AddsContext())
    with bound_contextvars(user=7, request_id="abcdefgh"):
        logging.getLogger("library").warning("Not Found: %s", "/x user=1 request_id='mine'")

    assert caplog.messages == [
        "Not Found: /x user=1 request_id='mine' user=7 request_id='abcdefgh'"
    ]


@pytest.mark.django_db
def test_a_message_to_a_worker_carries_it(django_capture_on_commit_callbacks):
    with (
        sending_to("memory://"),
        app.connection_for_write() as broker,
        broker.SimpleQueue("celery") as queue,
    ):
        queue.clear()
        with (
            bound_contextvars(request_id="abcdefgh", user=7, organisation=3),
            django_capture_on_commit_callbacks(execute=True),
        ):
            enqueue("billing.tasks.deliver_bookings", 1)
        with django_capture_on_commit_callbacks(execute=True):
            enqueue("billing.tasks.deliver_bookings", 2)
        carrying_it, without = queue.get(timeout=5), queue.get(timeout=5)

    assert carrying_it.headers["request_id"] == "abcdefgh"
    assert (carrying_it.headers["user"], carrying_it.headers["organisation"]) == (7, 3)
    assert not {"request_id", "user", "organisation"} & {*without.headers}


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_the_log_lines_of_a_worker_have_it(redis_url, tmp_path):
    """A real worker, whose heartbeat reaches nobody: the line that says so has the id."""
    surroundings = {
        **os.environ,
        "TEST_BROKER_URL": redis_url,
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "HEARTBEAT_URL_BEAT": "http://127.0.0.1:9/",
    }
    command = [sys.executable, "-m", "celery", "--app=timechimp_eb", "worker", "--pool=solo"]
    log = tmp_path / "log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [*command, "--queues=ids"],
            cwd=settings.BASE_DIR,
            env=surroundings,
            stdout=output,
            stderr=output,
        )
    try:
        asked = {"request_id": "from-a-request", "user": 7, "organisation": 3}
        with sending_to(redis_url), bound_contextvars(**asked):
            app.send_task("operations.tasks.send_heartbeat", queue="ids")
        deadline = time.monotonic() + 60
        while "heartbeat.not_heard" not in log.read_text():
            assert time.monotonic() < deadline, log.read_text()
            assert worker.poll() is None, log.read_text()
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(timeout=60)

    (line,) = [one for one in log.read_text().splitlines() if "heartbeat.not_heard" in one]
    assert "request_id='from-a-request'" in line
    assert "user=7" in line
    assert "organisation=3" in line
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", line)
    assert "task='operations.tasks.send_heartbeat'" in line


@pytest.mark.django_db
def test_the_lines_of_a_booking_have_the_id_of_the_request(connected, caplog):
    caplog.set_level(logging.INFO)
    connected.hours()
    order = connected.order(date=localdate())
    batch = invoice_in_eboekhouden(order, connection=connected.connection, now=timezone.now())

    with bound_contextvars(request_id="abcdefgh"):
        connected.deliver()

    lines = [one.getMessage() for one in caplog.records if "booking.recorded" in one.getMessage()]
    assert batch.bookings.count() >= 1
    assert lines
    assert all("request_id='abcdefgh'" in line for line in lines)
    assert any("state='confirmed'" in line for line in lines)


def test_a_task_that_is_over_leaves_nothing_behind():
    class Message:
        request = type("Request", (), {"request_id": "abcdefgh", "user": 7, "organisation": 3})()
        name = "a.task"

    carrying.take(task=Message())
    who = {"user": 7, "organisation": 3}
    assert get_contextvars() == {"request_id": "abcdefgh", "task": "a.task", **who}

    carrying.drop()
    assert get_contextvars() == {}


def test_a_message_with_an_odd_id_is_not_believed():
    class Message:
        request = type("Request", (), {"request_id": "x\ny" * 10, "user": "7 b=c"})()
        name = "a.task"

    carrying.take(task=Message())
    assert get_contextvars() == {"task": "a.task"}
    carrying.drop()
