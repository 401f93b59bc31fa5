"""A worker whose clock is wrong neither holds a run for longer nor takes one that lives."""

import datetime

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone
from django.utils.module_loading import import_string

from integrations.runs import ABANDONED_AFTER, Run, RunState, claim_run
from tests import factories
from tests.timechimp_eb.test_every_page import _everything

# SQLite has no clock of its own.
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
AN_HOUR = datetime.timedelta(hours=1)
RUNS = [model for model in apps.get_models() if issubclass(model, Run)]


def carried_out(model: type[Run], *, ahead: datetime.timedelta) -> Run:
    """Carry out the latest run of a kind in a worker whose clock is ahead."""
    run = model._default_manager.latest("pk")
    model._default_manager.filter(pk=run.pk).update(state=RunState.QUEUED, attempts=0)
    with time_machine.travel(timezone.now() + ahead):
        import_string(model.TASK).apply([run.pk])
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("model", RUNS, ids=[model.__name__ for model in RUNS])
@pytest.mark.parametrize("ahead", [AN_HOUR, -AN_HOUR], ids=["ahead", "behind"])
def test_a_heartbeat_is_of_the_clock_of_the_database(model, ahead):
    _everything(factories.create_organisation())

    run = carried_out(model, ahead=ahead)

    assert run.attempts == 1
    assert abs(timezone.now() - run.heartbeat_at) < datetime.timedelta(minutes=1)
    assert run.is_over


def test_there_are_five_kinds_of_runs():
    assert len(RUNS) == 5


def test_a_sweep_that_is_ahead_leaves_a_run_that_lives_to_its_worker():
    _everything(factories.create_organisation())
    export = apps.get_model("privacy.DataExport")
    run = export.objects.latest("pk")
    export.objects.filter(pk=run.pk).update(state=RunState.QUEUED, attempts=0)
    assert claim_run(export, run.pk, now=timezone.now())

    with time_machine.travel(timezone.now() + AN_HOUR):
        import_string(export.TASK).apply([run.pk])

    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.RUNNING, 1)
    assert ABANDONED_AFTER < AN_HOUR
