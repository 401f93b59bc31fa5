"""Settings in docs/operations.md can also be set for the containers."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (`[A-Z_`, ]+`) \|", re.MULTILINE)


def test_every_setting_reaches_the_containers_or_is_fixed_there():
    table = ROW.findall((ROOT / "docs/operations.md").read_text())
    listed = {name for cell in table for name in re.findall("[A-Z_]+", cell)}
    compose, image = ((ROOT / name).read_text() for name in ("docker-compose.yml", "Dockerfile"))
    given = set(re.findall(r"^ {4}([A-Z_]+):", compose, re.MULTILINE))
    given |= set(re.findall(r"^ +([A-Z_]+)=", image, re.MULTILINE))

    assert len(listed) > 15
    # Never in a container.
    assert listed - given == {"DEBUG"}


def test_every_app_of_the_program_is_in_the_image():
    let_in = set((ROOT / ".dockerignore").read_text().split())
    ours = {name for name in settings.INSTALLED_APPS if (ROOT / name).is_dir()}

    assert "billing" in ours
    assert {f"!{name}" for name in ours} <= let_in
