"""A backup comes back elsewhere, whole and safe, and only where nothing is."""

import json
import sqlite3
import tarfile
import threading
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from integrations.models import Connection
from operations.backups import container, sqlite
from operations.models import Proof, ProofKind
from registrations.models import TimeEntry
from tests import factories

from .test_backups import back_up

pytestmark = [pytest.mark.django_db(transaction=True)]


def lines(done) -> str:
    return done.stdout + done.stderr


@pytest.mark.usefixtures("billed")
def test_a_backup_comes_back_in_an_empty_installation(folder, elsewhere):
    made = back_up(folder)
    there = elsewhere()

    done = there.manage("restore", made)

    assert done.returncode == 0, lines(done)
    assert "connections send nothing until they are compared" in done.stdout
    assert (there.data / "media" / "receipts" / "one.pdf").read_bytes() == b"%PDF-1.4 receipt"
    assert not (there.data / ".restoring").exists()
    checked = there.manage("verify_database")
    assert checked.returncode == 0, lines(checked)
    assert "3 files of 1 invoices are unchanged" in checked.stdout
    assert "Nothing is billed twice" in checked.stdout


@pytest.mark.usefixtures("billed")
def test_what_was_restored_sends_nothing_before_a_comparison(agency, folder, elsewhere):
    factories.create_connection(organisation=agency.organisation)
    assert not Connection.objects.get().must_compare_first
    there = elsewhere()

    there.manage("restore", back_up(folder))

    asked = there.manage(
        "shell", "-v0", "-c",
        "from integrations.models import Connection; "
        "print(Connection.objects.get().must_compare_first)",
    )  # fmt: skip
    assert asked.stdout.strip() == "True", lines(asked)


@pytest.mark.usefixtures("billed")
def test_it_goes_only_into_an_empty_database_and_an_empty_folder(folder, elsewhere):
    made = back_up(folder)
    there = elsewhere()
    assert there.manage("restore", made).returncode == 0

    again = there.manage("restore", made)
    assert again.returncode == 1
    assert "The database is not empty, and nothing was changed" in again.stderr

    other = elsewhere()
    (other.data / "media").mkdir(parents=True)
    refused = other.manage("restore", made)
    assert refused.returncode == 1
    assert "is not empty (media), and nothing was changed" in refused.stderr
    (other.data / "media").rmdir()
    assert other.manage("restore", made).returncode == 0


@pytest.mark.usefixtures("billed")
def test_what_beat_left_in_the_folder_is_no_data(folder, elsewhere):
    there = elsewhere()
    there.data.mkdir()
    (there.data / "beat-pulse").touch()
    (there.data / "beat-schedule").touch()

    done = there.manage("restore", back_up(folder))

    assert done.returncode == 0, lines(done)


def test_what_an_earlier_sqlite_left_is_not_played_into_the_new_one(tmp_path):
    place, copy = tmp_path / "db.sqlite3", tmp_path / "copy"
    with closing(sqlite3.connect(place)) as old:
        old.execute("PRAGMA journal_mode=WAL")
        old.execute("CREATE TABLE earlier (x)")
        old.commit()
        left = Path(f"{place}-wal").read_bytes()
    place.unlink()
    Path(f"{place}-wal").write_bytes(left)
    with closing(sqlite3.connect(copy)) as new:
        new.execute("CREATE TABLE restored (x)")
        new.commit()

    removed = sqlite.put_in_place(copy, place)

    assert removed == ["db.sqlite3-wal"]
    with closing(sqlite3.connect(place)) as there:
        assert there.execute("SELECT name FROM sqlite_master").fetchall() == [("restored",)]


