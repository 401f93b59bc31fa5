"""docs/rights.md: who opens which page. Every line is tried in every role; no page lacks one."""

import logging
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role
from registrations.models import Expense
from registrations.views.actions import ACTIONS
from tests import factories

from .test_every_page import (
    PAGES,
    WORDS,
    _dated_rate,
    _everything,
    connected_account,
    exported,
    invitation_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.long]

TABLE = Path(__file__).parents[2] / "docs" / "rights.md"
# A line is a page, perhaps with the value of its slug, and a cell for each role.
LINE = re.compile(r"^\| `(?P<page>[a-z-]+:[a-z-]+)(?: (?P<word>[a-z-]+))?` \|(?P<cells>.*)\|$")
# Who is not logged in reads these too.
FOR_EVERYBODY = {"accounts:language-switch"}
# These exist for a final invoice only.
OF_FINAL = {"billing:invoice-credit", "billing:invoice-credit-preview", "billing:invoice-ubl"}
SLUGS = {"registrations:overview-change": "name", "registrations:overview-confirm": "name"}


@dataclass(frozen=True)
class Somebody:
    """A column of the table: a role, and the rights that differ from those it begins with."""

    role: str
    rights: dict[str, bool] = field(default_factory=dict)


MANAGER = Role.PROJECT_MANAGER
COLUMNS = {
    "Administrator": Somebody(Role.ADMINISTRATOR),
    "Manager, all projects": Somebody(MANAGER),
    "Manager, own projects": Somebody(MANAGER, {"manages_all_projects": False}),
    "Manager, no amounts": Somebody(MANAGER, {"may_see_amounts": False}),
    "Manager, not for others": Somebody(MANAGER, {"may_register_for_others": False}),
    "Manager, no approval": Somebody(MANAGER, {"may_approve": False}),
    "Employee": Somebody(Role.EMPLOYEE),
    "Employee who invoices": Somebody(Role.EMPLOYEE, {"may_invoice": True}),
}


def lines() -> dict[tuple[str, str], dict[str, str]]:
    """Return the cells of each line, by page and word."""
    found = {}
    for text in TABLE.read_text().splitlines():
        if match := LINE.match(text):
            cells = [cell.strip() for cell in match["cells"].split("|")]
            key = (match["page"], match["word"] or "")
            assert key not in found, key
            found[key] = dict(zip(COLUMNS, cells, strict=True))
    return found


def mine(member: Membership, ids: dict[str, int]) -> dict[str, int]:
    """Create a project that the member manages, if they manage, and registrations of their own."""
    project = factories.create_project(organisation=member.organisation)
    task = factories.create_task(organisation=member.organisation)
    if member.is_manager:
        project.managers.add(member)
    about = {"project": project, "membership": member}
    rates = _dated_rate(project, by=member) if member.is_manager and member.sees_amounts else {}
    return {
        **ids,
        **rates,
        "project": project.pk,
        "hour": factories.create_time_entry(**about, task=task).pk,
        "expense": factories.create_expense(**about).pk,
        "trip": factories.create_trip(**about).pk,
        "favourite-trip": factories.create_favourite_trip(membership=member).pk,
        "leave": factories.create_leave(membership=member).pk,
        "export": exported(member).pk,
        "invitation": invitation_of(member.user),
        "connection": connected_account(member.user),
    }


def answered(answer: HttpResponse) -> int:
    if answer.streaming:
        b"".join(answer)  # which closes its file
    return answer.status_code


def tried(client: Client, page: str, word: str, ids: dict[str, int]) -> int:
    """Return what the page answers: when it is read, else when something is sent to it."""
    words = dict(WORDS.get(page, {}))
    if word:
        words[SLUGS[page]] = word
    short = page.split(":")[1]
    if "pk" in dict(PAGES)[page]:
        kinds = sorted(ids, key=len, reverse=True)
        words["pk"] = next(ids[one] for one in kinds if short.startswith(one))
        if page in OF_FINAL:
            words["pk"] = ids["reminder"]  # of an invoice that was sent
    address = reverse(page, kwargs=words)
    with transaction.atomic():
        status = answered(client.get(address))
        if status in (403, 405):
            sent = answered(client.post(address, {"hours": ids["hour"]}))
            status = sent if status == 405 else min(status, sent)
        transaction.set_rollback(True)
    return status


def seen(client: Client, page: str, word: str, *, theirs: dict, own: dict) -> str:
    """Return the cell: `yes`, `own` for what is their own only, or `no`."""
    status = tried(client, page, word, theirs)
    if status == 403:
        return "no"
    if "pk" in dict(PAGES)[page] and status == 404:
        return "no" if tried(client, page, word, own) == 404 else "own"
    return "yes"


def test_every_page_has_a_line_and_every_line_a_page():
    names = {name for name, _parts in PAGES} - FOR_EVERYBODY
    written = lines()

    assert len(names) > 120
    assert {page for page, _word in written} == names
    for page in SLUGS:
        wanted = {name for name, one in ACTIONS.items() if one.title or "change" in page}
        assert {word for name, word in written if name == page} == wanted


@pytest.fixture
def quiet():
    """Refusals are what is tried here: without a stack trace in the log for each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def receipt():
    name = default_storage.save("receipts/rights.pdf", ContentFile(b"%PDF-1.4"))
    yield name
    default_storage.delete(name)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("column", COLUMNS)
def test_every_page_opens_for_whom_the_table_says(column, receipt):
    somebody = COLUMNS[column]
    member = factories.create_membership(role=somebody.role, **somebody.rights)
    theirs = _everything(member.organisation)
    own = mine(member, theirs)
    Expense.objects.update(receipt=receipt)
    client = Client(raise_request_exception=False)
    client.force_login(member.user, backend="accounts.login.backends.MemberBackend")

    found = {key: seen(client, *key, theirs=theirs, own=own) for key in lines()}

    assert found == {key: cells[column] for key, cells in lines().items()}
