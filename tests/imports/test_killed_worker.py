"""A real worker that is killed in the middle of an import, and another one that goes on."""

import datetime
import os
import signal

import pytest

from imports.carrying_out import start
from imports.models import FileImport, FileState
from integrations.runs import ABANDONED_AFTER, enqueue_run
from registrations.models import TimeEntry
from tests.factories import TODAY
from tests.plugins.worker import sending_to, worker_of
from tests.waiting import until

from .conftest import Office, table

pytestmark = [
    pytest.mark.redis,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]
COUNT = 12_000


def done(draft):
    return FileImport.objects.values_list("state", "done").get(pk=draft.pk)


def test_after_a_kill_another_worker_goes_on_and_no_row_is_there_twice(
    own_redis_url, worker_sandbox_port
):
    office = Office()
    office.person("Daan", "Visser")
    office.work()
    days = (TODAY - datetime.timedelta(days=n // 20) for n in range(COUNT))
    rows = (
        (f"{day:%d-%m-%Y}", "Daan Visser", "Website", "Ontwerp", "1", "")
        for n, day in enumerate(days)
    )
    draft = office.take(table(("Datum", "Medewerker", "Project", "Taak", "Uren", "Memo"), *rows))

    with worker_of(own_redis_url, worker_sandbox_port, name="first@test") as worker:
        with sending_to(own_redis_url):
            start(draft, by=office.manager.user)
        until(lambda: done(draft)[1] >= 2_000)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    state, count = done(draft)
    assert state == FileState.RUNNING
    assert count < COUNT
    assert TimeEntry.objects.count() == count

    runs = FileImport.objects.filter(pk=draft.pk)
    longer = ABANDONED_AFTER + datetime.timedelta(minutes=1)
    runs.update(heartbeat_at=runs.get().heartbeat_at - longer)
    with (
        worker_of(own_redis_url, worker_sandbox_port, name="second@test"),
        sending_to(own_redis_url),
    ):
        enqueue_run(FileImport, draft.pk)
        until(lambda: done(draft)[0] == FileState.FINISHED)

    assert done(draft)[1] == COUNT
    assert TimeEntry.objects.count() == COUNT
    assert runs.get().new_count == COUNT
