"""An installation with an agency that billed something, and the means to restore it elsewhere."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import mark_sent
from billing.models import Invoice, Origin
from operations.backups import postgres
from operations.backups.place import Installation
from registrations.models import Expense
from tests import factories
from tests.billing.conftest import agency as agency
from tests.billing.conftest import connected as connected
from tests.billing.conftest import entered as entered
from tests.plugins.servers import postgres_programs


@dataclass
class Elsewhere:
    """An empty installation, in which commands run as on another server."""

    home: Path
    address: str

    @property
    def data(self) -> Path:
        return self.home / "data"

    def manage(self, *arguments: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
        surroundings = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "timechimp_eb.settings",
            "DATABASE_URL": self.address,
            "DATA_DIR": str(self.data),
            "PG_BIN": django_settings.PG_BIN,
            **extra,
        }
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            env=surroundings,
            cwd=django_settings.BASE_DIR,
            check=False,
            capture_output=True,
            text=True,
        )


@pytest.fixture(autouse=True)
def programs_of_postgres(settings) -> None:
    """pg_dump and pg_restore of the wheel, whatever the machine has."""
    settings.PG_BIN = str(postgres_programs())


@pytest.fixture
def media(settings, own_media) -> Path:
    """Files of this test alone, where an installation has them."""
    settings.DATA_DIR = own_media.parent
    return own_media


@pytest.fixture
def billed(transactional_db, media, agency) -> Invoice:
    """An invoice that was sent, with its three files, and an expense with a receipt."""
    agency.hours(minutes=90)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=timezone.now())
    invoice = mark_sent(draft, by=agency.member.user, now=timezone.now())
    project = factories.create_project(organisation=agency.organisation)
    expense = factories.create_expense(project=project, membership=agency.member)
    name = default_storage.save("receipts/one.pdf", ContentFile(b"%PDF-1.4 receipt"))
    Expense.objects.filter(pk=expense.pk).update(receipt=name)
    return invoice


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where backups go."""
    path = tmp_path / "backups"
    path.mkdir()
    return path


@pytest.fixture
def elsewhere(tmp_path) -> Iterator[Callable[[], Elsewhere]]:
    """Make empty installations of the same kind of database; they are gone after the test."""
    with ExitStack() as stack:

        def make() -> Elsewhere:
            home = tmp_path / f"elsewhere-{len(list(tmp_path.iterdir()))}"
            home.mkdir()
            if connection.vendor != "postgresql":
                return Elsewhere(home, f"sqlite:///{home / 'data' / 'db.sqlite3'}")
            server = stack.enter_context(postgres.temporary_database(Installation.current().server))
            return Elsewhere(home, server.address())

        yield make
