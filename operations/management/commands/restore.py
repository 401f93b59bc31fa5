"""Restore a backup into an empty database and an empty DATA_DIR; then nothing is sent yet."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from operations.backups.keys import backup_key
from operations.backups.problems import BackupProblem
from operations.backups.restoring import opens_secrets, restore


class Command(BaseCommand):
    """The command; exit code 1 and a sentence if nothing was restored."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a backup that `manage.py backup` made")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            done = restore(file, key=backup_key(), say=self.stdout.write)
        except BackupProblem as problem:
            raise CommandError(f"The backup was not restored. {problem}") from problem
        about = done.manifest
        for name in done.removed:
            self.stdout.write(f"Removed {name}, which belonged to an earlier database.")
        self.stdout.write(f"Restored {about.rows} rows and {about.files} files.")
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("after_restore", stdout=self.stdout)
        if not opens_secrets(about):
            self.stderr.write(
                "CREDENTIAL_KEYS are not those of the backup: set the keys of that time, or type"
                " the security codes of e-Boekhouden again."
            )
        self.stdout.write(
            "If invoices were e-mailed after this backup, run: manage.py after_restore"
            " --organisation NAME --number LAST. Then check all with: manage.py verify_database"
        )
