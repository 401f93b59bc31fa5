"""What the image, the compose file and the program say about versions is the same."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).parents[2]


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == settings.PROGRAM_VERSION


def test_the_image_has_a_pg_dump_that_is_not_older_than_the_server():
    image, compose = ((ROOT / name).read_text() for name in ("Dockerfile", "docker-compose.yml"))
    (client,) = re.findall(r"postgresql-client-(\d+)", image)
    (server,) = re.findall(r"POSTGRES_IMAGE:-postgres:(\d+)", compose)

    assert int(client) >= int(server)
