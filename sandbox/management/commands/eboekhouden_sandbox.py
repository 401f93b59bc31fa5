"""`manage.py eboekhouden_sandbox`: a small e-Boekhouden to test against, on this machine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sandbox.serving import add_arguments, serve


class Command(BaseCommand):
    help = "Serve a small e-Boekhouden, with books that survive a restart, until stopped."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, host: str, port: int, books: Path, **options: Any) -> None:
        serve(
            host=host,
            port=port,
            books=books,
            seed=options["seed"],
            as_json=options["json"],
            has_second=options["second"],
            write=self._write,
        )

    def _write(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
