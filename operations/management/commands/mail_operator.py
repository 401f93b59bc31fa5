"""Send the mail that OPERATOR_EMAIL gets when something goes wrong, as a test."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from operations.watching import send_test


class Command(BaseCommand):
    """The command."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.OPERATOR_EMAIL:
            raise CommandError("OPERATOR_EMAIL is empty: set the address of who runs this.")
        try:
            send_test(now=timezone.now())
        except OSError as error:
            raise CommandError(f"The mail was not sent: {error}. Check EMAIL_URL.") from error
        self.stdout.write(f"Sent to {', '.join(settings.OPERATOR_EMAIL)}.")
