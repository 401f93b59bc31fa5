"""A process whose clock is an hour ahead neither delays nor gives up what waits for others."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from accounts.mails import queue_mail
from accounts.models import AccountMail
from accounts.tasks import send_account_mails
from billing import tasks
from billing.models import InvoiceMail, MailState, ReconciliationRun, Reminder
from billing.payments.requesting import request_fetching
from integrations.models import Connection
from tests.billing.reminders.late_invoices import late_invoice, turn_on

# SQLite has no clock of its own.
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
AN_HOUR, A_MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)


def an_hour_ahead():
    return time_machine.travel(timezone.now() + AN_HOUR)


def is_now(moment):
    return abs(timezone.now() - moment) < A_MINUTE


def test_a_mail_about_an_account_that_such_a_process_queues_is_sent_at_once(agency, mailoutbox):
    with an_hour_ahead():
        queue_mail(agency.member.user, "email_changed")

    assert is_now(AccountMail.objects.get().next_attempt_at)
    assert send_account_mails() == 1


def test_such_a_worker_tries_a_mail_again_no_later(agency, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    queue_mail(agency.member.user, "email_changed")

    with an_hour_ahead():
        assert send_account_mails() == 0

    again = AccountMail.objects.get().next_attempt_at
    assert timezone.now() < again < timezone.now() + 10 * A_MINUTE


def test_a_request_for_payments_of_such_a_process_is_carried_out_and_closed(connected, sandbox):
    with an_hour_ahead():
        request_fetching(connected.connection.pk, now=timezone.now())

    tasks.fetch_payments(connected.connection.pk)

    assert Connection.objects.get().payments_requested_at is None


def test_reminders_and_their_mails_have_the_moment_of_the_database(agency):
    turn_on(agency.organisation, 7, mode="send")
    late_invoice(agency, days=8)

    with an_hour_ahead():
        tasks.queue_due_reminders(agency.organisation.pk)

    assert is_now(Reminder.objects.get().queued_at)
    assert is_now(InvoiceMail.objects.get().started_at)


def test_such_a_sweep_leaves_a_mail_that_is_being_sent(agency):
    turn_on(agency.organisation, 7, mode="send")
    late_invoice(agency, days=8)
    tasks.queue_due_reminders(agency.organisation.pk)
    InvoiceMail.objects.update(state=MailState.SENDING)

    with an_hour_ahead():
        tasks.sweep_reminders()

    assert InvoiceMail.objects.get().state == MailState.SENDING


def test_such_a_worker_compares_no_sooner_after_a_restore(connected, sandbox):
    Connection.objects.update(must_compare_first=True, compare_from=timezone.now() + 30 * A_MINUTE)

    with an_hour_ahead():
        tasks.sweep_reconciliations()
    assert not ReconciliationRun.objects.exists()

    Connection.objects.update(compare_from=timezone.now() - A_MINUTE)
    with time_machine.travel(timezone.now() - AN_HOUR):
        tasks.sweep_reconciliations()
    assert ReconciliationRun.objects.exists()
