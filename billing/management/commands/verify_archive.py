"""Read every file of every final invoice again and compare it with its SHA-256."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from audit.triggers import missing as of_audit_trail
from billing.documents.archive import triggers as triggers
from billing.documents.archive.storing import complete_archive
from billing.documents.archive.verifying import ArchiveCheck


class Command(BaseCommand):
    """The command; exit code 0 if every file exists and is unchanged, else 1."""

    help = "Compares the kept files of all final invoices with their SHA-256."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--complete",
            action="store_true",
            help="first create the files that older invoices lack, from the stored data",
        )

    def handle(self, *args: Any, complete: bool, **options: Any) -> None:
        if complete:
            made = complete_archive(now=timezone.now())
            self.stdout.write(f"Files created for {made} invoices")
        missing_triggers = triggers.missing(connection) | of_audit_trail(connection)
        for name in sorted(missing_triggers):
            self.stdout.write(f"The database trigger {name} is missing: run migrate")
        check = ArchiveCheck()
        for file in check.damaged_files():
            path = f" ({file.path})" if file.path else ""
            name = f"{file.organisation} {file.number} {file.kind}"
            self.stdout.write(f"{name}: {file.fault}{path}")
        totals = f"{check.files} files of {check.invoices} invoices"
        if check.damaged:
            self.stdout.write(f"{totals}: {check.damaged} missing or changed")
        else:
            self.stdout.write(f"{totals}: all present and unchanged")
        if missing_triggers or check.damaged:
            sys.exit(1)
