"""Import the rows of a file, in blocks that are committed one by one and can be resumed.

The start of a block locks the run: a worker that lost it writes nothing. What a block stored and
how far it came are one transaction, so that a killed worker leaves no row twice and none behind.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from audit.kinds import Action
from audit.kinds import Kind as EntryKind
from audit.recording import record
from audit.recording import store as store_entries
from integrations.runs import CannotRun, Clock, beat, carry_out, end, enqueue_run
from lib.stored_texts import in_every_language
from lib.tables import Row

from .audit import entries_of
from .checking import BLOCK, context_of, decide, earlier_work, new_names
from .creating import create_names
from .kinds import KINDS
from .kinds.base import Context, Kind
from .models import FileImport, FileState, ImportedRow, Outcome
from .names import Names
from .reading import RowReader, read_all
from .remembering import remember
from .sources import corrected_rows, delete_file, rows_of
from .survey import survey

COUNTERS = {
    Outcome.NEW: "new_count",
    Outcome.CHANGED: "changed_count",
    Outcome.UNCHANGED: "unchanged_count",
    Outcome.LEFT_OUT: "left_out_count",
    Outcome.ERROR: "error_count",
}


class AnotherRuns(Exception):
    """Another file of the organisation is being imported now."""


def start(draft: FileImport, *, by: User) -> None:
    """Queue a draft; one that was started already stays as it is. Raises AnotherRuns."""
    drafts = FileImport.objects.filter(pk=draft.pk, state=FileState.DRAFT)
    now = timezone.now()
    try:
        with transaction.atomic():
            values = {"started_by": by, "created_at": now, "upload": ""}
            if drafts.update(state=FileState.QUEUED, **values):
                record(EntryKind.IMPORT, Action.STARTED, draft, label=draft.name, by=by)
                remember(draft, now=now)
                delete_file(draft.upload)
                enqueue_run(FileImport, draft.pk)
    except IntegrityError:
        raise AnotherRuns from None


def _blocks(rows: Iterator[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    while block := list(islice(rows, BLOCK)):
        yield block


def stop(file_import: FileImport) -> None:
    """Ask the worker to stop after the block that it is working on."""
    under_way = FileImport.objects.filter(
        pk=file_import.pk, state__in=(FileState.QUEUED, FileState.RUNNING)
    )
    under_way.update(is_stopping=True)


def carry_out_import(run_id: int, *, clock: Clock) -> None:
    """Carry out an import, or the rest of one whose worker died."""

    def work(run: FileImport) -> None:
        FileWorker(run, clock=clock).work()

    carry_out(FileImport, run_id, work, clock=clock)


class FileWorker:
    """Does the work of one import."""

    def __init__(self, run: FileImport, *, clock: Clock) -> None:
        self.run, self.clock = run, clock
        self.kind: Kind = KINDS[run.kind]()
        self.by = self._administrator()

    def _administrator(self) -> Membership:
        """Return who started it, if they still may."""
        of_person = Membership.objects.active().filter(organisation=self.run.organisation_id)
        by = of_person.select_related("user").filter(user=self.run.started_by_id or 0).first()
        if by is None or not by.is_administrator:
            text = _("Who started this import is no longer an administrator. Start it again.")
            raise CannotRun(in_every_language(lambda: str(text)))
        by.organisation = self.run.organisation
        return by

    def work(self) -> None:
        """Import what no earlier worker imported, and end the run."""
        readings = self._readings()
        # Read with the names as they are now; what was new exists after this.
        reader = self._reader(readings)
        wanted = new_names(self.run, reader)
        if wanted:
            create_names(self.run, wanted, now=self.clock())
            reader = self._reader(readings)
        context = self._context(reader.names)
        rows = islice(rows_of(self.run), self.run.done, None)
        for block in _blocks(rows):
            if self._is_stopping():
                self._end(FileState.INCOMPLETE)
                return
            self._block(reader, block, context)
        self._end(FileState.FINISHED)

    def _end(self, state: FileState) -> None:
        run = self.run
        with transaction.atomic():
            end(run, state, now=self.clock())  # type: ignore[arg-type]  # a file has more states
            changes = {name: [None, getattr(run, name)] for name in COUNTERS.values()}
            changes = {name: pair for name, pair in changes.items() if pair[1]}
            action = Action.FINISHED if state == FileState.FINISHED else Action.CANCELLED
            about = {"label": run.name, "changes": changes, "by": self.by}
            record(EntryKind.IMPORT, action, run, **about)

    def _is_stopping(self) -> bool:
        return FileImport.objects.filter(pk=self.run.pk, is_stopping=True).exists()

    def _readings(self) -> dict[str, str]:
        """Return how the texts of each field are read; the whole file is read for it."""
        run = self.run
        seen = survey(self.kind, run.mapping, corrected_rows(run), reads_texts=False)
        return {name: one.reading for name, one in decide(run, seen).items()}

    def _reader(self, readings: dict[str, str]) -> RowReader:
        run = self.run
        return RowReader(
            self.kind,
            mapping=run.mapping,
            readings=readings,
            corrections=run.corrections,
            names=Names(run.organisation, self.kind.directories(), run.answers),
        )

    def _context(self, names: Names) -> Context:
        now = self.clock()
        today = timezone.localdate(now)
        context = context_of(self.run, self.kind, names, by=self.by, now=now, today=today)
        consumed, created = earlier_work(self.run)
        context.consumed |= consumed
        for model, ids in created.items():
            context.created[model] |= ids
        return context

    def _block(self, reader: RowReader, rows: Sequence[tuple[int, Row]], context: Context) -> None:
        """Import some rows; once more if somebody stored the same in the meantime."""
        try:
            self._store(reader, rows, context)
        except IntegrityError:
            context.forget_planned()
            context.consumed = earlier_work(self.run)[0]
            self._store(reader, rows, context)

    def _store(self, reader: RowReader, rows: Sequence[tuple[int, Row]], context: Context) -> None:
        done = self.run.done + len(rows)
        with transaction.atomic():
            # First, because it locks the run.
            beat(self.run, now=self.clock(), done=done)
            counts = self._count(self._plan_and_store(reader, rows, context))
        # Only what is committed counts: a block may be stored a second time.
        for name, count in counts.items():
            setattr(self.run, name, count)
        self.run.done = done
        context.forget_planned()

    def _plan_and_store(
        self, reader: RowReader, rows: Sequence[tuple[int, Row]], context: Context
    ) -> Counter[str]:
        read = read_all(reader, rows)
        people = {row.values.get("employee") for row in read}
        ids = sorted(one for one in people if isinstance(one, int))
        # Lock the people, because the hours of a day are added up.
        locked = Membership.objects.filter(pk__in=ids, organisation=self.run.organisation_id)
        list(locked.order_by("pk").select_for_update().values_list("pk"))
        plans = self.kind.plan(read, context)
        ImportedRow.objects.bulk_create(self.kind.store(plans, context))
        store_entries(entries_of(self.run, plans, by=self.by))
        return Counter(str(plan.outcome) for plan in plans)

    def _count(self, counts: Counter[str]) -> dict[str, int]:
        """Store and return the number of rows by outcome, with those of a block."""
        found = {
            name: getattr(self.run, name) + counts[outcome] for outcome, name in COUNTERS.items()
        }
        FileImport.objects.filter(pk=self.run.pk).update(**found)
        return found
