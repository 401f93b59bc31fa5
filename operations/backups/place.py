"""The database and the folder of this installation, as the settings name them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection, connections

from . import postgres, sqlite
from .contents import Contents
from .postgres import Server

VENDORS = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


@dataclass(frozen=True)
class Installation:
    """Where the data is: `server` for PostgreSQL, `file` for SQLite."""

    vendor: str
    data: Path
    server: Server
    file: Path

    @classmethod
    def current(cls) -> Self:
        """Return that of the settings; connects to nothing."""
        is_postgres = connection.vendor == "postgresql"
        parameters = connection.get_connection_params() if is_postgres else {}
        name = Path() if is_postgres else Path(connection.settings_dict["NAME"]).resolve()
        return cls(connection.vendor, Path(settings.DATA_DIR).resolve(), Server(parameters), name)

    @property
    def media(self) -> Path:
        return self.data / "media"

    def dump(self, to: Path) -> Contents:
        """Write a consistent copy of the database to the new file `to`."""
        if self.vendor == "postgresql":
            return postgres.dump(self.server, to)
        to.touch(mode=0o600, exist_ok=False)
        return sqlite.dump(self.file, to)

    def has_empty_database(self) -> bool:
        connections.close_all()
        if self.vendor == "postgresql":
            return postgres.is_empty(self.server)
        return sqlite.is_empty(self.file)