@pytest.mark.usefixtures("billed")
def test_a_damaged_backup_changes_nothing(folder, elsewhere):
    made = back_up(folder)
    whole = made.read_bytes()
    made.write_bytes(whole[: len(whole) // 2])
    there = elsewhere()

    done = there.manage("restore", made)

    assert done.returncode == 1
    assert "The backup was not restored. The file is damaged" in done.stderr
    assert not there.data.exists() or not list(there.data.iterdir())


@pytest.mark.usefixtures("billed")
def test_other_keys_are_said(folder, elsewhere):
    there = elsewhere()

    done = there.manage(
        "restore", back_up(folder), CREDENTIAL_KEYS="b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q="
    )

    assert done.returncode == 0, lines(done)
    assert "CREDENTIAL_KEYS are not those of the backup" in done.stderr


def rewritten(made: Path, **facts) -> Path:
    """The backup with another manifest."""
    manifest = container.verify(made, None)
    changed = made.with_name("changed")
    with changed.open("wb") as file:
        writer = container.ContainerWriter(file, None)
        with made.open("rb") as source, tarfile.open(fileobj=source, mode="r|") as tar:
            for info in tar:
                if info.name != container.MANIFEST:
                    writer.add(info.name, tar.extractfile(info), info.size)
        kept = json.loads(manifest.to_json())
        kept = {key: value for key, value in kept.items() if key not in ("members", "format")}
        writer.finish(**kept | facts)
    return changed


@pytest.mark.usefixtures("billed")
def test_a_backup_of_a_newer_version_or_of_another_database_is_refused(folder, elsewhere):
    made = back_up(folder)
    there = elsewhere()
    newer = [*container.verify(made, None).migrations, ["billing", "0999_later"]]

    done = there.manage("restore", rewritten(made, migrations=newer, program="9.1"))
    assert "made by another version of the program (it has billing 0999_later)" in done.stderr
    assert "Install version 9.1 or a newer one" in done.stderr

    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    done = there.manage("restore", rewritten(made, vendor=other))
    assert "Set DATABASE_URL to an empty database of the same kind" in done.stderr


@pytest.mark.usefixtures("billed")
def test_a_backup_with_other_rows_than_it_says_is_refused(folder, elsewhere):
    made = back_up(folder)
    counts = {**container.verify(made, None).counts, "registrations_timeentry": 7}

    done = elsewhere().manage("restore", rewritten(made, counts=counts))

    assert done.returncode == 1
    assert "registrations_timeentry has 1 rows, and the backup says 7" in done.stderr


@pytest.mark.usefixtures("billed")
def test_a_member_cannot_be_written_outside_its_folder(folder, elsewhere, tmp_path):
    made = back_up(folder)
    evil = made.with_name("evil")
    with evil.open("wb") as file, made.open("rb") as content:
        writer = container.ContainerWriter(file, None)
        writer.add("media/../../../evil", content, 10)
        writer.finish(
            made_at="", vendor=connection.vendor, server="", program="", migrations=[], counts={},
            canary="",
        )  # fmt: skip
    done = elsewhere().manage("restore", evil)

    assert "it has a file named media/../../../evil" in done.stderr
    assert not list(tmp_path.rglob("evil/*"))


# --- Doctor ---------------------------------------------------------------------------------------


def doctor(*arguments: object) -> str:
    """Run the doctor; return its lines. Raises SystemExit if something needs somebody."""
    said = StringIO()
    try:
        call_command("doctor", *map(str, arguments), stdout=said)
    except SystemExit:
        return "FAILED\n" + said.getvalue()
    return said.getvalue()


@pytest.mark.usefixtures("billed")
def test_doctor_proves_a_backup_and_records_it(folder, tmp_path):
    made = back_up(folder)
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    said = doctor(made, "--folder", scratch)

    assert not said.startswith("FAILED"), said
    assert "The backup is whole and was restored" in said
    assert "rows of" in said
    assert "3 files of 1 invoices are unchanged" in said
    assert "Nothing is billed twice" in said
    assert not list(scratch.iterdir())
    assert Proof.objects.get(kind=ProofKind.RESTORE_TEST).good_at
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'restore_test%'")
            assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("billed")
def test_doctor_finds_a_file_that_was_changed_before_the_backup(folder, media):
    next(media.glob("invoices/*/*.pdf")).write_bytes(b"another")

    said = doctor(back_up(folder))

    assert said.startswith("FAILED")
    assert "Files of invoices are missing or changed" in said
    assert Proof.objects.get(kind=ProofKind.RESTORE_TEST).good_at is None


@pytest.mark.usefixtures("billed")
def test_doctor_finds_codes_that_no_key_opens(agency, folder, settings):
    factories.create_connection(organisation=agency.organisation)
    made = back_up(folder)
    settings.CREDENTIAL_KEYS = ["b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItb3Q="]

    said = doctor(made)

    assert "CREDENTIAL_KEYS are not those of the backup" in said
    assert "Security codes cannot be read" in said


@pytest.mark.usefixtures("billed")
def test_a_backup_that_is_not_whole_is_not_proven(folder):
    made = back_up(folder)
    made.write_bytes(made.read_bytes()[:-20_000])

    with pytest.raises(CommandError, match=r"The backup is not proven\. The file is damaged"):
        call_command("doctor", str(made))


@pytest.mark.postgres
@pytest.mark.usefixtures("billed")
def test_a_user_who_may_create_no_database_is_told_so(folder):
    made = back_up(folder)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE may_nothing LOGIN")
    try:
        host = connection.settings_dict["HOST"]
        server = f"postgres://may_nothing@{host}:{connection.settings_dict['PORT']}/postgres"
        with pytest.raises(CommandError, match="No database could be created to restore into"):
            call_command("doctor", str(made), server=server)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE may_nothing")


SAVERS = 4


def test_a_backup_made_while_people_save_is_consistent(billed, agency, folder):
    """Four people save hours by requests; the copy has all of each hour, and passes the audit."""
    project = factories.create_project(organisation=agency.organisation)
    task = factories.create_task(organisation=agency.organisation)
    work = project.project_tasks.create(task=task).pk
    people = [factories.create_membership(organisation=agency.organisation) for _ in range(SAVERS)]
    over, failed = threading.Event(), []

    def save(member) -> None:
        client = Client()
        client.force_login(member.user, backend="accounts.login.backends.MemberBackend")
        try:
            while not over.is_set():
                typed = {"work": work, "date": factories.TODAY, "duration": "0:15"}
                answer = client.post(reverse("registrations:hours"), typed)
                if answer.status_code != 302:
                    failed.append(answer.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(member,)) for member in people]
    for thread in threads:
        thread.start()
    try:
        while TimeEntry.objects.count() < 10 and any(thread.is_alive() for thread in threads):
            over.wait(0.05)
        before = TimeEntry.objects.count()
        made = back_up(folder)
        after = TimeEntry.objects.count()
    finally:
        over.set()
        for thread in threads:
            thread.join()

    assert not failed
    copied = container.verify(made, None).counts["registrations_timeentry"]
    assert 10 <= before <= copied <= after
    assert before < TimeEntry.objects.count()
    said = doctor(made)
    assert not said.startswith("FAILED"), said
