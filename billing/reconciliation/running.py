"""Carry out a check: read both sides, compare them, and record the differences."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import EBoekhoudenError, NotConfigured
from integrations.error_messages import sentence, undecryptable
from integrations.models import Connection
from integrations.quota import calls_left_for_reconciliation
from integrations.runs import Clock, beat, carry_out
from integrations.secrets import CannotDecrypt
from integrations.switching import pause
from lib.stored_texts import in_every_language

from ..models import Difference, ReconciliationPart, ReconciliationRun
from .comparing import discoveries, missing
from .documents import LocalDocument, local_document
from .local_side import (
    judged_bookings,
    known_bookings,
    known_vanished,
    older_differences,
    series_of,
)
from .reading import Reader
from .recording import ReconciliationResult, keep
from .runs import CannotCheck, check_usable
from .sides import RemoteIndex, Sides

OpenClient = Callable[[Connection], EBoekhouden]


def run_reconciliation(run_id: int, *, open_client: OpenClient, clock: Clock) -> None:
    """Carry out a check; do nothing when another worker holds it.

    If it fails, the check has the reason, and earlier findings stay unchanged.
    """

    def work(run: ReconciliationRun) -> None:
        check_usable(run.connection)
        _check(run, open_client=open_client, clock=clock)

    carry_out(ReconciliationRun, run_id, work, clock=clock)


def _check(run: ReconciliationRun, *, open_client: OpenClient, clock: Clock) -> None:
    """Compare. Raises CannotCheck; refused codes also pause the connection."""
    try:
        with open_client(run.connection) as client:
            _compare(run, client, clock=clock)
    except CannotDecrypt:
        pause(run.connection, code="keys", text=undecryptable(), now=clock())
        raise CannotCheck(undecryptable()) from None
    except NotConfigured as error:
        text = sentence(error)
        pause(run.connection, code=error.code, text=text, now=clock())
        raise CannotCheck(
            in_every_language(
                lambda: (
                    _("%(reason)s The connection is paused until a test succeeds.")
                    % {"reason": text}
                )
            )
        ) from None
    except EBoekhoudenError as error:
        text = sentence(error)
        raise CannotCheck(
            in_every_language(
                lambda: (
                    _("%(reason)s Earlier results are unchanged. Start the check again later.")
                    % {"reason": text}
                )
            )
        ) from None


def _compare(run: ReconciliationRun, client: EBoekhouden, *, clock: Clock) -> None:
    def heartbeat(part: ReconciliationPart) -> None:
        beat(run, now=clock(), part=part, calls=dict(client.calls))

    judged = judged_bookings(run, now=clock())
    beat(run, now=clock(), booking_count=len(judged))
    older = older_differences(run, judged=[local.booking_id for local in judged])
    judged += _bookings_of(older)
    calls_left = calls_left_for_reconciliation(run.connection_id, now=clock())
    reader = Reader(client, heartbeat, calls_left)
    reader.read(run.since, run.until)
    count = len(reader.documents)
    beat(run, now=clock(), document_count=count)
    missing_documents = missing(Sides(local=judged, remote=RemoteIndex.of(reader.documents)))
    # Known missing documents come last: the number of look-ups per check has a maximum.
    vanished = known_vanished(run)
    reader.look_up(sorted(missing_documents, key=lambda one: one[0].booking_id in vanished))
    heartbeat(ReconciliationPart.COMPARING)
    numbers = {document.key for document in reader.documents}
    known = known_bookings(run, numbers, judged={local.booking_id for local in judged})
    sides = Sides(
        local=[*judged, *known],
        remote=RemoteIndex.of(reader.documents),
        series=series_of(run),
        absent=reader.absent,
    )
    figures = {"calls": dict(client.calls)}
    older_checked = [difference.pk for difference in older]
    result = ReconciliationResult(discoveries(sides), reader.gaps, older_checked)
    keep(run, result, figures=figures, now=clock())


def _bookings_of(differences: Iterable[Difference]) -> list[LocalDocument]:
    """Return each booking once, also when it has several differences."""
    bookings = {
        difference.booking_id: difference.booking
        for difference in differences
        if difference.booking
    }
    return [local_document(booking, is_judged=True) for booking in bookings.values()]
