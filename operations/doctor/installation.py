"""Look at this installation, part by part: each gives one line in words.

The command `doctor` shows all of them, and the System page those that are about no organisation.
"""

import datetime
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.db import connection
from django.db.models import Min
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError

from accounts.models import AccountMail
from billing.models import Booking, InvoiceMail, MailState
from billing.models.booking import OPEN_STATES

from .. import pulse
from ..jobs import jobs
from ..models import Proof, ProofKind
from ..proofs import proofs
from ..readiness import database_problem, keys_problem, queue_length
from .findings import Finding, Level

PING_SECONDS = 1
# Beat touches its file each half minute.
PULSE_AGE = datetime.timedelta(minutes=3)
NEXT_JOBS = 3
CLOCK_DIFFERS = 2.0  # seconds
FREE_SHARE = 0.1
FREE_BYTES = 2_000_000_000
QUEUE_IS_LONG = 1000
BOOKING_AGE = datetime.timedelta(hours=4)
MAIL_AGE = datetime.timedelta(hours=1)
FAILED_MAILS_OF = datetime.timedelta(days=1)
BACKUP_AGE = datetime.timedelta(hours=26)
RESTORE_TEST_AGE = datetime.timedelta(days=35)
# How long a key may be used: docs/security.md, Keys and algorithms.
KEY_AGE = datetime.timedelta(days=2 * 365)
AGING_KEYS = ("SECRET_KEY", "CREDENTIAL_KEYS")


def examine(*, now: datetime.datetime) -> Iterator[Finding]:
    """Yield a line for each part of the installation. Without a database only the first ones."""
    yield from settings_part()
    yield (first := database_part())
    if first.level is Level.TROUBLE:
        return
    yield from key_ages_part(now=now)
    yield from (keys_part(), broker_part(), worker_part(), beat_part(now=now), jobs_part(now=now))
    yield from (disk_part(), clock_part(), bookings_part(now=now), mails_part(now=now))
    known = proofs()
    yield backup_part(known.get(ProofKind.BACKUP), now=now)
    yield restore_part(known.get(ProofKind.RESTORE_TEST), now=now)


def settings_part() -> Iterator[Finding]:
    """Return the problems that the system checks know; one line if there are none."""
    found = run_checks(include_deployment_checks=True)
    for message in found:
        level = Level.TROUBLE if message.level >= ERROR else Level.REMARK
        text = f"{message.msg} {message.hint or ''}".strip()
        yield Finding(level, _("A setting needs attention (%(id)s)") % {"id": message.id}, text)
    if not found:
        yield Finding(Level.GOOD, _("The settings are complete and safe"))


def database_part() -> Finding:
    if problem := database_problem():
        return Finding(Level.TROUBLE, _("The database cannot be used"), problem)
    return Finding(Level.GOOD, _("The database answers, and every migration is applied"))


def keys_part() -> Finding:
    if keys_problem():
        text = _("CREDENTIAL_KEYS do not decrypt what is stored. Set the keys of the time before.")
        return Finding(Level.TROUBLE, _("Stored security codes cannot be read"), text)
    return Finding(Level.GOOD, _("Stored security codes can be read"))


def key_ages_part(*, now: datetime.datetime) -> Iterator[Finding]:
    """Return the keys that are used for too long, by the age of their files."""
    files = {name: path for name, path in settings.SECRET_FILES.items() if name in AGING_KEYS}
    if settings.BACKUP_KEY_FILE:
        files["BACKUP_KEY_FILE"] = Path(settings.BACKUP_KEY_FILE)
    for name, path in files.items():
        if path.is_file() and now.timestamp() - path.stat().st_mtime > KEY_AGE.total_seconds():
            text = _("%(name)s is older than two years. Replace it: docs/security.md says how.")
            yield Finding(Level.REMARK, _("A key is old"), text % {"name": name})


