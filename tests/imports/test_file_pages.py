"""Settings → Import: the pages from the choice of a file until its undo."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from imports import tasks
from imports.carrying_out import carry_out_import
from imports.checking import PREVIEWED
from imports.models import FileImport, FileState
from lib.tables import read_table
from registrations.models import Status, TimeEntry
from tests.factories import create_invoice_line, create_membership
from tests.plugins.clamav import EICAR

from .conftest import table

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NEW = "/settings/import/files/new/"
LIST = "/settings/import/files/"
HEAD = ("Datum", "Medewerker", "Project", "Taak", "Uren", "Omschrijving")
ROWS = (
    ("28-11-2025", "Daan Visser", "Website", "Ontwerp", "1:30", "Goed"),
    ("27-11-2025", "Daan Visser", "Website", "Ontwerp", "veel", "=1+1"),
    ("26-11-2025", "D. Visser", "Website", "Ontwerp", "2", "Wie?"),
)


def upload(client, text, *, name="uren.csv", kind="hours"):
    file = SimpleUploadedFile(name, text.encode())
    return client.post(NEW, {"kind": kind, "file": file})


def page(answer):
    return answer.content.decode()


def test_from_a_file_to_its_undo(client, agency):
    address = upload(client, table(HEAD, *ROWS)).url
    shown = page(client.get(address))
    assert "3 rows" in shown
    assert "Leave the 2 errors out" in shown
    assert 'name="cell:3:duration" id="cell-3-duration" value="veel"' in shown
    assert "Import 1 row" in shown

    # A cell is mended and a name answered; the page is drawn again.
    daan = agency.organisation.memberships.get(user__first_name="Daan")
    posted = {
        "cell:3:duration": "1:15",
        "was:3:duration": "veel",
        "name:employee:d. visser": f"to:{daan.pk}",
    }
    assert "Import 3 rows" in page(client.post(address, posted))

    start = address.replace("columns", "start")
    assert client.post(start, {}).url == LIST
    draft = FileImport.objects.get()
    assert draft.state == FileState.QUEUED
    assert "you can leave this page" in page(client.get(LIST))
    carry_out_import(draft.pk, clock=timezone.now)
    shown = page(client.get(LIST))
    assert "3 new" in shown
    assert "every 2s" not in shown
    assert TimeEntry.objects.count() == 3

    undo = reverse("imports:file-undo", args=[draft.pk])
    assert "3 rows are removed" in page(client.get(undo))
    client.post(undo)
    assert not TimeEntry.objects.exists()
    assert "Undone" in page(client.get(LIST))
    assert "under way or was undone before" in page(client.get(undo))


def test_a_file_that_was_read_is_deleted_with_all_that_is_stored_of_it(
    client, django_capture_on_commit_callbacks
):
    upload(client, table(("Datum", "Uren"), ("28-11-2025", "1")))
    draft = FileImport.objects.get()
    stored, names = draft.content.storage, (draft.content.name, draft.upload.name)
    assert all(map(stored.exists, names))
    assert "Read and not imported yet" in page(client.get(LIST))

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("imports:file-delete", args=[draft.pk]), follow=True)

    assert "Nothing of it was imported" in page(answer)
    assert not FileImport.objects.exists()
    assert not any(map(stored.exists, names))


def test_an_import_that_was_started_is_not_deleted_as_a_draft(client, agency):
    draft = agency.take(table(HEAD, *ROWS))
    agency.run(draft)

    answer = client.post(reverse("imports:file-delete", args=[draft.pk]))

    assert answer.status_code == 404
    assert FileImport.objects.filter(pk=draft.pk).exists()


def test_a_start_with_something_open_shows_the_page_again(client):
    address = upload(client, table(("Datum", "Uren"), ("28-11-2025", "1"))).url

    answer = client.post(address.replace("columns", "start"), {})

    assert answer.status_code == 422
    assert "Say which column is: Employee, Project, Task." in page(answer)


def test_errors_come_back_as_a_file_with_the_reason_and_can_be_imported_again(client, agency):
    draft = agency.take(table(HEAD, *ROWS))
    agency.run(draft)

    answer = client.get(reverse("imports:file-errors", args=[draft.pk]) + "?file=csv")
    content = b"".join(answer.streaming_content)

    assert answer["Content-Disposition"] == 'attachment; filename="uren-errors.csv"'
    back = read_table(io.BytesIO(content), name="a.csv")
    assert back.headings == [*HEAD, "Reason"]
    assert [row[:6] for _number, row in back.rows] == [list(row) for row in ROWS[1:]]
    assert back.rows[0][1][6].startswith("Type a duration")
    again = agency.take(content.decode())
    assert again.mapping[6] == ""
    assert 6 in again.looked_at


def test_a_template_is_read_by_the_import(client, agency):
    for kind in ("hours", "customers"):
        answer = client.get(reverse("imports:file-template", args=[kind]))
        content = b"".join(answer.streaming_content)
        draft = agency.take(content, kind=kind, name="t.xlsx")
        assert draft.total == 1
        assert "" not in draft.mapping
    assert client.get(reverse("imports:file-template", args=["nothing"])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "", "This file is empty. Choose another one."),
        ("a.xlsx", "PK\x03\x04x", "This workbook is damaged"),
        ("a.csv", "Datum;Uren\n", "This file has headings and no rows"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_file(client, name, content, sentence):
    answer = upload(client, content, name=name)

    assert answer.status_code == 422
    assert sentence in page(answer)
    assert not FileImport.objects.exists()


def test_without_imports_the_list_leads_to_the_first(client):
    shown = client.get(LIST).content.decode()

    assert shown.count(reverse("imports:file-new")) == 2
    assert "No file has been imported yet." in shown


def test_only_administrators_import(agency, client_of):
    for role in (Role.PROJECT_MANAGER, Role.EMPLOYEE):
        member = create_membership(organisation=agency.organisation, role=role)
        other = client_of(member)
        assert other.get(LIST).status_code == 403
        assert upload(other, table(HEAD, *ROWS)).status_code == 403


def test_the_preview_asks_the_same_number_of_times_whatever_the_file_has(client, agency):
    asked = []
    for count in (10, 900):
        rows = [(*ROWS[0][:5], f"Werk {n}") for n in range(min(count, 16))] + [
            (f"{1 + n % 28:02d}-10-2025", *ROWS[0][1:5], f"Werk {n}") for n in range(count - 16)
        ]
        address = upload(client, table(HEAD, *rows)).url
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_drafts_that_nobody_started_are_deleted_with_their_file(
    agency, django_capture_on_commit_callbacks
):
    draft = agency.take(table(HEAD, *ROWS))
    kept = agency.take(table(HEAD, *ROWS))
    old = timezone.now() - datetime.timedelta(days=8)
    FileImport.objects.filter(pk=draft.pk).update(created_at=old)
    storage, name = draft.content.storage, draft.content.name

    with django_capture_on_commit_callbacks(execute=True):
        tasks.purge_drafts()

    assert list(FileImport.objects.all()) == [kept]
    assert not storage.exists(name)


# --- Days in the future ---------------------------------------------------------------------------


def future_rows(*days):
    """A file with a good row of today and a row of each of these days from now.

    The days begin with the year: 09-12 could be read in two ways.
    """
    rows = []
    for place, n in enumerate((0, *days)):
        day = timezone.localdate() + datetime.timedelta(days=n)
        rows.append((f"{day:%Y-%m-%d}", *ROWS[0][1:5], f"Werk {place}"))
    return table(HEAD, *rows)


def question_of(answer):
    return answer.context["checked"].future


def test_days_in_the_future_are_amber_and_asked_about_once(client, agency):
    address = upload(client, future_rows(8, 40)).url
    start = address.replace("columns", "start")

    answer = client.get(address)
    assert page(answer).count("is in the future.") == 2
    assert page(answer).count('<tr id="row-3" class="unsure">') == 1
    assert "2 rows are of a day in the future, the last of" in page(answer)
    assert client.post(start, {"has_options": "1"}).status_code == 422
    assert FileImport.objects.get().is_draft

    ticked = {"has_options": "1", "future": question_of(answer).token}
    assert question_of(client.post(address, ticked)).is_confirmed
    assert client.post(start, ticked).url == LIST
    carry_out_import(FileImport.objects.get().pk, clock=timezone.now)
    assert TimeEntry.objects.count() == 3


def test_a_tick_confirms_no_other_days(client):
    address = upload(client, future_rows(8, 40)).url
    ticked = {"has_options": "1", "future": question_of(client.get(address)).token}
    day = timezone.localdate() + datetime.timedelta(days=90)

    answer = client.post(address, ticked | {"cell:4:date": f"{day:%d-%m-%Y}", "was:4:date": ""})

    assert not question_of(answer).is_confirmed
    corrected = {"cell:3:date": "28-11-2025", "cell:4:date": "27-11-2025"}
    assert question_of(client.post(address, ticked | corrected)) is None


def test_a_row_that_is_there_already_is_not_asked_about_again(client, agency):
    agency.run(agency.take(future_rows(8)))

    answer = client.get(upload(client, future_rows(8)).url)

    assert question_of(answer) is None
    assert "unsure" not in page(answer)


def test_a_day_in_the_future_behind_the_preview_is_asked_about_too(client):
    days = [-(n // 8) - 1 for n in range(PREVIEWED)]

    answer = client.get(upload(client, future_rows(*days, 8)).url)

    assert len(answer.context["checked"].plans) == PREVIEWED
    assert "1 row is of a day in the future: " in page(answer)
    assert "Look at the rows of days in the future" in answer.context["checked"].why_not


def test_errors_can_hold_the_import_back(client, agency):
    address = upload(client, table(HEAD, *ROWS)).url
    shown = page(client.get(address))
    assert "Leave the 2 errors out and give them back as a file" in shown

    answer = client.post(address.replace("columns", "start"), {"has_errors": "1"})

    assert answer.status_code == 422
    assert "Correct the rows with errors, or leave them out." in page(answer)
    on = {"has_errors": "1", "leaves_out_errors": "on"}
    assert client.post(address.replace("columns", "start"), on).url == LIST


def test_a_corrected_cell_can_be_corrected_again_and_counts_as_readable(client):
    address = upload(client, table(HEAD, *ROWS)).url
    assert "1 not readable" in page(client.get(address))
    mended = {"cell:3:duration": "1:15", "was:3:duration": "veel"}

    shown = page(client.post(address, mended))

    assert 'name="cell:3:duration" id="cell-3-duration" value="1:15"' in shown
    assert "all 3 readable" in shown
    assert "not readable" not in shown


def test_a_row_that_changes_shows_both_figures_and_the_hours_are_added_up(client, agency):
    agency.run(agency.take(table(HEAD, ROWS[0])))
    longer = (*ROWS[0][:4], "2:00", "Goed")

    shown = page(client.get(upload(client, table(HEAD, longer, (*longer[:5], "Nieuw"))).url))

    assert "was </span>1:30</del> 2:00" in shown
    assert "4:00 hours in the file · 2:00 new" in shown


def test_the_list_says_what_is_invoiced_in_place_of_undo(client, agency):
    done = agency.run(agency.take(table(HEAD, ROWS[0], (*ROWS[0][:5], "Nog een"))))
    undo = reverse("imports:file-undo", args=[done.pk])
    assert undo in page(client.get(LIST))
    entry = TimeEntry.objects.first()
    line = create_invoice_line(project=entry.project)
    TimeEntry.objects.filter(pk=entry.pk).update(invoice_line=line, status=Status.INVOICED)

    shown = page(client.get(LIST))

    assert "1 invoiced: cannot be undone" in shown
    assert undo not in shown


def test_the_time_that_is_left_follows_the_pace_so_far(agency):
    begun = timezone.now()
    run = FileImport(total=240, created_at=begun)
    assert run.seconds_left is None

    run.done, run.heartbeat_at = 180, begun + datetime.timedelta(seconds=60)

    assert (run.seconds_left, run.minutes_left) == (20, 0)


def test_a_file_with_a_virus_is_refused_at_its_field_and_kept_nowhere(client, agency, clamd):
    answer = upload(client, table(HEAD, *ROWS) + EICAR.decode())

    assert answer.status_code == 422
    assert "has a virus (Eicar-Test-Signature)" in page(answer)
    assert not FileImport.objects.exists()


def test_a_file_that_cannot_be_scanned_is_refused(client, agency, settings):
    settings.CLAMAV = "tcp://127.0.0.1:9"

    assert "cannot be checked for viruses now" in page(upload(client, table(HEAD, *ROWS)))
    assert not FileImport.objects.exists()


def test_the_page_says_the_limits_that_hold(client, monkeypatch):
    monkeypatch.setattr("imports.forms.MOST_BYTES", 3 * 2**20)
    monkeypatch.setattr("imports.forms.MOST_ROWS", 4_321)

    assert "at most 3 MB and 4,321 rows" in page(client.get(NEW))
