"""The scripts of deploy/: secrets are made once, and images get their digest in .env."""

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from .compose import ROOT, compose

SCRIPTS = ROOT / "deploy"
DIGEST = "sha256:" + 64 * "a"
# Answers as docker does; what it is asked for stands in the file `asked`.
DOCKER = """#!/bin/sh
echo "$@" >> asked
{answer}
"""


def run(script: str, *arguments: str, folder: Path, **environment: str):
    return subprocess.run(
        [sys.executable, str(SCRIPTS / script), *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def make(folder: Path):
    return run("make_secrets.py", "secrets", f"--group={os.getgid()}", folder=folder)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "secrets").iterdir()}


def test_every_secret_of_the_compose_file_is_made(tmp_path):
    assert make(tmp_path).returncode == 0

    assert set(contents(tmp_path)) == set(compose(SITE_NAME="x")["secrets"])


def test_nobody_but_owner_and_group_can_read_one(tmp_path):
    make(tmp_path)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()}
    assert modes == {0o440}


def test_the_keys_are_keys_and_differ_each_time(tmp_path):
    (tmp_path / "other").mkdir()
    make(tmp_path)
    make(tmp_path / "other")
    made, other = contents(tmp_path), contents(tmp_path / "other")

    Fernet(made["credential_keys"].strip())
    random = {name for name, text in made.items() if text} - {"email_url"}
    assert len(random) == 7
    assert all(made[name] != other[name] and len(made[name]) > 40 for name in random)


def test_what_exists_is_kept(tmp_path):
    make(tmp_path)
    before = contents(tmp_path)

    said = make(tmp_path).stdout

    assert contents(tmp_path) == before
    assert "made" not in said


def test_redis_knows_the_password_as_a_hash_only(tmp_path):
    make(tmp_path)
    made = contents(tmp_path)
    password = made["redis_password"].strip()

    assert password not in made["redis_acl"]
    assert f"#{hashlib.sha256(password.encode()).hexdigest()} " in made["redis_acl"]


def with_docker(folder: Path, answer: str) -> dict[str, str]:
    program = folder / "docker"
    program.write_text(DOCKER.format(answer=answer))
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def test_digests_are_written_beside_what_is_there(tmp_path):
    (tmp_path / ".env").write_text("SITE_NAME=hours.example.com\nREDIS_IMAGE=redis:7\n")

    done = run("pin_images.py", folder=tmp_path, **with_docker(tmp_path, f"echo {DIGEST}"))

    lines = (tmp_path / ".env").read_text().splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0] == "SITE_NAME=hours.example.com"
    assert f"REDIS_IMAGE=redis:7@{DIGEST}" in lines
    assert "REDIS_IMAGE=redis:7" not in lines
    assert run("pin_images.py", "--check", folder=tmp_path).returncode == 0


def test_the_tags_are_those_of_the_files(tmp_path):
    run("pin_images.py", folder=tmp_path, **with_docker(tmp_path, f"echo {DIGEST}"))
    asked = (tmp_path / "asked").read_text()
    names = ("docker-compose.yml", "Dockerfile", "deploy/caddy/Dockerfile")
    text = "".join((ROOT / name).read_text() for name in names)

    for line in (tmp_path / ".env").read_text().splitlines():
        name, _, image = line.partition("=")
        tag = image.partition("@")[0]
        assert f"${{{name}:-{tag}}}" in text
        assert f"inspect {tag} " in asked


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("echo 'dial tcp: no route to host' >&2; exit 1", "dial tcp: no route to host"),
        ("echo latest", "no digest in its answer"),
    ],
)
def test_a_registry_that_gives_no_digest_changes_nothing(tmp_path, answer, reason):
    done = run("pin_images.py", folder=tmp_path, **with_docker(tmp_path, answer))

    assert done.returncode == 1
    assert f"No digest of python:3.11-slim-trixie: {reason}" in done.stderr
    assert not (tmp_path / ".env").exists()


def test_what_is_not_pinned_is_named(tmp_path):
    (tmp_path / ".env").write_text(f"POSTGRES_IMAGE=postgres:17@{DIGEST}\n")

    done = run("pin_images.py", "--check", folder=tmp_path)

    assert done.returncode == 1
    assert "POSTGRES_IMAGE" not in done.stdout
    assert "REDIS_IMAGE is not pinned: redis:7" in done.stdout
