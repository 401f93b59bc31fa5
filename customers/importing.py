"""Import relations as customers, in steps that are committed one by one and can be resumed."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.kinds import Action, Kind
from audit.recording import About, Rows, entry, record, store
from integrations.eboekhouden.errors import EBoekhoudenError, NotConfigured
from integrations.eboekhouden.messages import Relation
from integrations.error_messages import sentence, undecryptable
from integrations.models import Connection
from integrations.runs import Clock, RunState, beat, carry_out, end
from integrations.secrets import CannotDecrypt
from integrations.sessions import open_client
from integrations.switching import pause
from lib.stored_texts import in_every_language

from .import_rows import RowImporter
from .import_runs import SERVICE, CannotImport, check_usable
from .matching import Match, PossibleDuplicates, match
from .models import Customer, ImportOutcome, ImportRow, ImportRun

# Relations that are imported and reported together: progress moves by so many.
STEP = 1_000


def carry_out_import(run_id: int, *, clock: Clock) -> None:
    """Carry out an import, or the rest of one whose worker died.

    Does nothing when another worker holds it. A failure ends the run with a sentence; the rows
    that were done stay done.
    """

    def work(run: ImportRun) -> None:
        import_relations(run, _read(run, clock=clock), clock=clock)
        with transaction.atomic():
            end(run, RunState.FINISHED, now=clock())
            record(Kind.IMPORT, Action.FINISHED, run, label=SERVICE, by=run.started_by)

    carry_out(ImportRun, run_id, work, clock=clock)


def _read(run: ImportRun, *, clock: Clock) -> list[Relation]:
    """Read all relations. Raises CannotImport; refused codes also pause the connection."""
    check_usable(run.connection)
    try:
        with open_client(run.connection) as client:
            return client.relations()
    except NotConfigured as error:
        text = sentence(error)
        pause(run.connection, code=error.code, text=text, now=clock())
        raise CannotImport(
            in_every_language(
                lambda: (
                    _("%(reason)s The connection is paused until a test succeeds.")
                    % {"reason": text}
                )
            )
        ) from None
    except CannotDecrypt:
        raise CannotImport(undecryptable()) from None
    except EBoekhoudenError as error:
        text = sentence(error)
        later = gettext_lazy(
            "%(reason)s Customers already imported are kept. Start the import again later."
        )
        raise CannotImport(in_every_language(lambda: later % {"reason": text})) from None


def import_relations(run: ImportRun, relations: list[Relation], *, clock: Clock) -> None:
    """Import the relations that no earlier worker of this run has imported."""
    administration = run.connection.administration_key[:16]
    _forget_other_administrations(run, administration)
    customers = list(run.organisation.customers.all())
    matches = match(relations, customers)
    remaining = list(_remaining(run, matches))
    matched = {match.customer.pk for match in matches if match.customer}
    importer = RowImporter(
        run,
        administration=administration,
        numbers=customers,
        possible_duplicates=PossibleDuplicates(
            customer for customer in customers if customer.pk not in matched
        ),
    )
    done = len(matches) - len(remaining)
    beat(run, now=clock(), total=len(matches), done=done)
    Connection.objects.filter(pk=run.connection_id).update(relation_count=len(relations))
    for start in range(0, len(remaining), STEP):
        _step(run, importer, remaining[start : start + STEP], position=done + start, clock=clock)


def _step(
    run: ImportRun, importer: RowImporter, matches: Sequence[Match], *, position: int, clock: Clock
) -> None:
    """Import some rows and store the progress, in one transaction."""
    now = clock()
    with transaction.atomic():
        # First, because it locks the run: a worker that lost it must not write a row.
        beat(run, now=now, done=position + len(matches))
        rows = importer.rows(matches, position=position + 1, now=now)
        ImportRow.objects.bulk_create(rows)
        _record(run, rows)
        existing = [row.customer_id for row in rows if row.outcome != ImportOutcome.NEW]
        Customer.objects.filter(pk__in=filter(None, existing)).update(imported_at=now)


def _record(run: ImportRun, rows: Sequence[ImportRow]) -> None:
    """Record each customer that changed, and the new ones together."""
    by = run.started_by
    entries = [
        entry(Kind.CUSTOMER, Action.CHANGED, row.customer, changes=row.changes, by=by)
        for row in rows
        if row.changes and row.customer
    ]
    new = [row.customer for row in rows if row.outcome == ImportOutcome.NEW and row.customer]
    if new:
        added = Rows(Customer, [one.pk for one in new], labels=[str(one) for one in new])
        about: About = {"organisation": run.organisation_id, "rows": [added], "by": by}
        entries.append(entry(Kind.CUSTOMER, Action.ADDED, **about))
    store(entries)


def _remaining(run: ImportRun, matches: list[Match]) -> Iterator[Match]:
    """Yield the matches that an earlier worker did not import."""
    done = Counter(run.rows.values_list("remote_id", "number", "name"))
    for found in matches:
        known = (found.relation.id, found.relation.code[:50], found.relation.name[:200])
        if done[known]:
            done[known] -= 1
        else:
            yield found


def _forget_other_administrations(run: ImportRun, administration: str) -> None:
    """Unlink customers from relations of another administration than the current one."""
    run.organisation.customers.filter(imported__has_key="administration").exclude(
        imported__administration=administration
    ).update(remote_id=None, remote_code="", imported={})
