"""Run another command once every night: what cron would do in a container without cron."""

import argparse
import datetime
import time
from pathlib import Path
from typing import Any

import structlog
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import close_old_connections
from django.utils import timezone

log = structlog.get_logger(__name__)
# Short enough to notice that the clock was set, and to end soon after SIGTERM.
LONGEST_SLEEP = 60.0


def next_time(now: datetime.datetime, at: datetime.time) -> datetime.datetime:
    """Return the first moment after `now` with that time of day, in the time zone of `now`.

    An hour that daylight saving leaves out is the same moment, an hour later by the clock.
    """
    moment = datetime.datetime.combine(now.date(), at, tzinfo=now.tzinfo)
    if moment <= now:
        moment = datetime.datetime.combine(
            now.date() + datetime.timedelta(days=1), at, tzinfo=now.tzinfo
        )
    return moment


def time_of_day(text: str) -> datetime.time:
    try:
        return datetime.datetime.strptime(text, "%H:%M").replace(tzinfo=datetime.UTC).time()
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text} is no time of day: write hours and minutes, such as 02:30"
        ) from None


class Command(BaseCommand):
    help = "Runs a command every night at a time of day, until it is stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--at", type=time_of_day, default="02:30", help="such as 02:30")
        parser.add_argument("--done", type=Path, help="file that is touched after each success")
        parser.add_argument("--now", action="store_true", help="run it at once, and only once")
        parser.add_argument("command", nargs=argparse.REMAINDER, help="with its arguments")

    def handle(self, *_: Any, **options: Any) -> None:
        command: list[str] = options["command"]
        if not command or command[0] not in get_commands():
            raise CommandError(f"{' '.join(command) or 'Nothing'} is no command of manage.py.")
        if options["now"]:
            if not self.run(command, options["done"]):
                raise CommandError(f"{command[0]} failed; the log says why.")
            return
        while True:
            wait_until(next_time(timezone.localtime(), options["at"]))
            close_old_connections()  # that of the night before
            self.run(command, options["done"])

    def run(self, command: list[str], done: Path | None) -> bool:
        """Return whether it succeeded. A failure is logged; the next night it is tried again."""
        log.info("nightly.started", command=command[0])
        try:
            call_command(*command)
        except SystemExit as end:
            code = end.code
        except Exception:
            log.exception("nightly.failed", command=command[0])
            return False
        else:
            code = 0
        if code:
            log.error("nightly.failed", command=command[0], exit_code=code)
            return False
        if done:
            done.touch()
        log.info("nightly.succeeded", command=command[0])
        return True


def wait_until(moment: datetime.datetime) -> None:
    while (seconds := (moment - timezone.localtime()).total_seconds()) > 0:
        time.sleep(min(seconds, LONGEST_SLEEP))
