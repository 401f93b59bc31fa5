"""An installation as the compose file describes it, without its containers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.make_secrets import make

from .installation import Installation
from .servers import broker, database


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that make_secrets.py makes."""
    folder = tmp_path_factory.mktemp("secrets")
    make(folder, group=os.getgid())
    return folder


@pytest.fixture(scope="module")
def database_port(secrets: Path) -> Iterator[int]:
    with database(secrets) as port:
        yield port


@pytest.fixture(scope="module")
def broker_port(secrets: Path) -> Iterator[int]:
    with broker(secrets) as port:
        yield port


@pytest.fixture(scope="module")
def installation(
    secrets: Path,
    database_port: int,
    broker_port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    """All servers, with the tables that the service `migrate` made."""
    made = Installation(secrets, tmp_path_factory.mktemp("volumes"), database_port, broker_port)
    done = made.run("migrate")
    assert done.returncode == 0, done.stderr
    return made
