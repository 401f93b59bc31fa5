"""A secret comes from the environment or from a file; whatever is unclear is said in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from timechimp_eb.secret_files import NAMES, environment, files

PASSWORD = "p@ss/w:rd +%?#"
ESCAPED = "p%40ss%2Fw%3Ard%20%2B%25%3F%23"


def written(folder: Path, content: str | bytes) -> str:
    path = folder / "secret"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@pytest.mark.parametrize("name", NAMES)
def test_each_secret_can_be_a_file(tmp_path, name):
    given = {f"{name}_FILE": written(tmp_path, "redis://server/0\n")}
    needed = {"DATABASE_URL": "postgres://hours@db/hours", "REDIS_URL": "redis://hours@r/0"}
    found = environment({**({} if name in needed else needed), **given})

    assert found[name] == "redis://server/0"


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
def test_the_line_break_at_the_end_is_no_part_of_it(tmp_path, end):
    given = {"SECRET_KEY_FILE": written(tmp_path, f" a b {end}")}

    assert environment(given)["SECRET_KEY"] == " a b "


def test_without_files_the_environment_is_as_it_was():
    given = {"SECRET_KEY": "one", "SECRET_KEY_FILE": "", "OTHER_FILE": "/nowhere"}

    assert environment(given) == given
    assert files(given) == {}


def test_an_empty_value_beside_a_file_is_no_value(tmp_path):
    given = {"SECRET_KEY": "", "SECRET_KEY_FILE": written(tmp_path, "x")}

    assert environment(given)["SECRET_KEY"] == "x"


def test_no_earlier_keys_is_an_empty_file(tmp_path):
    given = {"SECRET_KEY_FALLBACKS_FILE": written(tmp_path, "\n")}

    assert environment(given)["SECRET_KEY_FALLBACKS"] == ""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SECRET_KEY": "a", "SECRET_KEY_FILE": "{}"}, "SECRET_KEY and SECRET_KEY_FILE are both"),
        ({"REDIS_URL": "a", "REDIS_URL_FILE": "{}"}, "REDIS_URL and REDIS_URL_FILE are both set"),
        ({"EMAIL_URL_FILE": "{}.gone"}, "which cannot be read: No such file or directory"),
        ({"EMAIL_URL_FILE": "/"}, "which cannot be read: Is a directory"),
        ({"DATABASE_PASSWORD": "x"}, "DATABASE_URL names no server that it is for"),
        (
            {"DATABASE_PASSWORD": "x", "DATABASE_URL": "sqlite:////data/db.sqlite3"},
            "DATABASE_URL names no server that it is for",
        ),
        (
            {"REDIS_PASSWORD": "x", "REDIS_URL": "redis://hours:y@redis/0"},
            "REDIS_PASSWORD is set and REDIS_URL has a password too",
        ),
    ],
)
def test_what_is_unclear_is_refused_with_a_sentence(tmp_path, given, sentence):
    file = written(tmp_path, "content")
    given = {name: value.replace("{}", file) for name, value in given.items()}

    with pytest.raises(ImproperlyConfigured, match=sentence):
        environment(given)


@pytest.mark.parametrize(("content", "sentence"), [("\n", "empty"), (b"k\xff\xfe", "not text")])
def test_a_file_without_a_secret_is_refused_and_shows_nothing(tmp_path, content, sentence):
    file = written(tmp_path, content)

    with pytest.raises(ImproperlyConfigured) as refused:
        environment({"CREDENTIAL_KEYS_FILE": file})

    assert f"CREDENTIAL_KEYS_FILE names {file}, which is {sentence}." in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("postgres://hours@db:5432/hours", f"postgres://hours:{ESCAPED}@db:5432/hours"),
        (
            "postgres://hours@[::1]/h?sslmode=require",
            f"postgres://hours:{ESCAPED}@[::1]/h?sslmode=require",
        ),
    ],
)
def test_a_password_goes_into_its_address(tmp_path, address, whole):
    given = {"DATABASE_URL": address, "DATABASE_PASSWORD_FILE": written(tmp_path, PASSWORD)}

    assert environment(given)["DATABASE_URL"] == whole


def test_redis_may_have_a_password_and_no_user():
    given = {"REDIS_URL": "redis://redis:6379/0", "REDIS_PASSWORD": "x"}

    assert environment(given)["REDIS_URL"] == "redis://:x@redis:6379/0"


READ = """
from timechimp_eb import settings as s
import redis
database, broker = s.DATABASES["default"], redis.connection.parse_url(s.CELERY_BROKER_URL)
print(s.SECRET_KEY, s.CREDENTIAL_KEYS, sep="|")
print(database["PASSWORD"], broker["password"], s.EMAIL_HOST_PASSWORD, sep="|")
"""


def run(*command: str, **given: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"PATH": os.environ["PATH"], **given}
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_settings_read_them(tmp_path):
    secrets = {
        "SECRET_KEY": "key",
        "CREDENTIAL_KEYS": "one,two",
        "DATABASE_PASSWORD": PASSWORD,
        "REDIS_PASSWORD": PASSWORD,
        "EMAIL_URL": "smtp+tls://hours:mail@mail.example.com:587",
    }
    given = {"DATABASE_URL": "postgres://hours@db/hours", "REDIS_URL": "redis://hours@redis/0"}
    for name, secret in secrets.items():
        (tmp_path / name).write_text(f"{secret}\n")
        given[f"{name}_FILE"] = str(tmp_path / name)

    done = run("-c", READ, **given)

    assert done.stdout.splitlines() == [
        "key|['one', 'two']",
        f"{PASSWORD}|{PASSWORD}|mail",
    ], done.stderr


def test_the_command_line_says_the_sentence_and_nothing_else(tmp_path):
    done = run("manage.py", "check", SECRET_KEY="a", SECRET_KEY_FILE=written(tmp_path, "b"))

    assert done.returncode == 1
    assert done.stderr.strip() == (
        "SECRET_KEY and SECRET_KEY_FILE are both set: remove one of them from the environment."
    )
