"""Data of version 0.1 is recognised before anything is changed, and stays as it is."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from demo.__main__ import main, version
from demo.home import Home
from timechimp_eb.checks import database_is_of_this_version
from timechimp_eb.other_versions import is_of_another_version, known_migrations

OLD_MIGRATIONS = [
    ("billing", "0001_initial"),
    ("billing", "0016_reminders_place"),
    ("projects", "0001_initial"),
]


def create_database(
    path: Path, *, applied: list[tuple[str, str]], tables: tuple[str, ...] = ()
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(
            "CREATE TABLE django_migrations"
            " (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT)"
        )
        database.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-10-01')",
            applied,
        )
        for table in tables:
            database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY)")
    return path


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The bytes and the time of change of every file in a folder."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The data folder of a demo of version 0.1."""
    folder = tmp_path / "a demo"
    create_database(
        folder / "db.sqlite3", applied=OLD_MIGRATIONS, tables=("billing_vatrate", "projects_term")
    )
    return folder


def test_the_demo_leaves_data_of_version_0_1_as_it_is_and_says_what_to_type(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(old)
    assert "db.sqlite3" in before

    assert main(["--data", str(old)]) == 1

    assert contents(old) == before
    said = capsys.readouterr().out
    assert "Another version of the program made the data" in said
    assert f"./run demo --data '{old}-{version()}'" in said
    assert f"mv '{old}' '{old}-old'" in said


def test_data_that_a_killed_demo_left_in_its_log_is_recognised(old: Path) -> None:
    folder = old.parent / "killed"
    folder.mkdir()
    with closing(sqlite3.connect(old / "db.sqlite3")) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_autocheckpoint=0")
        database.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
        database.commit()
        for name in ("db.sqlite3", "db.sqlite3-wal"):
            (folder / name).write_bytes((old / name).read_bytes())

    assert "later" in Home(folder).migrations_and_tables()[1]
    assert Home(folder).is_of_another_version()


def test_a_folder_that_is_empty_or_of_this_version_can_be_used(tmp_path: Path) -> None:
    create_database(tmp_path / "db.sqlite3", applied=sorted(known_migrations()))

    assert ("billing", "0001_initial") in known_migrations()
    assert not Home(tmp_path).is_of_another_version()
    assert not Home(tmp_path / "none").is_of_another_version()


@pytest.mark.parametrize(
    ("applied", "tables"),
    [
        ([("billing", "0016_reminders_place")], []),
        ([("billing", "0001_initial")], ["billing_vatrate"]),
        ([("billing", "0001_initial")], ["projects_term"]),
    ],
)
def test_an_unknown_migration_or_a_former_table_is_of_another_version(
    applied: list[tuple[str, str]], tables: list[str]
) -> None:
    assert is_of_another_version(applied, tables)


def test_migrations_of_a_library_do_not_count() -> None:
    assert not is_of_another_version([("axes", "0099_from_a_later_release")], ["axes_later"])


def test_a_file_that_is_no_database_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"no database" * 200)

    assert main(["--data", str(tmp_path)]) == 1

    assert "The data folder cannot be used" in capsys.readouterr().out


@pytest.fixture
def former_table(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE projects_term (id integer)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE projects_term")


@pytest.mark.django_db
def test_the_database_of_this_version_passes_the_check() -> None:
    assert database_is_of_this_version(databases=["default"]) == []
    assert database_is_of_this_version() == []


def test_the_check_names_a_database_of_another_version(former_table: None) -> None:
    (problem,) = database_is_of_this_version(databases=["default"])

    assert problem.id == "timechimp_eb.E013"
    assert "another version" in problem.msg


@pytest.mark.parametrize("command", ["migrate", "prepare_demo"])
def test_a_command_that_changes_tables_refuses_them_in_a_sentence(old: Path, command: str) -> None:
    before = contents(old)
    done = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "demo.settings",
            "DATA_DIR": str(old),
            "DATABASE_URL": f"sqlite:///{old}/db.sqlite3",
            "HTTPS": "false",
        },
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "was made by another version of the program" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(old)["db.sqlite3"] == before["db.sqlite3"]
