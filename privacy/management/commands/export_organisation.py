"""Write all data of an organisation to a ZIP, also of one that was closed and has no users."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Organisation
from privacy import events
from privacy.models import DataExport, ExportScope
from privacy.zipping import write_zip


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="the exact name")
        parser.add_argument("file", type=Path, help="the ZIP to write; it must not exist")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["file"]))
        found = Organisation.objects.filter(name=options["organisation"])
        if found.count() != 1:
            raise CommandError("There is no organisation with exactly this name, or several.")
        organisation = found.get()
        export = DataExport(organisation=organisation, scope=ExportScope.ORGANISATION)
        try:
            with path.open("xb") as out:
                path.chmod(0o600)
                made_at = timezone.now().isoformat()
                written = write_zip(export, out, progress=lambda _rows: None, made_at=made_at)
        except FileExistsError:
            raise CommandError(f"{path} exists already.") from None
        events.record(events.EXPORTED, organisation=organisation.pk, rows=written.count, by=None)
        self.stdout.write(
            f"{written.count} rows and {sum(written.files.values())} files are in {path}; "
            f"{len(written.missing)} files could not be read."
        )
