"""The tasks of the schedule ask for exactly the work that is due."""

import datetime

import pytest
from django.utils import timezone

from billing import tasks
from billing.models import MailState, Reminder, ReminderMode, ReminderSettings
from integrations.models import Connection
from integrations.runs import ABANDONED_AFTER
from tests import factories
from tests.billing.reminders.late_invoices import late_invoice
from timechimp_eb.celery import app

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def asked(monkeypatch, django_capture_on_commit_callbacks):
    """Run a task, and return what it sent to the broker."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(
        app, "send_task", lambda name, args=(), **_options: sent.append((name, *args))
    )

    def run(task) -> list[tuple[str, int]]:
        sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            task()
        return sent

    return run


def test_every_night_the_payments_of_each_usable_connection_are_requested(asked, connected):
    factories.create_connection(
        organisation=factories.create_organisation(), paused_at=timezone.now()
    )

    sent = asked(tasks.fetch_all_payments)

    pk = connected.connection.pk
    assert sent == [("billing.tasks.fetch_payments", pk)]
    requested = Connection.objects.exclude(payments_requested_at=None)
    assert [connection.pk for connection in requested] == [pk]


def test_a_request_for_payments_that_no_worker_carried_out_is_sent_again(asked, connected):
    assert asked(tasks.sweep_payments) == []
    Connection.objects.update(payments_requested_at=timezone.now() - 2 * ABANDONED_AFTER)

    sent = asked(tasks.sweep_payments)

    assert sent == [("billing.tasks.fetch_payments", connected.connection.pk)]


def test_every_morning_only_organisations_with_automatic_reminders_are_asked(asked, agency):
    for organisation, mode in (
        (agency.organisation, ReminderMode.SEND),
        (factories.create_organisation(), ReminderMode.PROPOSE),
    ):
        ReminderSettings.objects.create(organisation=organisation, is_on=True, mode=mode)

    sent = asked(tasks.start_due_reminders)

    assert sent == [("billing.tasks.queue_due_reminders", agency.organisation.pk)]


def test_a_reminder_that_waits_too_long_is_asked_for_again(asked, agency):
    invoice = late_invoice(agency, days=10)
    Reminder.objects.create(
        invoice=invoice, step=1, day=timezone.localdate(), queued_at=timezone.now() - 3 * HOUR
    )

    sent = asked(tasks.sweep_reminders)

    assert sent == [("billing.tasks.send_reminders", agency.organisation.pk)]
    assert not invoice.mails.exclude(state=MailState.SENDING).exists()
