"""Several people and workers at once, on a real PostgreSQL: every reminder goes once."""

import pytest
from django.core import mail
from django.utils import timezone

from billing.models import InvoiceMail, Reminder
from billing.reminders.sending import deliver_reminders, queue_reminders

from ..invoices.concurrent import together, unexpected
from ..invoices.test_concurrency import ALLOWED
from .late_invoices import late_invoice, turn_on

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("_round", range(3))
def test_four_workers_and_two_people_remind_once(agency, _round):
    turn_on(agency.organisation, 7, 14)
    invoices = [late_invoice(agency, days=days) for days in (7, 8, 20)]

    def tick() -> int:
        now, today = timezone.now(), timezone.localdate()
        return queue_reminders(agency.organisation, by=agency.member.user, now=now, today=today)

    def work() -> int:
        return deliver_reminders(agency.organisation, clock=timezone.now)

    results = together(tick, tick, work, work, work, work)
    results += [work()]

    assert not unexpected(results, allowed=ALLOWED)
    assert len(mail.outbox) == InvoiceMail.objects.count() == Reminder.objects.count() == 3
    assert sorted(one.invoice_id for one in Reminder.objects.all()) == [i.pk for i in invoices]
