"""Back up the database and the files in one file, which is read back before it gets its name."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from operations import heartbeats, proofs
from operations.backups.keeping import prune
from operations.backups.keys import backup_key
from operations.backups.making import Backup, make_backup
from operations.backups.problems import BackupProblem, megabytes
from operations.models import ProofKind


class Command(BaseCommand):
    """The command; exit code 1 and a sentence if no backup was made."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="a folder, or a file that does not exist")
        parser.add_argument(
            "--keep",
            type=int,
            metavar="DAYS",
            default=settings.BACKUP_KEEP_DAYS,
            help="in a folder, delete older backups (default: BACKUP_KEEP_DAYS, %(default)s)",
        )

    def handle(self, *args: Any, target: Path, keep: int, **options: Any) -> None:
        if keep < 1:
            raise CommandError("--keep must be 1 day or more.")
        try:
            folder = target if target.is_dir() else target.absolute().parent
            made = make_backup(
                target,
                key=backup_key(beside=folder),
                program=settings.PROGRAM_VERSION,
                now=timezone.now(),
            )
        except BackupProblem as problem:
            proofs.note_failure(ProofKind.BACKUP, str(problem), now=timezone.now())
            heartbeats.ping_backup(failed=True)
            raise CommandError(f"No backup was made. {problem}") from problem
        self._report(made)
        if target.is_dir():
            self._prune(made, keep)
        heartbeats.ping_backup()

    def _report(self, made: Backup) -> None:
        about = made.manifest
        facts = {"bytes": made.size, "files": about.files, "rows": about.rows}
        proofs.note_success(ProofKind.BACKUP, now=timezone.now(), **facts)
        self.stdout.write(
            f"{made.path}: {about.rows} rows and {about.files} files, {megabytes(made.size)} MB,"
            " read back and unchanged."
        )
        self.stdout.write(
            "It does not contain CREDENTIAL_KEYS: keep them in another place. Prove the backup"
            " with: manage.py doctor FILE"
        )

    def _prune(self, made: Backup, keep: int) -> None:
        try:
            old = prune(made.path.parent, newest=made.path, keep_days=keep, now=timezone.now())
        except OSError as error:
            self.stderr.write(f"Old backups could not be deleted: {error.strerror}.")
            return
        for path in old:
            self.stdout.write(f"Deleted {path.name}, older than {keep} days.")
