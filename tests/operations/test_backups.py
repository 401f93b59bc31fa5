"""Backups: whole or not there, and only their owner reads them."""

import base64
import datetime
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from lib.sealed_stream import MAGIC
from operations.backups import container
from operations.backups.keeping import prune
from operations.backups.making import moment_of
from operations.backups.postgres import Server
from operations.backups.problems import BackupProblem
from operations.models import Proof, ProofKind
from operations.proofs import note_success
from registrations.models import TimeEntry

pytestmark = [pytest.mark.django_db(transaction=True)]
NOW = datetime.datetime(2026, 11, 30, 3, tzinfo=datetime.UTC)


def backups(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if moment_of(path))


def back_up(folder: Path) -> Path:
    call_command("backup", str(folder), verbosity=0)
    return backups(folder)[-1]


def own_process(*arguments: object, **options) -> subprocess.Popen[str]:
    """The command in a process of its own, on the database of this test."""
    surroundings = {
        **os.environ,
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "DJANGO_SETTINGS_MODULE": "tests.operations.installed",
        "INSTALLED_IN": str(django_settings.DATA_DIR),
        "PG_BIN": django_settings.PG_BIN,
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=django_settings.BASE_DIR,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture
def key_file(settings, tmp_path) -> Path:
    path = tmp_path / "keys" / "backup.key"
    path.parent.mkdir()
    path.write_text(base64.urlsafe_b64encode(os.urandom(32)).decode() + "\n")
    settings.BACKUP_KEY_FILE = str(path)
    return path


@pytest.mark.usefixtures("billed")
def test_a_backup_says_what_is_in_it_and_only_its_owner_reads_it(folder):
    made = back_up(folder)

    manifest = container.verify(made, None)
    names = {member.name for member in manifest.members}
    assert "database" in names
    assert len([name for name in names if name.startswith("media/invoices/")]) == 3
    assert "media/receipts/one.pdf" in names
    assert manifest.vendor == connection.vendor
    assert manifest.counts["registrations_timeentry"] == TimeEntry.objects.count() == 1
    assert ["billing", "0001_initial"] in manifest.migrations
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert {path.name for path in folder.iterdir()} == {made.name, ".backup-lock"}


@pytest.mark.usefixtures("billed")
def test_a_backup_is_recorded_and_one_that_fails_too(folder):
    back_up(folder)
    proof = Proof.objects.get(kind=ProofKind.BACKUP)
    assert proof.good_at
    assert proof.facts["files"] == 4

    with pytest.raises(CommandError, match=r"does not exist\. Create it first"):
        call_command("backup", str(folder / "none" / "backup"))

    failed = Proof.objects.get(kind=ProofKind.BACKUP)
    assert failed.good_at == proof.good_at
    assert "does not exist" in failed.problem


@pytest.mark.usefixtures("billed")
def test_a_backup_can_have_a_name_and_never_replaces_a_file(folder):
    call_command("backup", str(folder / "before-upgrade"), verbosity=0)

    assert container.verify(folder / "before-upgrade", None).files == 4
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(folder / "before-upgrade"))


def test_a_backup_is_not_made_inside_what_it_copies(media):
    media.mkdir(parents=True)

    with pytest.raises(CommandError, match="must not be in the folder that it copies"):
        call_command("backup", str(media))


@pytest.mark.usefixtures("billed")
def test_what_a_form_keeps_for_a_day_is_not_in_it(folder, media):
    (media / "uploads-kept").mkdir()
    (media / "uploads-kept" / "secret.pdf").write_bytes(b"%PDF")

    made = back_up(folder)

    names = [member.name for member in container.verify(made, None).members]
    assert not [name for name in names if "uploads-kept" in name]


