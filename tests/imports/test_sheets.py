"""Back to the file: another sheet, another kind, another file; what was answered stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imports.models import FileImport, FileState
from imports.sources import rows_of
from tests.workbooks import book_of

from .conftest import table

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HEAD = ["Datum", "Medewerker", "Project", "Taak", "Uren"]


def row(day="28-11-2025", who="Daan Visser", hours="1:30"):
    return [day, who, "Website", "Ontwerp", hours]


@pytest.fixture
def draft(agency):
    book = book_of(
        ("Uitleg", ["Lees dit"], [["eerst"]]),
        ("November", HEAD, [row(who="D. Visser"), row("27-11-2025", hours="veel")]),
        ("Oktober", [*HEAD[:4], "Gewerkt"], [row("28-10-2025", who="D. Visser")]),
    )
    return agency.take(book, name="uren.xlsx")


def address(draft, page="columns"):
    return f"/settings/import/files/{draft.pk}/{page}/"


def page(answer):
    return answer.content.decode()


def daan(agency):
    return agency.organisation.memberships.get(user__first_name="Daan")


def test_the_first_sheet_that_fits_is_proposed_and_another_can_be_chosen(client, agency, draft):
    assert (draft.sheet, draft.sheets) == ("November", ["Uitleg", "November", "Oktober"])
    person = daan(agency)
    answers = {"name:employee:d. visser": f"to:{person.pk}", "cell:3:duration": "2"}
    client.post(address(draft), {**answers, "was:3:duration": "veel", "sheet": "November"})

    shown = page(client.post(address(draft), {"sheet": "Oktober", "column:0": ""}))

    draft.refresh_from_db()
    assert "<option selected>Oktober</option>" in shown
    assert (draft.sheet, draft.headings[4], draft.total) == ("Oktober", "Gewerkt", 1)
    # What was posted with the choice was about the columns of the other sheet.
    assert draft.mapping[0] == "date"
    assert draft.answers["employee"] == {"d. visser": {"to": person.pk}}
    assert draft.corrections == {}
    assert [number for number, _cells in rows_of(draft)] == [2]


def test_a_sheet_that_is_not_in_the_file_changes_nothing(client, draft):
    client.post(address(draft), {"sheet": "Elders"})

    draft.refresh_from_db()
    assert draft.sheet == "November"


def test_a_start_with_another_sheet_shows_it_first(client, draft):
    answer = client.post(address(draft, "start"), {"sheet": "Oktober"})

    assert answer.status_code == 422
    assert "Look at them, then import" in page(answer)
    assert FileImport.objects.get().state == FileState.DRAFT


def test_the_sheet_is_kept_through_the_steps_and_the_upload_goes_when_it_starts(
    client, agency, draft, django_capture_on_commit_callbacks
):
    storage, upload = draft.upload.storage, draft.upload.name
    answers = {"name:employee:d. visser": f"to:{daan(agency).pk}"}
    client.post(address(draft), {"sheet": "Oktober"})
    client.post(address(draft), {**answers, "column:4": "duration", "right": "4"})
    assert "Oktober" in page(client.get(address(draft, "file")))
    assert storage.exists(upload)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(draft, "start"), {"sheet": "Oktober", "column:4": "duration"})

    started = FileImport.objects.get()
    assert (started.state, started.sheet, started.upload.name) == ("queued", "Oktober", "")
    assert not storage.exists(upload)
    assert storage.exists(started.content.name)


def test_back_takes_what_was_answered_and_the_choice_of_the_file_keeps_it(client, agency, draft):
    person = daan(agency)
    back = client.post(address(draft), {"back": "1", "name:employee:d. visser": f"to:{person.pk}"})
    assert back.url == address(draft, "file")
    shown = page(client.get(back.url))
    assert "uren.xlsx stays, unless you choose another one." in shown
    assert f'href="{address(draft)}"' in shown

    forward = client.post(back.url, {"kind": "hours", "sheet": "November"})

    assert forward.url == address(draft)
    draft.refresh_from_db()
    assert draft.answers["employee"]["d. visser"] == {"to": person.pk}


def test_another_file_keeps_the_columns_with_the_same_headings(
    client, agency, draft, django_capture_on_commit_callbacks
):
    client.post(address(draft), {"sheet": "Oktober"})
    client.post(address(draft), {"column:4": "duration", "right": ["4"]})
    content, upload = draft.content, draft.upload.name
    other = table(("Gewerkt", "Wie", *HEAD[:1]), ("1:30", "Daan Visser", "28-11-2025"))

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            address(draft, "file"),
            {"kind": "hours", "file": SimpleUploadedFile("ander.csv", other.encode())},
        )

    draft.refresh_from_db()
    assert (draft.name, draft.sheet, draft.sheets) == ("ander.csv", "", [])
    assert (draft.mapping[0], 0 in draft.looked_at) == ("duration", True)
    assert not content.storage.exists(upload)
    assert FileImport.objects.count() == 1


def test_another_kind_guesses_its_own_columns(client, draft):
    client.post(address(draft, "file"), {"kind": "trips", "sheet": "November"})

    draft.refresh_from_db()
    assert (draft.kind, draft.mapping[:3]) == ("trips", ["date", "employee", "project"])
    assert "duration" not in draft.mapping


def test_a_file_that_cannot_be_read_leaves_the_draft_as_it_was(client, draft):
    broken = SimpleUploadedFile("leeg.csv", b"Datum;Uren\n")

    answer = client.post(address(draft, "file"), {"kind": "hours", "file": broken})

    assert answer.status_code == 422
    assert "headings and no rows" in page(answer)
    kept = FileImport.objects.get()
    assert (kept.name, kept.sheet) == ("uren.xlsx", "November")
    assert client.get(address(draft)).status_code == 200
