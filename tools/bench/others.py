"""What is no page: selecting and proposing many rows, files, imports, documents, processes."""

import datetime
import itertools
from collections.abc import Iterator

from django.urls import reverse

from registrations.models import TimeEntry

from . import documents, exporting_hours, importing
from .measuring import Figure, Work, duration
from .pages import Browser
from .seeding import Agency

RELATIONS = 10_000
EXPORTED = 100_000
MANY = (50_000, 100_000)
# Milliseconds.
BARS = {"CSV": 4000, "XLSX": 8000, "PDF/A-3": 35, "PDF/A-3 with UBL": 45}


def selecting(agency: Agency) -> Iterator[Work]:
    """Select all unbilled hours of a filter, and open the dialog with them."""
    browser = Browser(agency.boss)
    unbilled = "period=all&status=not_invoiced"
    address = f"{reverse('registrations:overview-hours-select')}?{unbilled}"
    yield Work("Select all unbilled hours", browser.page(address), 1500)
    hours = agency.organisation.time_entries.filter(invoice_line=None).order_by("pk")
    for number, bar in zip(MANY, (1500, 3000), strict=True):
        ids = hours.values_list("pk", flat=True)[number - 1 : number]
        if not ids:
            continue
        fields = browser.selected(unbilled, newest=ids[0], by=agency.boss)
        dialog = browser.post(reverse("billing:eboekhouden-dialog"), lambda: fields)  # noqa: B023
        yield Work(f"Dialog of {number:,} hours", dialog, bar, times=3)


def files(agency: Agency) -> Iterator[Figure]:
    """Export hours, beside other ways to write the same file; a process of its own for each."""
    hours = TimeEntry.objects.filter(organisation=agency.organisation).order_by("-date", "-pk")
    for name, way in exporting_hours.WAYS.items():
        found = exporting_hours.run_export(way, hours[:EXPORTED])
        text = f"first byte {found.first_byte * 1000:,.0f} ms, memory +{found.memory / 1e6:,.0f} MB"
        yield Figure.of(
            f"{EXPORTED:,} hours: {name}", found.seconds, BARS.get(name), found.bytes, text
        )


def relations(agency: Agency) -> Iterator[Figure]:
    """Import relations, beside the reading and inserting that any import has to do."""
    organisation = agency.organisation
    answer = importing.answer_with_relations(RELATIONS)
    rows = importing.read_with_us(answer)
    readers = {
        "lxml": importing.read_with_lxml,
        "our reader": importing.read_with_us,
        "zeep": importing.ZeepReader(),
    }
    seconds = {
        name: duration(lambda: read(answer)) / 1000  # noqa: B023
        for name, read in readers.items()
    }
    seconds["bulk_create"] = importing.bulk_create(organisation, rows)
    seconds["update_or_create"] = importing.update_or_create(organisation, rows)
    for name, found in seconds.items():
        yield Figure.of(f"{RELATIONS:,} relations: {name}", found)
    bar = 2000 * (seconds["our reader"] + seconds["bulk_create"])
    for kind in importing.KINDS:
        done = importing.run_import(organisation, rows, kind=kind)
        text = f"memory +{done.memory / 1e6:,.0f} MB"
        name = f"{RELATIONS:,} relations: import, {kind}"
        yield Figure.of(name, done.seconds, bar, note=text, queries=done.queries)


def invoice_files(agency: Agency) -> Iterator[Figure]:
    """Make the documents of an invoice of thirty lines."""
    for name, seconds in documents.document_times(agency.organisation).items():
        yield Figure.of(f"30 lines: {name}", seconds, BARS.get(name))


def saving(agency: Agency) -> Iterator[Work]:
    """Save an hour, as the form of Register posts it."""
    browser = Browser(agency.employee)
    project = agency.organisation.projects.order_by("pk")[0]
    work = project.project_tasks.order_by("pk")[0].pk
    days = (agency.today - datetime.timedelta(days=number) for number in itertools.count())

    def fields() -> dict[str, object]:
        when = {"date": next(days).isoformat(), "duration": "0:15"}
        return {"work": work, **when, "description": "New"}

    yield Work("Save an hour", browser.post(reverse("registrations:hours"), fields), 40)
