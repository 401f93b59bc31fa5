"""Who runs the installation hears once that something is wrong, and once that it is right again."""

import datetime
import os

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from operations import proofs, pulse
from operations.models import Alarm, ProofKind
from operations.watching import watch
from timechimp_eb.checks import settings_are_complete

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER, LATEST = NOW + datetime.timedelta(minutes=5), NOW + datetime.timedelta(minutes=10)
NO_BACKUP = "No backup was ever made"


@pytest.fixture(autouse=True)
def operator(settings, tmp_path) -> None:
    settings.OPERATOR_EMAIL = ["beheer@studio-oost.example"]
    settings.DATA_DIR = tmp_path
    pulse.touch()
    # Beat looks as often as these tests do.
    os.utime(tmp_path / pulse.NAME, (LATEST.timestamp(), LATEST.timestamp()))


def backed_up() -> None:
    proofs.note_success(ProofKind.BACKUP, now=timezone.now())


def about_backups() -> list[str]:
    """Return the mails that speak of it."""
    return [one.body for one in mail.outbox if NO_BACKUP in one.body]


def test_what_is_wrong_twice_in_a_row_is_mailed_once():
    watch(now=NOW)
    assert mail.outbox == []

    watch(now=LATER)
    watch(now=LATEST)

    (sent,) = mail.outbox
    assert sent.to == ["beheer@studio-oost.example"]
    assert "need" in sent.subject
    assert sent.body.startswith("Needs somebody:\n- ")
    assert f"- {NO_BACKUP}. Run manage.py backup every night." in sent.body


def test_what_is_right_again_is_mailed_once_and_forgotten():
    watch(now=NOW)
    watch(now=LATER)
    mail.outbox.clear()
    backed_up()

    watch(now=LATEST)
    watch(now=LATEST)

    (sent,) = mail.outbox
    assert f"Right again:\n- {NO_BACKUP} (since {NOW:%d-%m-%Y %H:%M} UTC)" in sent.body
    assert not Alarm.objects.filter(name=NO_BACKUP).exists()


def test_what_was_not_looked_at_is_not_right_again():
    watch(now=NOW)
    watch(now=LATER)
    mail.outbox.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")

    watch(now=LATEST)

    assert mail.outbox == []
    assert Alarm.objects.filter(name=NO_BACKUP).exists()


def test_what_was_wrong_for_a_moment_is_never_mailed():
    watch(now=NOW)
    backed_up()

    watch(now=LATER)
    watch(now=LATEST)

    assert about_backups() == []


def test_a_mail_that_fails_is_sent_at_the_next_look(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    watch(now=NOW)
    watch(now=LATER)
    assert not Alarm.objects.exclude(told_at=None).exists()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    watch(now=LATEST)

    assert len(about_backups()) == 1


def test_without_an_address_nothing_is_looked_at(settings):
    settings.OPERATOR_EMAIL = []

    watch(now=NOW)
    watch(now=LATER)

    assert not Alarm.objects.exists()
    assert mail.outbox == []


def test_the_command_sends_one_now(settings, capsys):
    call_command("mail_operator")

    assert NO_BACKUP in mail.outbox[0].body
    assert "Sent to beheer@studio-oost.example." in capsys.readouterr().out
    settings.OPERATOR_EMAIL = []
    with pytest.raises(CommandError, match="OPERATOR_EMAIL is empty"):
        call_command("mail_operator")


def test_what_is_no_address_is_said_at_the_start(settings):
    settings.OPERATOR_EMAIL = ["beheer@studio-oost.example", "beheer"]

    found = [one for one in settings_are_complete() if one.id == "timechimp_eb.E029"]

    assert [one.msg for one in found] == [
        "OPERATOR_EMAIL has 'beheer', which is no e-mail address."
    ]


@pytest.mark.parametrize(
    ("addresses", "text"), [(["a@b.example"], "gets an e-mail when"), ([], "Nobody gets an e-mail")]
)
def test_the_system_page_says_who_hears_of_it(client, administrator, settings, addresses, text):
    settings.OPERATOR_EMAIL = addresses
    client.force_login(administrator.user)

    page = client.get("/settings/system/").content.decode()

    assert text in page
    assert "a@b.example" not in page
