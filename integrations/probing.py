"""The probe of a connection: ask the service once, keep the answers, and behave by them."""

import datetime
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .eboekhouden.messages import Credentials
from .eboekhouden.probing.asking import Books, Prober
from .eboekhouden.probing.questions import LOGIN, Answers, ask
from .events import record
from .models import Connection, Uniqueness
from .quota import note_call

Tell = Callable[[str, str], None]


class CannotProbe(Exception):
    """Why the probe cannot start; the text is for people."""


@dataclass(frozen=True)
class Probed:
    """The answers of a probe, and the test records that stay in the administration."""

    answers: Answers
    made: tuple[str, ...]


def probe_connection(
    connection: Connection,
    *,
    today: datetime.date,
    is_patient: bool = False,
    sleep: Callable[[float], None] = time.sleep,
    tell: Tell = lambda key, answer: None,
) -> Probed:
    """Ask everything, with test records in the administration of this connection.

    Raises CannotProbe when a setting is missing, and CannotDecrypt.
    """
    if not connection.is_ready or not connection.debtor_account:
        raise CannotProbe(
            _("First complete and test the connection under Settings → e-Boekhouden.")
        )
    code_1, code_2 = connection.codes()
    prober = Prober(
        credentials=Credentials(connection.username, code_1, code_2),
        url=settings.EBOEKHOUDEN_URL,
        books=Books(connection.template, connection.ledger_account, connection.debtor_account),
        today=today,
        is_patient=is_patient,
        sleep=sleep,
        on_call=lambda operation: note_call(connection.pk, operation, now=timezone.now()),
    )
    return Probed(ask(prober, tell), tuple(prober.made))


def keep(connection: Connection, answers: Mapping[str, str], *, now: datetime.datetime) -> None:
    """Store the answers, and what follows from them for the booking of documents.

    A new answer replaces an older one; a question without an answer keeps the older one.
    """
    connection.answers = {**connection.answers, **answers}
    connection.answers_at = now
    unique = {"yes": Uniqueness.YES, "no": Uniqueness.NO}.get(answers.get("unique_invoice", ""))
    if unique:
        connection.refuses_duplicates = unique
    connection.save(update_fields=["answers", "answers_at", "refuses_duplicates"])
    record(connection, gettext_lazy("Asked how this administration behaves."), by=None, now=now)


def is_complete(answers: Mapping[str, str]) -> bool:
    """Whether the service answered until the last question."""
    return answers.get(LOGIN) == "ok"
