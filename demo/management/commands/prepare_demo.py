"""Migrate the demo's database, and load the sample if it is empty."""

import json
import os
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organisation
from timechimp_eb.checks import database_is_of_this_version

SAMPLE = "demo.sample"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: object, **options: object) -> None:
        if settings.HTTPS:
            raise CommandError("The sample has a known password: it is for the demo only.")
        for problem in database_is_of_this_version(databases=["default"]):
            raise CommandError(f"{problem.msg} {problem.hint}")
        call_command("migrate", interactive=False, verbosity=0)
        if not Organisation.objects.exists() and find_spec(SAMPLE):
            self.stdout.write("Filling the sample organisation …")
            import_module(SAMPLE).load(
                now=timezone.now(),
                today=timezone.localdate(),
                sandbox=json.loads(os.environ.get("DEMO_SANDBOX") or "null"),
            )