def broker_part(*, with_count: bool = True) -> Finding:
    """Look at the broker; without the count for who must not know how busy others are."""
    waiting = queue_length()
    if waiting is None:
        text = _("Bookings wait for the next round of a worker. Start Redis, or check REDIS_URL.")
        return Finding(Level.TROUBLE, _("The broker does not answer"), text)
    if waiting > QUEUE_IS_LONG:
        text = _("More than a thousand tasks wait. Start more workers, or look in their log.")
        return Finding(Level.TROUBLE, _("The queue is long"), text)
    if not with_count:
        return Finding(Level.GOOD, _("The broker answers"))
    text = ngettext("%(count)s task waits.", "%(count)s tasks wait.", waiting)
    return Finding(Level.GOOD, _("The broker answers"), text % {"count": waiting})


def worker_part() -> Finding:
    try:
        answers = current_app.control.ping(timeout=PING_SECONDS, limit=1)
    except (OperationalError, OSError):
        answers = []
    if not answers:
        text = _("Nothing is booked, mailed or imported until one runs. Start it: see its log.")
        return Finding(Level.TROUBLE, _("No worker answers"), text)
    return Finding(Level.GOOD, _("The worker is running"))


def beat_part(*, now: datetime.datetime) -> Finding:
    age = pulse.age(now=now)
    if age is None:
        text = _("Start beat with the scheduler that docs/operations.md names.")
        return Finding(Level.TROUBLE, _("The schedule is not kept: beat never ran here"), text)
    if age > PULSE_AGE:
        text = _("Beat last looked %(age)s ago. Start it again.") % {"age": ago(now - age, now)}
        return Finding(Level.TROUBLE, _("The schedule is not kept"), text)
    title = _("The schedule is kept")
    return Finding(Level.GOOD, title, _next_jobs(now=now), "jobs", seen_at=now - age)


def _next_jobs(*, now: datetime.datetime) -> str:
    """Return the next jobs that have a time of the day."""
    coming = [one for one in jobs(now=now) if one.next_at][:NEXT_JOBS]
    told = [f"{one.title} ({one.next_at:%H:%M})" for one in coming if one.next_at]
    return _("Next: %(jobs)s.") % {"jobs": ", ".join(told)}


def jobs_part(*, now: datetime.datetime) -> Finding:
    """Look for jobs of the schedule whose latest run failed, or that did not run when due."""
    known = jobs(now=now)
    failed = [one.title for one in known if one.has_failed]
    missed = [one.title for one in known if one.is_missed]
    if failed:
        text = _("%(jobs)s. The reason is in the log of the worker.")
        title = _("Jobs of the schedule failed")
        return Finding(Level.TROUBLE, title, text % {"jobs": ", ".join(failed)}, "jobs")
    if missed:
        text = _("%(jobs)s. Look whether a worker runs, and in its log.")
        title = _("Jobs of the schedule did not run")
        return Finding(Level.TROUBLE, title, text % {"jobs": ", ".join(missed)}, "jobs")
    latest = max((one.run.ended_at for one in known if one.run), default=None)
    return Finding(Level.GOOD, _("No job of the schedule failed"), seen_at=latest)


def disk_part(*, with_sizes: bool = True) -> Finding:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.DATA_DIR)
    share = round(100 * (usage.total - usage.free) / usage.total)
    values = {"share": share, "free": f"{usage.free / 1e9:.1f}"}
    text = _("The disk is %(share)s%% full; %(free)s GB are free.") % values if with_sizes else ""
    if usage.free < min(FREE_BYTES, FREE_SHARE * usage.total):
        return Finding(Level.TROUBLE, _("The disk is nearly full"), text)
    return Finding(Level.GOOD, _("There is room on the disk"), text)


def clock_part() -> Finding:
    """Compare the clock of this machine with that of the database server."""
    if connection.vendor != "postgresql":
        return Finding(Level.GOOD, _("The clock is that of the database"))
    with connection.cursor() as cursor:
        before = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    middle = before + (timezone.now() - before) / 2
    seconds = abs((there - middle).total_seconds())
    text = _("The clock differs %(seconds)s s from that of the database.")
    text %= {"seconds": f"{seconds:.2f}"}
    if seconds > CLOCK_DIFFERS:
        text += " " + _("Synchronise both with NTP: leases and waiting times depend on it.")
        return Finding(Level.TROUBLE, _("The clock is wrong"), text)
    return Finding(Level.GOOD, _("The clock is right"), text)


