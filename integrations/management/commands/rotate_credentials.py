"""Encrypt the stored secrets anew under the first of CREDENTIAL_KEYS; the program may run."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.rotation import rotate


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; the exit code is 1 while a secret is under an older key",
        )

    def handle(self, *args: object, **options: object) -> None:
        is_check = bool(options["check"])
        found = rotate(is_check=is_check)
        if found.unreadable:
            raise CommandError(
                "No key of CREDENTIAL_KEYS decrypts: "
                + "; ".join(found.unreadable)
                + ". Add the key, or enter these codes again."
            )
        if is_check and found.old:
            raise CommandError(
                f"{found.old} secrets are under an older key, which is still needed."
            )
        self.stdout.write(
            f"{found.old} secrets were encrypted anew, {found.current} were already. "
            "Only the first key is needed."
        )
