"""The doctor of a running installation: a line for each part, and what needs somebody."""

import datetime
import os
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import AccountMail
from billing.models import Booking, InvoiceMail, MailState
from operations import pulse
from operations.doctor import installation as parts
from operations.doctor.findings import Level
from operations.models import ProofKind
from operations.proofs import note_failure, note_success, proofs
from tests.factories import create_connection, create_customer

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = datetime.timedelta(days=1)


def test_every_part_gives_a_line_and_trouble_gives_exit_code_1():
    said = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=said)

    assert ended.value.code == 1
    lines = said.getvalue().splitlines()
    assert len(lines) >= 11
    assert "TROUBLE No backup was ever made. Run manage.py backup every night." in lines
    assert "good    The database answers, and every migration is applied." in lines


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("celery_worker_process")
def test_a_worker_that_runs_answers(redis_url, settings):
    settings.CELERY_BROKER_URL = redis_url

    assert parts.worker_part().level is Level.GOOD
    assert parts.broker_part().level is Level.GOOD


def test_without_a_broker_it_says_so(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"

    assert "The broker does not answer" in str(parts.broker_part())


def test_the_age_of_the_pulse_of_beat(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert "beat never ran here" in str(parts.beat_part(now=NOW))

    pulse.touch()
    assert parts.beat_part(now=timezone.now()).level is Level.GOOD

    old = (NOW - DAY).timestamp()
    os.utime(tmp_path / pulse.NAME, (old, old))
    assert "Beat last looked 1 day ago" in str(parts.beat_part(now=NOW))


def test_a_missing_migration_is_trouble_and_the_rest_is_not_asked():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")

    found = list(parts.examine(now=NOW))

    assert "The database cannot be used" in str(found[-1])


def test_the_clock_and_the_disk_are_well_here():
    assert parts.clock_part().level is Level.GOOD
    assert "GB are free" in str(parts.disk_part())


def booking(organisation, *, hours: int, state: str = "queued") -> Booking:
    made = create_connection(organisation=organisation)
    return Booking.objects.create(
        organisation=organisation,
        connection=made,
        kind="relation",
        customer=create_customer(organisation=organisation),
        payload={},
        state=state,
        created_at=NOW - datetime.timedelta(hours=hours),
    )


def test_an_old_booking_is_trouble_unless_its_connection_is_paused(organisation):
    one = booking(organisation, hours=5)

    assert "The oldest is from 5 hours ago" in str(parts.bookings_part(now=NOW))

    type(one.connection).objects.update(paused_at=NOW)
    assert parts.bookings_part(now=NOW).level is Level.GOOD


def test_mails_that_wait_or_failed(administrator, entered_mail):
    assert parts.mails_part(now=NOW).level is Level.REMARK
    mail = AccountMail.objects.create(
        user=administrator.user, to="a@b.example", kind="password_changed", details={}
    )
    AccountMail.objects.filter(pk=mail.pk).update(created_at=NOW - DAY)

    assert "The oldest waits for 1 day" in str(parts.mails_part(now=NOW))


@pytest.fixture
def entered_mail(billed) -> InvoiceMail:
    return InvoiceMail.objects.create(
        invoice=billed, to="a@b.example", subject="s", body="b", started_at=NOW,
        state=MailState.FAILED,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "part", "most"),
    [(ProofKind.BACKUP, parts.backup_part, 1), (ProofKind.RESTORE_TEST, parts.restore_part, 35)],
)
def test_a_proof_is_fresh_old_or_failed(kind, part, most):
    assert part(None, now=NOW).level is Level.TROUBLE

    note_success(kind, now=NOW - most * DAY)
    assert part(proofs()[kind], now=NOW).level is Level.GOOD

    note_failure(kind, "No space left.", now=NOW)
    assert part(proofs()[kind], now=NOW).level is Level.TROUBLE

    note_success(kind, now=NOW - (most + 2) * DAY)
    assert part(proofs()[kind], now=NOW).level is Level.TROUBLE


def test_a_key_that_is_used_for_too_long_is_named(settings, tmp_path):
    names = ("SECRET_KEY", "CREDENTIAL_KEYS", "EMAIL_URL")
    settings.SECRET_FILES = {name: tmp_path / name for name in names}
    settings.BACKUP_KEY_FILE = str(tmp_path / "backup")
    for file, years in (("SECRET_KEY", 1.9), *((one, 2.1) for one in (*names[1:], "backup"))):
        path, moment = tmp_path / file, (NOW - years * 365 * DAY).timestamp()
        path.touch()
        os.utime(path, (moment, moment))

    old = [str(one) for one in parts.key_ages_part(now=NOW)]

    assert [one.split()[4] for one in old] == ["CREDENTIAL_KEYS", "BACKUP_KEY_FILE"]
    assert old[0].startswith("A key is old. CREDENTIAL_KEYS is older than two years.")


def test_a_key_without_a_file_has_no_age(settings, tmp_path):
    settings.BACKUP_KEY_FILE = str(tmp_path / "missing")

    assert list(parts.key_ages_part(now=NOW)) == []
