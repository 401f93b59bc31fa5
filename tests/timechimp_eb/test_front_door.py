"""Files that newcomers read first: the licence, and one command for all checks."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_licence_is_the_one_that_the_package_names():
    assert PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert PROJECT["license-files"]
    assert all(list(ROOT.glob(pattern)) for pattern in PROJECT["license-files"])


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"])
def test_links_between_these_pages_lead_somewhere(name):
    links = re.findall(r"\]\(([^):#]+)\)", (ROOT / name).read_text())

    assert links
    assert all((ROOT / link).exists() for link in links)


def test_a_public_forge_and_a_commit_run_what_we_run():
    assert "run: .ci/run" in (ROOT / ".github/workflows/ci.yml").read_text()
    assert "entry: ./run check" in (ROOT / ".pre-commit-config.yaml").read_text()
    assert "./run check" in (ROOT / ".ci/run").read_text()


def test_every_library_has_its_reason():
    reasons = (ROOT / "docs/dependencies.md").read_text()
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(one for extra in extras for one in extra)]

    assert len(wanted) > 30
    for requirement in wanted:
        name = re.match(r"[a-z0-9-]+", requirement)[0]
        assert re.search(rf"^\|[^|]*\b{name}\b", reasons, re.MULTILINE), name
        assert re.search(r"[~<>=]=?\s*\d", requirement), f"{requirement} has no range"


def test_the_locks_name_no_index():
    locks = list(ROOT.glob("requirements*.lock"))
    assert len(locks) == 3
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        assert "--index" not in text
        assert len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) < text.count("--hash=sha256:")
