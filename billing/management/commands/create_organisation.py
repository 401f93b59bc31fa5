"""Create an organisation with its standard settings and an administrator who can log in."""

import sys

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.login.password_links import link_days, password_path
from accounts.models import Language, Membership, User
from billing.management.organisations import create_organisation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="name of the organisation")
        parser.add_argument("--email", required=True, help="e-mail of the administrator")
        parser.add_argument("--first-name", default="", help="administrator's first name")
        parser.add_argument("--last-name", default="", help="administrator's last name")
        parser.add_argument("--language", choices=Language.values, default=Language.DUTCH.value)
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input instead of printing a link to choose one",
        )
        parser.add_argument(
            "--address",
            default=next(iter(settings.CSRF_TRUSTED_ORIGINS), "http://localhost:8000"),
            help="address of the site, for the link (default: %(default)s)",
        )

    def handle(self, *args: object, **options: str) -> None:
        email = options["email"].strip().lower()
        password = _read_password(email) if options["password_stdin"] else None
        _check(options["name"], email)
        membership = create_organisation(
            name=options["name"].strip(),
            email=email,
            first_name=options["first_name"] or email.split("@")[0],
            last_name=options["last_name"],
            language=options["language"],
            password=password,
        )
        self._print_next_step(membership, address=options["address"].rstrip("/"))

    def _print_next_step(self, membership: Membership, *, address: str) -> None:
        user = membership.user
        self.stdout.write(
            f"{membership.organisation} has been created; its administrator is {user.email}."
        )
        if user.is_invited:
            self.stdout.write(f"Set a password here within {link_days()} days:")
            self.stdout.write(address + password_path(user))
        else:
            self.stdout.write(f"Log in at {address}/account/login/")


def _read_password(email: str) -> str:
    """Read the first line of standard input, and check it; an existing account keeps its own."""
    if User.objects.filter(email=email).exists():
        raise CommandError(f"{email} already has an account: omit --password-stdin.")
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return password


def _check(name: str, email: str) -> None:
    if not name.strip() or len(name) > 100:
        raise CommandError("The name of the organisation has 1 to 100 characters.")
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{email} is not an e-mail address.") from None
