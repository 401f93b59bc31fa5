"""Run this after restoring a backup: nothing is sent before both sides were compared."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from billing.numbering import skip_numbers
from billing.restoring import hold_all
from integrations.place import QUIET


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--number",
            action="append",
            default=[],
            help="the last number that left the house, as 2026-0150: it is not given again",
        )
        parser.add_argument("--organisation", default="", help="whose number that was")

    def handle(self, *args: object, **options: object) -> None:
        if options["number"]:
            self._skip(str(options["organisation"]), list(options["number"]))  # type: ignore[call-overload]
        count = hold_all(now=timezone.now())
        minutes = int(QUIET.total_seconds()) // 60
        self.stdout.write(
            f"{count} connections send nothing until they were compared with e-Boekhouden. Start"
            f" the workers and beat: the comparison begins by itself in {minutes} minutes, when"
            " nothing that was on its way can arrive any more. Finance → Bookings → Daily check"
            " shows what this database does not know; have it looked at, and bookings go on."
        )

    @transaction.atomic
    def _skip(self, name: str, numbers: list[str]) -> None:
        try:
            organisation = (
                Organisation.objects.get(name=name) if name else Organisation.objects.get()
            )
        except (Organisation.DoesNotExist, Organisation.MultipleObjectsReturned) as error:
            raise CommandError("Say with --organisation exactly whose number it was.") from error
        skip_numbers(organisation, numbers)
