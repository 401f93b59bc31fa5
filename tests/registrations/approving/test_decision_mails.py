"""Who is told about what was decided: once a day, in their language, and only if there is news."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.mails import send_waiting
from accounts.models import User
from registrations.approving import statuses, undoing
from registrations.approving.decision_mails import mail_decisions
from registrations.models import Decision, DecisionMail, Status, WeekReminder
from registrations.overview.selection import Selection

from ..rows import row_of

pytestmark = pytest.mark.django_db


def chosen(*rows) -> Selection:
    return Selection(time_entries=tuple(row.pk for row in rows))


def decide(office) -> None:
    good = row_of(office, status=Status.SUBMITTED, minutes=90)
    bad = row_of(office, status=Status.SUBMITTED, minutes=120)
    statuses.approve(chosen(good), by=office.manager)
    statuses.reject(chosen(bad), note="Per chapter, please.", by=office.manager)


def test_a_person_is_told_once_what_was_decided(office):
    decide(office)

    told = [mail_decisions(now=timezone.now()) for _n in range(2)]

    (sent,) = mail.outbox
    assert told == [1, 0]
    assert sent.to == [office.employee.user.email]
    assert "1 of your registrations was approved: 1:30." in sent.body
    assert "2:00 · Website 2026 · Development: “Per chapter, please.” — Mark de Vries" in sent.body
    assert DecisionMail.objects.get().sent_at is not None


def test_nothing_is_sent_when_there_is_nothing_to_tell(office):
    row_of(office, status=Status.SUBMITTED)

    assert mail_decisions(now=timezone.now()) == 0
    assert mail.outbox == []


def test_what_was_undone_is_not_told(office, manager):
    row = row_of(office, status=Status.SUBMITTED)
    manager.post(reverse("registrations:overview-change", args=["approve"]), {"time_entry": row.pk})
    manager.post(
        reverse("registrations:undo"), {"undo": manager.session[undoing.SESSION_KEY]["token"]}
    )

    assert mail_decisions(now=timezone.now()) == 0
    assert mail.outbox == []


def test_the_mail_is_in_the_language_of_the_person(office):
    User.objects.filter(pk=office.employee.user_id).update(language="nl")
    decide(office)

    mail_decisions(now=timezone.now())

    assert "Afgekeurd:" in mail.outbox[0].body
    assert "goedgekeurd: 1:30" in mail.outbox[0].body


def test_what_is_decided_after_the_mail_of_today_is_told_tomorrow(office):
    decide(office)
    mail_decisions(now=timezone.now())
    decide(office)

    today = mail_decisions(now=timezone.now())
    tomorrow = mail_decisions(now=timezone.now() + datetime.timedelta(days=1))

    assert (today, tomorrow, len(mail.outbox)) == (0, 1, 2)
    assert not Decision.objects.filter(mail=None).exists()


def test_a_mail_that_cannot_be_sent_is_sent_in_the_next_round(office, settings):
    decide(office)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    failed = mail_decisions(now=timezone.now())
    settings.EMAIL_BACKEND = backend

    assert (failed, mail_decisions(now=timezone.now()), len(mail.outbox)) == (0, 1, 1)


def test_a_reminder_is_sent_once_a_day(office, manager):
    address = reverse("registrations:approvals-remind", args=[office.employee.pk])

    pages = [
        manager.post(address, {"date": "2026-11-16"}, follow=True).content.decode()
        for _n in range(2)
    ]
    send_waiting(now=timezone.now())

    (sent,) = mail.outbox
    assert sent.subject == "Hours of week 47"
    assert "week 47, from 16 November" in sent.body
    assert f"{reverse('registrations:hours-week')}?date=2026-11-16" in sent.body
    assert "has been reminded by e-mail" in pages[0]
    assert "was reminded today already" in pages[1]
    assert WeekReminder.objects.get().by == office.manager


def test_a_rejected_row_is_said_at_the_top_and_saving_submits_it_again(office, employee):
    row = row_of(office, status=Status.SUBMITTED, minutes=120)
    statuses.reject(chosen(row), note="Per chapter, please.", by=office.manager)

    page = employee.get(reverse("registrations:hours")).content.decode()
    address = reverse("registrations:hour-edit", args=[row.pk])
    assert "“Per chapter, please.” — Mark de Vries" in page
    assert f'<a href="{address}">Correct it</a>' in page
    form = employee.get(address).content.decode()
    assert "Saving submits it again." in form
    about = {"work": office.work.pk, "date": row.date.isoformat(), "duration": "1:45"}
    answer = employee.post(address, {**about, "description": "Chapter 1"}, follow=True)

    row.refresh_from_db()
    assert (row.status, row.minutes, row.status_note) == (Status.SUBMITTED, 105, "")
    assert "saved and submitted again" in answer.content.decode()
