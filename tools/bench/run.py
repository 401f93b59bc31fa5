"""Measure in this process, with the database of the settings, and print a figure a line as JSON."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from tools.bench import browsing, confirming, others, pages, sandboxed, serving  # noqa: E402
from tools.bench.measuring import Figure, Work, measure  # noqa: E402
from tools.bench.seeding import seed, seeded  # noqa: E402

GROUPS = {
    "lists": pages.lists,
    "finance": pages.finance,
    "register": pages.register,
    "saving": others.saving,
    "selecting": others.selecting,
    "files": others.files,
    "relations": others.relations,
    "documents": others.invoice_files,
    "processes": serving.serving,
    "browser": browsing.browsing,
    "confirming": confirming.confirming,
    "deliveries": sandboxed.deliveries,
    "nights": sandboxed.nights,
}


def main(hours: int, wanted: list[str]) -> None:
    """Seed an empty database and measure; `wanted` are groups, or names after their group."""
    call_command("migrate", verbosity=0)
    today = timezone.localdate()
    agency = seeded(today=today) or seed(hours=hours, today=today)
    for group, works in GROUPS.items():
        if wanted and not any(text.partition(":")[0] == group for text in wanted):
            continue
        for work in works(agency):
            if wanted and not any(text in (group, f"{group}:{work.name}") for text in wanted):
                continue
            print(json.dumps({"group": group, **measured(work).to_json()}), flush=True)


def measured(work: Work | Figure) -> Figure:
    """Measure, unless it has measured itself."""
    return measure(work) if isinstance(work, Work) else work


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
