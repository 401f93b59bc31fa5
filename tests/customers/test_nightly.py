"""Every night one import, and nothing left waiting."""

import datetime

import pytest
from kombu.exceptions import OperationalError

from customers.import_runs import start_import
from customers.importing import carry_out_import
from customers.models import ImportRun
from customers.nightly import start_due_imports
from integrations.models import Connection
from integrations.nightly import next_night
from integrations.runs import ABANDONED_AFTER
from lib.dispatch import enqueue
from timechimp_eb.celery import app

from .conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def nightly(connection):
    """Due an hour ago."""
    Connection.objects.filter(pk=connection.pk).update(
        nightly_import=True, next_import_at=NOW - HOUR
    )
    return connection


def test_a_due_import_is_queued_once(nightly):
    first = start_due_imports(now=NOW)
    second = start_due_imports(now=NOW)

    [run] = ImportRun.objects.all()
    assert first == second == [run.pk]
    assert run.is_nightly
    nightly.refresh_from_db()
    assert nightly.next_import_at == next_night(nightly.organisation_id, now=NOW)


@pytest.mark.parametrize(
    "values",
    [
        {"is_active": False},
        {"paused_at": NOW},
        {"nightly_import": False},
        {"next_import_at": NOW + HOUR},
        {"next_import_at": None},
    ],
)
def test_what_is_off_paused_or_not_due_does_not_start(nightly, values):
    due = Connection.objects.filter(pk=nightly.pk)
    before = due.values(*values).get()
    due.update(**values)

    assert start_due_imports(now=NOW) == []
    due.update(**before)
    assert len(start_due_imports(now=NOW)) == 1


def test_an_import_by_hand_under_way_is_not_doubled(nightly, organisation, administrator):
    run = start_import(organisation, mode="only_new", by=administrator.user, now=NOW)

    assert start_due_imports(now=NOW) == [run.pk]


def test_what_a_dead_worker_left_is_found_again(organisation, connection, administrator):
    run = start_import(organisation, mode="update", by=administrator.user, now=NOW)
    ImportRun.objects.update(state="running", heartbeat_at=NOW)

    assert start_due_imports(now=NOW + ABANDONED_AFTER / 2) == []
    assert start_due_imports(now=NOW + ABANDONED_AFTER * 2) == [run.pk]


def test_runs_of_long_ago_are_cleared_away(nightly, organisation, clock):
    old, recent = (
        ImportRun.objects.create(
            organisation=organisation,
            connection=nightly,
            state="finished",
            created_at=NOW - datetime.timedelta(days=days),
        )
        for days in (31, 29)
    )

    start_due_imports(now=NOW)

    assert not ImportRun.objects.filter(pk=old.pk).exists()
    assert ImportRun.objects.filter(pk=recent.pk).exists()


def test_a_nightly_import_carries_out(nightly, eboekhouden, clock):
    eboekhouden.seed_relations([{"Code": "K1", "Bedrijf": "Van Dam"}])
    [run_id] = start_due_imports(now=NOW)

    carry_out_import(run_id, clock=clock)

    assert ImportRun.objects.get().counts()["new"] == 1


def test_without_a_broker_starting_still_works(
    organisation, connection, administrator, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")

    with django_capture_on_commit_callbacks(execute=True):
        run = start_import(organisation, mode="update", by=administrator.user, now=NOW)

    assert ImportRun.objects.get(pk=run.pk).state == "queued"
    assert run.pk in start_due_imports(now=NOW)


def test_a_broker_that_is_down_raises_nothing(
    monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def away(*_arguments, **_options):
        raise OperationalError("nobody there")

    monkeypatch.setattr(app, "send_task", away)

    with django_capture_on_commit_callbacks(execute=True):
        enqueue("customers.tasks.run_import", 1)

    assert "dispatch.failed" in caplog.text
    assert "customers.tasks.run_import' arguments=(1,)" in caplog.text
