"""A real Celery worker on the test's own database and broker."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

import pytest
from django.conf import settings
from django.db import connection

from sandbox.server import SOAP_PATH
from timechimp_eb.celery import app

from .servers import unused_port


@pytest.fixture
def celery_worker_process(
    running_worker: subprocess.Popen[bytes], redis_url: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the test database, to which this test's tasks go.

    The test itself needs `transactional_db`, or the worker sees nothing of what it writes.
    """
    with sending_to(redis_url):
        yield running_worker


@contextlib.contextmanager
def sending_to(broker_url: str) -> Iterator[None]:
    """Send this process's tasks to another broker for a while."""
    before, app.conf.broker_url = app.conf.broker_url, broker_url
    app._after_fork()  # forgets its connections, which is what we want
    try:
        yield
    finally:
        app.conf.broker_url = before
        app._after_fork()


@pytest.fixture(scope="session")
def worker_sandbox_port() -> int:
    """Where the worker looks for e-Boekhouden: a test that needs one starts its sandbox there."""
    return unused_port()


@pytest.fixture(scope="session")
def running_worker(
    redis_url: str, worker_sandbox_port: int, django_db_setup: None
) -> Iterator[subprocess.Popen[bytes]]:
    """The worker's process; it stays for the whole run, because it takes seconds to start."""
    with worker_of(redis_url, worker_sandbox_port, name="shared@test") as worker:
        yield worker
        worker.terminate()
        worker.wait(timeout=60)


@contextlib.contextmanager
def worker_of(
    redis_url: str, sandbox_port: int, *, name: str, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is ready, on the test database; whatever happens, it is gone afterwards.

    `more` goes into its environment.
    """
    surroundings = {
        **more,
        "TEST_BROKER_URL": redis_url,
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_EBOEKHOUDEN_URL": f"http://127.0.0.1:{sandbox_port}{SOAP_PATH}",
    }
    command = [sys.executable, "-m", "celery", "--app", "timechimp_eb", "worker"]
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen(
            [*command, "--concurrency", "2", "--loglevel", "INFO", "--hostname", name],
            cwd=settings.BASE_DIR,
            env={**os.environ, **surroundings},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            with sending_to(redis_url):
                wait_for(worker, log, name)
            yield worker
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def wait_for(worker: subprocess.Popen[bytes], log: IO[bytes], name: str) -> None:
    for _ in range(120):
        if app.control.ping([name], timeout=0.5):
            return
        if worker.poll() is not None:
            break
    log.seek(0)
    raise RuntimeError(f"the Celery worker did not start:\n{log.read().decode()}")