def bookings_part(*, now: datetime.datetime) -> Finding:
    """Look for bookings that should have ended long ago, of all organisations together."""
    waiting = waiting_bookings()
    if waiting.oldest and now - waiting.oldest > BOOKING_AGE:
        text = _("The oldest is from %(age)s ago. See docs/runbooks/unfinished-bookings.md.")
        title = _("Bookings are not finished")
        return Finding(Level.TROUBLE, title, text % {"age": ago(waiting.oldest, now)})
    return Finding(Level.GOOD, _("No booking waits long"))


@dataclass(frozen=True)
class Waiting:
    """When the oldest booking was made that is not finished, and that is in doubt."""

    oldest: datetime.datetime | None
    in_doubt: datetime.datetime | None


def waiting_bookings() -> Waiting:
    """Return the oldest unfinished bookings of switched-on, unpaused connections."""
    open_ones = Booking.objects.filter(
        state__in=OPEN_STATES, connection__is_active=True, connection__paused_at=None
    )
    oldest = open_ones.aggregate(found=Min("created_at"))["found"]
    doubtful = open_ones.filter(state__in=("unknown", "checking"))
    return Waiting(oldest, doubtful.aggregate(found=Min("last_sent_at"))["found"])


def mails_part(*, now: datetime.datetime) -> Finding:
    oldest = AccountMail.objects.aggregate(found=Min("created_at"))["found"]
    failed = InvoiceMail.objects.filter(
        state=MailState.FAILED, started_at__gte=now - FAILED_MAILS_OF
    ).count()
    if oldest and now - oldest > MAIL_AGE:
        text = _("The oldest waits for %(age)s. Check EMAIL_URL and the log of the worker.")
        title = _("Mails are not sent")
        return Finding(Level.TROUBLE, title, text % {"age": ago(oldest, now)})
    if failed:
        text = ngettext(
            "%(count)s mail with an invoice failed in the last day.",
            "%(count)s mails with an invoice failed in the last day.",
            failed,
        )
        title = _("Mails could not be delivered")
        return Finding(Level.REMARK, title, text % {"count": failed})
    return Finding(Level.GOOD, _("No mail waits"))


def backup_part(proof: Proof | None, *, now: datetime.datetime) -> Finding:
    if proof is None or proof.good_at is None:
        text = _("Run manage.py backup every night.")
        return Finding(Level.TROUBLE, _("No backup was ever made"), text)
    text = _("The last good one is from %(age)s ago.") % {"age": ago(proof.good_at, now)}
    if proof.problem:
        text += " " + _("The last attempt failed; its reason is in the log of the backup.")
        return Finding(Level.TROUBLE, _("The backup fails"), text, seen_at=proof.tried_at)
    if now - proof.good_at > BACKUP_AGE:
        return Finding(Level.TROUBLE, _("The backup is old"), text, seen_at=proof.good_at)
    return Finding(Level.GOOD, _("The backup is fresh"), text, seen_at=proof.good_at)


def restore_part(proof: Proof | None, *, now: datetime.datetime) -> Finding:
    if proof is None or proof.good_at is None:
        text = _("Run manage.py doctor with a backup every month.")
        return Finding(Level.TROUBLE, _("No backup was ever proven by restoring it"), text)
    text = _("The last proof is from %(age)s ago.") % {"age": ago(proof.good_at, now)}
    if proof.problem:
        title = _("The last backup could not be proven")
        return Finding(Level.TROUBLE, title, text, seen_at=proof.tried_at)
    if now - proof.good_at > RESTORE_TEST_AGE:
        return Finding(
            Level.TROUBLE, _("The proof of a backup is old"), text, seen_at=proof.good_at
        )
    title = _("A backup was proven by restoring it")
    return Finding(Level.GOOD, title, text, seen_at=proof.good_at)


def ago(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return a time as words, such as 3 days."""
    return timesince(moment, now, depth=1).replace("\xa0", " ")
