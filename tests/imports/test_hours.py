"""Import of hours: a file with mistakes is mended, imported, recognised and undone."""

import datetime

import pytest

from imports import undoing
from imports.models import ImportedRow, Outcome
from registrations.models import Status, TimeEntry
from tests.factories import TODAY

from .conftest import NOW, table

pytestmark = pytest.mark.django_db
HEAD = ("Datum", "Medewerker", "Klant", "Project", "Taak", "Uren", "Omschrijving")


def hours(office, count, *, mistakes=None):
    """So many rows of two people on two projects; `mistakes` are other cells by row."""
    office.person("Daan", "Visser")
    office.person("Lotte", "Bakker")
    office.work()
    office.work(customer="De Groene Tuin", project="Webshop", task="Overleg")
    rows = []
    for n in range(count):
        day = TODAY - datetime.timedelta(days=n // 8)
        row = [
            f"{day:%d-%m-%Y}",
            ("Daan Visser", "Bakker, Lotte")[n % 2],
            ("Bakkerij Van Dam", "de groene tuin")[n % 2],
            ("Website", "Webshop")[n % 2],
            ("Ontwerp", "Overleg")[n % 2],
            ("1:30", "1,25")[n % 2],
            f"Werk {n}",
        ]
        for place, text in (mistakes or {}).get(n + 2, {}).items():
            row[place] = text
        rows.append(row)
    return table(HEAD, *rows)


MISTAKES = {
    2: {0: "31-02-2026"},
    5: {0: ""},
    9: {5: "veel"},
    17: {1: "T. Hoekstra"},
    31: {5: "190"},
    55: {3: "Webwinkel"},
    90: {4: "Overleg"},
    91: {5: "25:00"},
    300: {0: "28-11"},
    800: {6: "x" * 501},
}


def test_a_thousand_hours_with_ten_mistakes_are_mended_imported_recognised_and_undone(office):
    text = hours(office, 1000, mistakes=MISTAKES)
    draft = office.take(text)

    checked = office.check(draft)

    assert checked.lacking == []
    assert checked.counts == {
        "all": 1000, "new": 990, "changed": 0, "unchanged": 0, "left_out": 0, "error": 10,
    }  # fmt: skip
    wrong = {plan.row.number: plan.errors for plan in checked.plans if plan.errors}
    assert wrong.keys() == MISTAKES.keys()
    assert "February" in wrong[2]["date"] or "2026" in wrong[2]["date"]
    assert wrong[5] == {"date": "Date is empty. Fill it in."}
    assert wrong[17]["employee"].startswith("no such person")
    assert wrong[31]["duration"] == "“190” is not a duration in hours. Type 190m for minutes."

    # Nine are mended in the preview; one stays wrong, and the others go in.
    draft.corrections = {
        "2": {"date": "28-02-2026"},
        "5": {"date": "22-11-2026"},
        "9": {"duration": "2"},
        "17": {"employee": "Lotte Bakker"},
        "31": {"duration": "190m"},
        "55": {"project": "Webshop"},
        "90": {"task": "Ontwerp"},
        "91": {"duration": "2:30"},
        "300": {"date": "28-11-2025"},
    }
    draft.save()
    done = office.run(draft)

    assert (done.state, done.done, done.new_count, done.error_count) == ("finished", 1000, 999, 1)
    assert TimeEntry.objects.count() == 999
    assert set(TimeEntry.objects.values_list("status", flat=True)) == {Status.OPEN}
    error = ImportedRow.objects.get(outcome=Outcome.ERROR)
    assert (error.row, error.field) == (800, "description")

    again = office.take(text, corrections=draft.corrections)
    assert office.check(again).counts["unchanged"] == 999
    again = office.run(again)
    assert (again.new_count, again.unchanged_count, again.error_count) == (0, 999, 1)
    assert TimeEntry.objects.count() == 999

    undone = undoing.undo(done, by=office.manager.user, now=NOW)
    assert (undone.removed, undone.restored) == (999, 0)
    assert not TimeEntry.objects.exists()
