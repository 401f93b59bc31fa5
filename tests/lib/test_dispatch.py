"""Work is asked for after the commit, by a name that exists; a broker that is down is logged."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from lib.dispatch import enqueue
from tests.plugins.worker import sending_to
from timechimp_eb.celery import app
from timechimp_eb.schedule import SCHEDULE

PRODUCT = (
    *("timechimp_eb", "operations", "privacy", "audit", "billing", "imports", "registrations"),
    *("projects", "customers", "vat", "integrations", "accounts", "lib", "tools", "demo"),
)
TASK_NAME = re.compile(r'"([a-z_]+\.tasks\.\w+)"')
ENQUEUED = re.compile(r"\benqueue\(\s*([^,)]+)")
NO_BROKER = "redis://127.0.0.1:1/0"


def sources() -> list[str]:
    root = Path(settings.BASE_DIR)
    return [path.read_text() for app_name in PRODUCT for path in (root / app_name).rglob("*.py")]


def existing() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_task_name_in_the_program_exists():
    named = {name for source in sources() for name in TASK_NAME.findall(source)}

    assert len(named) >= 10
    assert named <= existing()


def test_every_task_of_the_schedule_exists():
    assert {entry["task"] for entry in SCHEDULE.values()} <= existing()


def test_every_task_is_asked_for_somewhere():
    named = {name for source in sources() for name in TASK_NAME.findall(source)}

    assert existing() <= named


def test_what_is_enqueued_is_a_name_that_the_tests_above_see():
    enqueued = {name for source in sources() for name in ENQUEUED.findall(source)}

    assert enqueued
    assert {name for name in enqueued if not TASK_NAME.fullmatch(name)} <= {
        "task: str",  # the function itself
        "model.TASK",  # of a run
    }


@pytest.mark.django_db
def test_nothing_is_sent_before_the_commit_or_after_a_rollback(django_capture_on_commit_callbacks):
    failed = []
    with sending_to(NO_BROKER), django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            enqueue("customers.tasks.run_import", 1, on_failure=lambda: failed.append(1))
            transaction.set_rollback(True)
        enqueue("customers.tasks.run_import", 2, on_failure=lambda: failed.append(2))
        assert failed == []

    assert failed == [2]


@pytest.mark.django_db
def test_a_broker_that_is_down_is_logged(caplog, django_capture_on_commit_callbacks):
    with sending_to(NO_BROKER), django_capture_on_commit_callbacks(execute=True):
        enqueue("customers.tasks.run_import", 3)

    assert "dispatch.failed" in caplog.text
    assert "arguments=(3,)" in caplog.text
