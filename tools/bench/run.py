"""Measure in this process, with the database of the settings, and print a figure a line as JSON."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from tools.bench import pages  # noqa: E402
from tools.bench.measuring import measure  # noqa: E402
from tools.bench.seeding import seed, seeded  # noqa: E402

GROUPS = {
    "lists": pages.lists,
    "finance": pages.finance,
    "register": pages.register,
}


def main(hours: int, wanted: list[str]) -> None:
    """Seed an empty database and measure the groups; `wanted` are parts of names, none for all."""
    call_command("migrate", verbosity=0)
    today = timezone.localdate()
    agency = seeded(today=today) or seed(hours=hours, today=today)
    for group, works in GROUPS.items():
        for work in works(agency):
            if not wanted or any(text in f"{group} {work.name}" for text in wanted):
                print(json.dumps({"group": group, **measure(work).to_json()}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
