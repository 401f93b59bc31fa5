"""Remove the second factor of somebody who lost it, on the server."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.login.lost_factors import reset_factor
from accounts.models import User


class Command(BaseCommand):
    help = (
        "Remove the second factors and recovery codes of a person, end their sessions, and mail"
        " them and their administrators. First make sure that the person is who they say."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address with which the person logs in")

    def handle(self, *, email: str, **_: object) -> None:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody logs in with {email}.")
        if not reset_factor(person, by=None, now=timezone.now()):
            raise CommandError(f"{person} has no second factor.")
        self.stdout.write(f"{person} logs in with the password only, until a factor is set up.")
