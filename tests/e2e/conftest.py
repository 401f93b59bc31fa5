"""A studio that exists, somebody with a browser, a sandbox and a real worker; nothing is faked."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Language, Membership
from accounts.organisations import change_organisation
from billing.management.organisations import create_organisation
from demo import sample
from demo.home import LOGIN_PASSWORD
from integrations.connecting import CredentialsInput, test_connection
from sandbox import Sandbox
from tests import factories

from .visitor import Studio, Visitor

# A worker on a busy machine; an expectation that holds goes on at once.
PATIENCE = 60_000


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def sandbox(tmp_path: Path, worker_sandbox_port: int, settings: Any) -> Iterator[Sandbox]:
    """An e-Boekhouden with empty books, at the address that site and worker both know."""
    with Sandbox(books=tmp_path / "eboekhouden", port=worker_sandbox_port) as running:
        settings.EBOEKHOUDEN_URL = running.url
        yield running


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose console stays clean: no script fails, and nothing breaks the CSP."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", lambda message: complaints.extend(_complaint(message, page)))
    yield page
    assert complaints == []


def _complaint(message: ConsoleMessage, page: Page) -> list[str]:
    # A form that comes back with a sentence has this status; browsers log it as an error.
    answered = "status of 422" in message.text or "status of 409" in message.text
    # htmx calls it an error when a newer choice replaces the request of an older one.
    replaced = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
    is_wrong = message.type == "error" and not answered and not replaced
    return [f"{page.url}: {message.text}"] if is_wrong else []


@pytest.fixture
def found_studio(live_server: LiveServer) -> Callable[..., Studio]:
    """Founds an organisation with its standard settings, its address and its administrator."""

    def found(*, language: str = Language.ENGLISH, name: str = "Studio Oost") -> Studio:
        membership = create_organisation(
            name=name,
            email="sanne@studio-oost.example",
            first_name="Sanne",
            last_name="de Vries",
            language=language,
            password=factories.PASSWORD,
        )
        change_organisation(membership.organisation, details=factories.LAWFUL_ISSUER)
        return Studio(membership.organisation, membership)

    return found


@pytest.fixture
def studio(found_studio: Callable[..., Studio]) -> Studio:
    return found_studio()


@pytest.fixture
def full(live_server: LiveServer, sandbox: Sandbox, own_media: Path) -> Studio:
    """The organisation of the demo: three months of work, and bookings in every state."""
    codes = ("url", "username", "security_code_1", "security_code_2")
    told = {name: getattr(sandbox, name) for name in codes}
    sample.load(now=timezone.now(), today=timezone.localdate(), sandbox=told)
    member = Membership.objects.get(organisation__name="Studio Oost", user__first_name="Sanne")
    return Studio(member.organisation, member, password=LOGIN_PASSWORD)


@pytest.fixture
def connected(studio: Studio, sandbox: Sandbox, celery_worker_process: Popen[bytes]) -> Studio:
    """The studio with a tested connection to the sandbox, and a worker that delivers."""
    connect(studio, sandbox)
    return studio


def connect(studio: Studio, sandbox: Sandbox) -> None:
    """As the settings page does it: the chart of accounts comes along."""
    connection = factories.create_connection(organisation=studio.organisation, sandbox=sandbox)
    tested = test_connection(
        connection,
        typed=CredentialsInput(sandbox.username),
        by=studio.administrator.user,
        now=timezone.now(),
    )
    assert tested.ok, tested.text


@pytest.fixture
def visitor(page: Page, live_server: LiveServer) -> Visitor:
    """Somebody in front of a browser, not logged in yet."""
    return Visitor(page, live_server.url)
