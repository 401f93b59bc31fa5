"""Mail who runs the installation when something of it goes wrong, and when it is right again.

What is looked at is what `manage.py doctor` says. A worker does it, so it is silent without one: a
dead man's switch (heartbeats.py) hears that.
"""

import datetime
import re
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import override

from .doctor.findings import Finding, Level
from .doctor.installation import examine
from .models import Alarm
from .readiness import database_problem

log = structlog.get_logger(__name__)
# What is wrong for one look only, such as a worker that starts, is not worth a mail.
PATIENCE = datetime.timedelta(minutes=4)


def watch(*, now: datetime.datetime) -> None:
    """Look at the installation and mail what changed; does nothing without OPERATOR_EMAIL.

    A mail that could not be sent is tried again at the next look.
    """
    if not settings.OPERATOR_EMAIL:
        return
    wrong = {_name(one): one for one in _wrong(now=now)}
    known = {alarm.name: alarm for alarm in Alarm.objects.all()}
    for name in wrong.keys() - known.keys():
        known[name], _made = Alarm.objects.get_or_create(name=name, defaults={"since": now})
    lasting = [one for one in known.values() if one.name in wrong and one.since <= now - PATIENCE]
    due = [one for one in lasting if one.told_at is None]
    # Without a database the rest is not looked at, so nothing of it is right again.
    is_whole = not database_problem()
    over = [one for one in known.values() if is_whole and one.name not in wrong]
    told = [one for one in over if one.told_at]
    new = [wrong[one.name] for one in due]
    if (new or told) and not _mail(new, told, count=len(wrong), now=now):
        return
    Alarm.objects.filter(pk__in=[one.pk for one in due]).update(told_at=now)
    Alarm.objects.filter(pk__in=[one.pk for one in over]).delete()


def send_test(*, now: datetime.datetime) -> None:
    """Send a mail that says what is wrong now, whatever was told before. Raises OSError."""
    _send(f"{settings.PRODUCT_NAME}: a test", _body(_wrong(now=now), [], now=now))


def _wrong(*, now: datetime.datetime) -> list[Finding]:
    """Return what needs somebody; in English, as the other words for system administrators."""
    with override("en"):
        return [one for one in examine(now=now) if one.level is Level.TROUBLE]


def _name(finding: Finding) -> str:
    """Return what tells this trouble from others; the numbers in its title change."""
    return re.sub(r"\d+", "#", str(finding.title))[:200]


def _mail(new: list[Finding], right: list[Alarm], *, count: int, now: datetime.datetime) -> bool:
    """Send what changed, and how much is wrong in all; return whether that succeeded."""
    if count:
        state = "one thing needs somebody" if count == 1 else f"{count} things need somebody"
    else:
        state = "everything works again"
    try:
        _send(f"{settings.PRODUCT_NAME}: {state}", _body(new, right, now=now))
    except OSError as error:
        log.warning("operator.not_told", error=type(error).__name__)
        return False
    log.info("operator.told", wrong=len(new), right=len(right))
    return True


def _body(wrong: Iterable[Finding], right: Iterable[Alarm], *, now: datetime.datetime) -> str:
    parts = [
        ("Needs somebody:", [str(one) for one in wrong]),
        ("Right again:", [f"{one.name} (since {one.since:%d-%m-%Y %H:%M} UTC)" for one in right]),
    ]
    texts = ["\n".join([head, *(f"- {line}" for line in lines)]) for head, lines in parts if lines]
    texts = texts or ["Everything works."]
    end = f"Looked at {now:%d-%m-%Y %H:%M} UTC. All of it: manage.py doctor, or Settings → System."
    return "\n\n".join([*texts, end]) + "\n"


def _send(subject: str, body: str) -> None:
    send_mail(subject, body, None, settings.OPERATOR_EMAIL)
