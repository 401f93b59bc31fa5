"""Ask e-Boekhouden how an administration for trials behaves, and keep the answers."""

import platform
from importlib.metadata import PackageNotFoundError, version

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations.answers import in_words
from integrations.models import Connection
from integrations.probing import CannotProbe, Probed, is_complete, keep, probe_connection
from integrations.secrets import CannotDecrypt

QUESTION = (
    "This writes test relations, invoices and ledger entries into the administration “{name}”.\n"
    "e-Boekhouden cannot delete them: use an administration for trials only. The entries are\n"
    "reversed; the records are named TEST and TP…, and are listed at the end.\n"
    "Type the word test to go on: "
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="name of the organisation")
        parser.add_argument("--yes", action="store_true", help="do not ask first")
        parser.add_argument(
            "--sessions",
            action="store_true",
            help="also measure how long a session lives, which takes up to four hours",
        )

    def handle(self, *args: object, **options: object) -> None:
        connection = connection_of(str(options["organisation"]))
        if not options["yes"] and not self._may_go_on(connection):
            raise CommandError("Nothing was asked.")
        try:
            probed = probe_connection(
                connection, today=timezone.localdate(), is_patient=bool(options["sessions"])
            )
        except CannotProbe as reason:
            raise CommandError(str(reason)) from None
        except CannotDecrypt:
            raise CommandError("The stored codes cannot be decrypted. Enter them again.") from None
        keep(connection, probed.answers, now=timezone.now())
        self.stdout.write(report(probed))
        if not is_complete(probed.answers):
            raise CommandError("e-Boekhouden refused to go on; the answers so far are kept.")

    def _may_go_on(self, connection: Connection) -> bool:
        name = connection.administration_name or "?"
        return input(QUESTION.format(name=name)).strip().lower() == "test"


def connection_of(name: str) -> Connection:
    """Return the connection of the organisation with this name. Raises CommandError."""
    found = Connection.objects.select_related("organisation").filter(organisation__name=name)
    if len(found) != 1:
        raise CommandError("No connection of an organisation with exactly this name was found.")
    return found[0]


def report(probed: Probed) -> str:
    """Return the answers as text to read and to send in: no codes, names or numbers of others."""
    try:
        program = version("timechimp-eb")
    except PackageNotFoundError:
        program = "from source"
    now = f"date {timezone.localdate():%Y-%m-%d}"
    lines = [
        "Report of the probe of e-Boekhouden",
        f"{now}, program {program}, Python {platform.python_version()}",
        "",
        *(
            f"{one.key:<28} {probed.answers[one.key]:<24} {one.question} {one.answer}"
            for one in in_words(probed.answers)
        ),
        "",
        f"{len(probed.made)} test records stay in the administration:",
        *(f"  {one}" for one in probed.made),
    ]
    return "\n".join(lines)
