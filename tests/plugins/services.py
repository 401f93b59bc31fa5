"""What tests need from outside: a broker, a Celery worker, a browser; and which tests fit here."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from timechimp_eb.celery import app

from . import EARLIER
from .chromium import ARGUMENTS, find_chromium
from .servers import throwaway_valkey

ROOT = Path(settings.BASE_DIR)
NO_CHROMIUM = (
    "No Chromium found, so the browser tests did not run: install chromium or set CHROMIUM."
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what can't run here; without a browser that is an error on a CI machine."""
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    lacks_browser = not find_chromium() and os.environ.get("CI") != "true"
    for item in items:
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))
        if item.get_closest_marker("e2e") and lacks_browser:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = str([report.longrepr for report in terminalreporter.getreports("skipped")])
    for line in os.environ.get(EARLIER, "").splitlines():
        terminalreporter.write_line(line)
    if NO_CHROMIUM in skipped:
        terminalreporter.write_line(NO_CHROMIUM, yellow=True, bold=True)


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> Iterator[str]:
    """A broker for this test process alone: TEST_REDIS_URL with an own database number, or ours."""
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield f"{given}/{number}"
        return
    with throwaway_valkey() as address:
        yield f"{address}/{number}"


@pytest.fixture(scope="session")
def celery_worker_process(
    redis_url: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the test database. The test itself needs `transactional_db`.

    Tasks that this process sends go to the worker too, from now on and until the end.
    """
    app.conf.broker_url = redis_url
    environment = {
        **os.environ,
        "TEST_BROKER_URL": redis_url,
        "TEST_DATABASE_NAME": database_name(),
    }
    command = [sys.executable, "-m", "celery", "--app", "timechimp_eb", "worker"]
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen(
            [*command, "--concurrency", "2", "--loglevel", "INFO"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for_worker(worker)
            yield worker
        finally:
            worker.terminate()
            worker.wait(timeout=20)


def database_name() -> str:
    return str(connection.settings_dict["NAME"])


def wait_for_worker(worker: subprocess.Popen[bytes]) -> None:
    for _ in range(60):
        if app.control.ping(timeout=0.5):
            return
        if worker.poll() is not None:
            break
    raise RuntimeError("the Celery worker did not start")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the machine's own Chromium."""
    # Playwright runs an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = find_chromium()
    if not path:
        pytest.fail(NO_CHROMIUM)
    return {**browser_type_launch_args, "executable_path": path, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/Amsterdam"}
