"""An office manager imports hours from a file with a mistake, mends it and undoes the import."""

import pytest
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import TimeEntry
from tests import factories
from tests.workbooks import book_of

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ROWS = (
    "Datum;Medewerker;Project;Taak;Uren;Omschrijving\r\n"
    "23-11-2025;Sanne de Vries;Website;Design;1:30;Good\r\n"
    "24-11-2025;Sanne de Vries;Website;Design;lots;Wrong\r\n"
    "25-11-2025;S. de Vries;Website;Design;2;Unknown\r\n"
)


@pytest.fixture
def work(studio):
    project = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website")
    task = factories.create_task(organisation=studio.organisation, name="Design")
    ProjectTask.objects.create(project=project, task=task)
    return studio


@pytest.mark.redis
def test_hours_are_imported_from_a_file_mended_and_undone(visitor, work, celery_worker_process):
    page = visitor.page
    visitor.log_in(work)
    page.goto(f"{visitor.site}/settings/import/")
    page.get_by_role("link", name="Import a file").click()
    file = {"name": "uren.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    page.get_by_label("File", exact=True).set_input_files(files=[file])
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("button", name="Import 1 row")).to_be_visible()
    assert list(barriers(page)) == []
    cell = page.get_by_label("Duration in row 3")
    cell.fill("1:15")
    cell.press("Tab")
    expect(page.get_by_role("button", name="Import 2 rows")).to_be_visible()
    page.get_by_label("What S. de Vries is").select_option("Sanne de Vries")
    page.get_by_role("button", name="Import 3 rows").click()

    expect(page.get_by_text("3 new").first).to_be_visible()
    expect(page.get_by_role("table").get_by_text("Done")).to_be_visible()
    assert TimeEntry.objects.count() == 3
    page.get_by_role("link", name="Undo uren.csv").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("3 rows are removed")
    assert list(barriers(page)) == []
    dialog.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_role("table").get_by_text("Undone")).to_be_visible()
    assert not TimeEntry.objects.exists()


HEAD = ("Wanneer", "Medewerker", "Project", "Taak", "Uren")


def workbook_of(*days):
    rows = [(day, "S. de Vries", "Website", "Design", "1:30") for day in days]
    content = book_of(("Uitleg", ["Lees dit"], [["eerst"]]), ("A", HEAD, rows), ("B", HEAD, rows))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "uren.xlsx", "mimeType": kind, "buffer": content}


def choose(page, site, file):
    page.goto(f"{site}/settings/import/files/new/")
    page.get_by_label("File", exact=True).set_input_files(files=[file])
    page.get_by_role("button", name="Continue").click()


@pytest.mark.redis
def test_a_sheet_is_chosen_and_the_columns_are_remembered(visitor, work, celery_worker_process):
    page = visitor.page
    visitor.log_in(work)
    choose(page, visitor.site, workbook_of("23-11-2026", "24-11-2026"))
    page.get_by_label("sheet").select_option("B")
    # The page was drawn with its columns: who is quicker answers about those of the other sheet.
    expect(page.locator("select[name=sheet] option[selected]")).to_have_text("B")
    page.get_by_label("Guessed: look at it. That is right").check()
    page.get_by_label("What S. de Vries is").select_option("Sanne de Vries")
    page.get_by_label("Remember as").fill("Uren kantoor")
    page.get_by_label("Remember as").press("Tab")
    expect(page.get_by_text("are kept under this name")).to_be_visible()
    assert list(barriers(page)) == []

    # Back to the file, and forward again: what was answered is still there.
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_text("uren.xlsx stays")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("sheet")).to_have_value("B")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.get_by_role("table").get_by_text("Done")).to_be_visible()

    choose(page, visitor.site, workbook_of("25-11-2026"))
    expect(page.get_by_text("recognised as “Uren kantoor”")).to_be_visible()
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_text("1 new").first).to_be_visible()
    page.goto(f"{visitor.site}/settings/import/files/new/")
    page.get_by_role("button", name="Delete Uren kantoor").click()
    expect(page.get_by_text("are forgotten")).to_be_visible()
