"""Check the database at rest with its files: keys, triggers, archive, and that amounts add up."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from operations.doctor import restored
from operations.doctor.findings import Finding, Level, needs_somebody


class Command(BaseCommand):
    """The command; exit code 0 if all is well, else 1. It changes nothing without --counts."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
        parser.add_argument(
            "--counts",
            type=Path,
            help="for a copy: compare the rows of each table with this file, then migrate it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[Finding] = []
        if options["counts"]:
            found.append(restored.differing_counts(json.loads(options["counts"].read_text())))
            call_command("migrate", verbosity=0, interactive=False)
        found += restored.findings()
        if options["json"]:
            lines = [{"level": one.level, "title": one.title, "text": one.text} for one in found]
            self.stdout.write(json.dumps(lines))
        else:
            for one in found:
                self.stdout.write(line_of(one))
        if needs_somebody(found):
            sys.exit(1)


MARKS = {Level.GOOD: "good   ", Level.REMARK: "remark ", Level.TROUBLE: "TROUBLE"}


def line_of(finding: Finding) -> str:
    """Return a finding as one line."""
    return f"{MARKS[finding.level]} {finding}"
