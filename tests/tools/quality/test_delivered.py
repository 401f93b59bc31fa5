"""What is delivered: every package of the lock with its licence, and the files of others."""

import dataclasses
import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.quality import licences
from tools.quality.packages import FILES, Package, all_packages, packages

ROOT = Path(__file__).parents[3]
LOCK = """\
amqp==5.4.2 \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via kombu
async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:{0}
celery[redis]==5.7.0 \\
    --hash=sha256:{1}
"""


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("sbom") / "first.json")


def write(target: Path) -> Path:
    command = [sys.executable, "-W", "error", "-m", "tools.quality.sbom", str(target)]
    surroundings = {**os.environ, "SOURCE_DATE_EPOCH": "1796000000"}
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True, capture_output=True)
    return target


def test_a_lock_is_read_with_markers_extras_and_hashes() -> None:
    first, second = 64 * "a", 64 * "b"

    assert list(packages(LOCK.format(first, second))) == [
        Package("amqp", "5.4.2", (first, second), is_conditional=False),
        Package("async-timeout", "5.0.1", (first,), is_conditional=True),
        Package("celery", "5.7.0", (second,), is_conditional=False),
    ]


def test_no_line_of_the_lock_is_overlooked() -> None:
    text = (ROOT / "requirements.lock").read_text()

    assert len(list(packages(text))) == text.count("==") - text.count("; python_version ==") > 50
    assert all(package.hashes for package in packages(text))


def test_each_licence_was_read() -> None:
    assert [text for it in all_packages() for text in licences.complaints_about(it)] == []


@pytest.mark.parametrize(
    ("expression", "is_accepted"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MIT OR GPL-3.0-only) AND BSD-3-Clause", True),
        ("AGPL-3.0-only", False),
        ("GPL-2.0-or-later", False),
        ("Proprietary, see website", False),
        ("", False),
    ],
)
def test_a_new_licence_is_not_accepted_by_itself(expression: str, *, is_accepted: bool) -> None:
    assert licences.is_accepted(expression) is is_accepted


def test_what_one_package_may_no_other_may() -> None:
    heif = Package("pillow-heif", "1", (), is_conditional=False)

    assert list(licences.complaints_about(heif)) == []
    assert not licences.is_accepted(licences.READ["pillow-heif"])


def test_a_package_that_is_not_installed_is_no_silent_gap() -> None:
    gone = Package("there-is-no-such-package", "1", (), is_conditional=False)
    with pytest.raises(PackageNotFoundError):
        licences.licence_of(gone)
    assert licences.licence_of(dataclasses.replace(gone, is_conditional=True)) is None


def test_files_of_others_are_there_with_their_licence_and_in_the_docs() -> None:
    table = (ROOT / "docs/dependencies.md").read_text()
    for files in FILES:
        assert files.version in table
        for folder in files.folders:
            assert f"`{folder}/`" in table
            assert (ROOT / folder).is_dir()
        if files.is_delivered:
            assert any((ROOT / folder / "LICENSE").is_file() for folder in files.folders), files


def test_the_list_fits_its_schema_and_names_everything(sbom: Path) -> None:
    text = sbom.read_text()
    content = json.loads(text)
    components = {part["name"]: part for part in content["components"]}

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert set(components) == {package.name for package in packages()} | {
        files.name for files in FILES if files.is_delivered
    }
    assert components["django"]["purl"].startswith("pkg:pypi/django@")
    assert all(part["licenses"] for part in components.values() if part["name"] != "async-timeout")
    needs = {part["ref"]: part.get("dependsOn", []) for part in content["dependencies"]}
    assert any(name.startswith("django==") for name in needs["program"])
    celery = next(ref for ref in needs if ref.startswith("celery=="))
    assert any(name.startswith("kombu==") for name in needs[celery])


def test_the_same_commit_gives_the_same_list(sbom: Path, tmp_path: Path) -> None:
    assert write(tmp_path / "second.json").read_bytes() == sbom.read_bytes()
