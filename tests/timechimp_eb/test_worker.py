"""A real Celery worker on a real broker and the test's own database."""

import subprocess

import pytest

from timechimp_eb.celery import app

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def test_a_worker_process_answers(celery_worker_process: subprocess.Popen[bytes]) -> None:
    assert app.control.ping(timeout=5)
    assert celery_worker_process.poll() is None


def test_the_worker_knows_every_task_of_the_schedule(
    celery_worker_process: subprocess.Popen[bytes],
) -> None:
    (known,) = app.control.inspect(timeout=5).registered().values()

    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted <= {name.split(" ")[0] for name in known}
