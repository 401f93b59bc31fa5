"""`manage.py eboekhouden_sandbox`: a small e-Boekhouden to test against, on this machine."""

from django.core.management.base import BaseCommand

from integrations.eboekhouden.sandbox.serving import add_arguments, serve


class Command(BaseCommand):
    help = "Serve a small e-Boekhouden, with books that survive a restart, until stopped."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        add_arguments(parser)

    def handle(self, *, host, port, books, seed, **options):
        serve(
            host=host,
            port=port,
            books=books,
            seed=seed,
            as_json=options["json"],
            write=self._write,
        )

    def _write(self, text):
        self.stdout.write(text)
        self.stdout.flush()