@pytest.mark.usefixtures("billed")
def test_one_changed_byte_and_a_missing_end_are_noticed(folder):
    made = back_up(folder)
    whole = made.read_bytes()
    with tarfile.open(made) as tar:
        receipt = tar.getmember("media/receipts/one.pdf").offset_data

    made.write_bytes(whole[:receipt] + b"#" + whole[receipt + 1 :])
    with pytest.raises(BackupProblem, match=r"one\.pdf is not what it was"):
        container.verify(made, None)

    for end in (receipt, len(whole) // 2):
        made.write_bytes(whole[:end])
        with pytest.raises(BackupProblem, match=r"not a whole backup|its end is missing"):
            container.verify(made, None)


@pytest.mark.usefixtures("billed")
def test_an_encrypted_backup_opens_with_its_key_only(folder, key_file, settings):
    made = back_up(folder)
    key = base64.urlsafe_b64decode(key_file.read_text())

    assert made.read_bytes().startswith(MAGIC)
    assert b"%PDF-1.4 receipt" not in made.read_bytes()
    assert container.verify(made, key).files == 4
    with pytest.raises(BackupProblem, match="cannot be decrypted: the key is not the one"):
        container.verify(made, os.urandom(32))
    with pytest.raises(BackupProblem, match=r"is encrypted: set BACKUP_KEY_FILE"):
        container.verify(made, None)
    made.write_bytes(made.read_bytes()[:-1])
    with pytest.raises(BackupProblem, match="changed or cut off"):
        container.verify(made, key)


def test_a_key_beside_the_backups_is_refused(folder, key_file, settings):
    beside = key_file.rename(folder / "backup.key")
    settings.BACKUP_KEY_FILE = str(beside)

    with pytest.raises(CommandError, match=r"who takes one has both"):
        call_command("backup", str(folder))
    assert not backups(folder)


def test_a_key_that_cannot_be_read_is_a_sentence(folder, key_file, settings):
    key_file.write_text("short")
    with pytest.raises(CommandError, match=r"has no key: one line of 32 bytes"):
        call_command("backup", str(folder))

    settings.BACKUP_KEY_FILE = str(key_file.with_name("none"))
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("backup", str(folder))


@pytest.mark.usefixtures("billed")
def test_a_backup_that_is_killed_leaves_nothing_that_looks_whole(folder, media):
    with (media / "long").open("wb") as file:
        file.truncate(3_000_000_000)
    killed = own_process("backup", folder, start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(folder.glob(".unfinished-*.backup")):
        assert killed.poll() is None, killed.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()

    assert not backups(folder)
    assert list(folder.glob(".unfinished-*"))

    (media / "long").unlink()
    made = back_up(folder)
    assert {path.name for path in folder.iterdir()} == {made.name, ".backup-lock"}


@pytest.mark.usefixtures("billed")
def test_two_backups_do_not_share_a_folder_at_the_same_time(folder, media):
    with (media / "long").open("wb") as file:
        file.truncate(3_000_000_000)
    first = own_process("backup", folder, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not list(folder.glob(".unfinished-*.backup")):
            assert first.poll() is None, first.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with pytest.raises(CommandError, match="Another backup is being made"):
            call_command("backup", str(folder))
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()


@pytest.mark.usefixtures("billed")
def test_a_full_disk_is_a_sentence_and_leaves_nothing(folder, media):
    """A limit of 500 kB for each file stands for a disk of that size."""
    (media / "large").write_bytes(os.urandom(2_000_000))

    limited = ["bash", "-c", 'ulimit -f 500; exec "$0" "$@"', sys.executable]
    full = subprocess.run(
        [*limited, "manage.py", "backup", str(folder)],
        cwd=django_settings.BASE_DIR,
        env={
            **os.environ,
            "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
            "DJANGO_SETTINGS_MODULE": "tests.operations.installed",
            "INSTALLED_IN": str(django_settings.DATA_DIR),
            "PG_BIN": django_settings.PG_BIN,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert full.returncode == 1
    assert f"There is not enough room in {folder}" in full.stderr
    assert "Traceback" not in full.stderr
    assert {path.name for path in folder.iterdir()} <= {".backup-lock"}


@pytest.mark.postgres
def test_without_pg_dump_it_says_what_to_install(folder, settings, tmp_path):
    settings.PG_BIN = str(tmp_path)

    with pytest.raises(CommandError, match=r"pg_dump was not found. Install postgresql-client-\d+"):
        call_command("backup", str(folder))


@pytest.mark.postgres
def test_a_pg_dump_that_is_too_old_is_not_used(folder, settings, tmp_path):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    settings.PG_BIN = str(tmp_path)

    with pytest.raises(CommandError, match="is of version 9, and the server of version"):
        call_command("backup", str(folder))


@pytest.mark.postgres
def test_the_password_is_in_no_command_line():
    server = Server({"host": "h", "user": "u", "dbname": "d", "password": "s3cr3t", "other": 1})

    assert "s3cr3t" not in str(server.__dict__["_given"])
    assert server.address() == "postgres://u:s3cr3t@h/d"


def dated(folder: Path, *days_ago: int) -> None:
    for days in days_ago:
        moment = NOW - datetime.timedelta(days=days)
        (folder / f"hours-{moment:%Y%m%dT%H%M%S}Z.backup").touch()


def test_old_backups_go_and_other_files_stay(folder):
    dated(folder, 0, 1, 13, 15, 40)
    (folder / "before-upgrade.backup").touch()
    newest = backups(folder)[-1]

    gone = prune(folder, newest=newest, keep_days=14, now=NOW)

    assert len(gone) == 2
    assert len(backups(folder)) == 3
    assert (folder / "before-upgrade.backup").exists()


def test_the_last_three_stay_however_old_they_are(folder):
    dated(folder, 100, 101, 102, 103)

    prune(folder, newest=backups(folder)[-1], keep_days=14, now=NOW)

    assert len(backups(folder)) == 3


def test_a_clock_that_jumped_ahead_deletes_no_new_backup(folder):
    dated(folder, 0, 1, 2, 3)
    later = NOW + datetime.timedelta(days=4000)

    prune(folder, newest=backups(folder)[0], keep_days=14, now=later)

    # The one that was just read back stays too, although its name is the oldest.
    assert len(backups(folder)) == 4


@pytest.mark.usefixtures("billed")
def test_a_backup_that_fails_deletes_no_old_one(folder, settings):
    dated(folder, 100, 101, 102, 103, 104)
    settings.BACKUP_KEY_FILE = "/nowhere"

    with pytest.raises(CommandError):
        call_command("backup", str(folder))

    assert len(backups(folder)) == 5


def test_a_database_that_takes_no_record_does_not_spoil_the_backup(caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE operations_proof RENAME TO operations_other")
    try:
        note_success(ProofKind.BACKUP, now=timezone.now())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE operations_other RENAME TO operations_proof")

    assert "proof.not_recorded" in caplog.text
