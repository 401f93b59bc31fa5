"""Look whether this installation is well; with a backup, prove it by restoring it elsewhere."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from operations import proofs
from operations.backups.keys import backup_key
from operations.backups.problems import BackupProblem
from operations.doctor.findings import Finding, needs_somebody
from operations.doctor.installation import examine
from operations.doctor.proving import prove
from operations.models import ProofKind

from .verify_database import line_of


class Command(BaseCommand):
    """The command; exit code 1 if something needs somebody."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", nargs="?", type=Path, help="a backup to prove")
        parser.add_argument(
            "--server",
            default="",
            help="address of a PostgreSQL database; a temporary one is made beside it",
        )
        parser.add_argument("--folder", type=Path, help="where the files are restored for a while")

    def handle(self, *args: Any, backup: Path | None, **options: Any) -> None:
        if backup is None:
            found = list(examine(now=timezone.now()))
        else:
            found = self._proven(backup, options["server"], options["folder"])
        for one in found:
            self.stdout.write(line_of(one))
        if needs_somebody(found):
            sys.exit(1)

    def _proven(self, backup: Path, server: str, folder: Path | None) -> list[Finding]:
        try:
            manifest, found = prove(backup, key=backup_key(), server=server, folder=folder)
        except BackupProblem as problem:
            proofs.note_failure(ProofKind.RESTORE_TEST, str(problem), now=timezone.now())
            raise CommandError(f"The backup is not proven. {problem}") from problem
        if needs_somebody(found):
            text = "A backup was restored, and the checks found something."
            proofs.note_failure(ProofKind.RESTORE_TEST, text, now=timezone.now())
        else:
            facts = {"made_at": manifest.made_at, "files": manifest.files, "rows": manifest.rows}
            proofs.note_success(ProofKind.RESTORE_TEST, now=timezone.now(), **facts)
        return found
