"""Run this after restoring a backup: nothing is sent until the comparison is complete."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from billing.numbering import skip_numbers
from billing.reconciliation.restoring import (
    NotYet,
    do_again,
    require_comparisons,
    resume_without_check,
)
from integrations.database_identity import QUIET
from integrations.models import Connection
from lib.clock import database_now


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--number",
            action="append",
            default=[],
            help="the last invoice number that was sent, such as 2026-0150: it is not reused",
        )
        parser.add_argument("--organisation", default="", help="name of the organisation")
        parser.add_argument(
            "--compared",
            action="store_true",
            help="confirms that you compared manually what the check cannot; sending resumes",
        )

    def handle(self, *args: object, **options: object) -> None:
        name = str(options["organisation"])
        if options["compared"]:
            self._go_on(name)
            return
        if options["number"]:
            with transaction.atomic():
                skip_numbers(organisation_of(name), list(options["number"]))  # type: ignore[call-overload]
        count = require_comparisons(now=database_now())
        for sentence in do_again(now=timezone.now()):
            self.stdout.write(sentence)
        minutes = int(QUIET.total_seconds()) // 60
        self.stdout.write(
            f"{count} connections send nothing until they are compared with e-Boekhouden. Start"
            f" the workers and beat: the comparison starts automatically in {minutes} minutes, when"
            " nothing that was on its way can arrive any more. Finance → Bookings → Daily check"
            " shows what this database does not know. Review it there; then booking resumes."
        )

    def _go_on(self, name: str) -> None:
        connection = Connection.objects.filter(organisation=organisation_of(name)).first()
        if connection is None:
            raise CommandError("This organisation has no connection.")
        try:
            resume_without_check(connection, now=database_now())
        except NotYet as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(
            "Booking resumes. What may already be in e-Boekhouden is looked up first."
        )


def organisation_of(name: str) -> Organisation:
    """Return the organisation of that name; without a name, the only one. Raises CommandError."""
    try:
        return Organisation.objects.get(name=name) if name else Organisation.objects.get()
    except (Organisation.DoesNotExist, Organisation.MultipleObjectsReturned) as error:
        raise CommandError(
            "Give the exact name of the organisation with --organisation."
        ) from error
