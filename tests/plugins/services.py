"""What tests need from outside: a broker and a browser; and which tests fit here."""

import inspect
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from . import EARLIER
from .chromium import ARGUMENTS, find_chromium, what_is_missing
from .servers import throwaway_valkey

NO_BROWSER = "The browser tests did not run. "


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="run the tests that take minutes too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what can't run here, and let what takes long begin.

    Without a browser that is an error on a CI machine.
    """
    leave_out_nightly(config, items)
    leave_out_what_ran(config, items)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    lacks_browser = what_is_missing() and os.environ.get("CI") != "true"
    for item in items:
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL"))
        if item.get_closest_marker("e2e") and lacks_browser:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER + what_is_missing()))


def leave_out_nightly(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that take minutes, unless the command line asks for them."""
    if not config.getoption("nightly") and "nightly" not in config.getoption("markexpr"):
        leave_out(config, items, lambda item: item.get_closest_marker("nightly") is not None)


def leave_out_what_ran(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect on PostgreSQL what says nothing about the database, once the first phase ran it."""
    if os.environ.get(EARLIER):
        leave_out(config, items, says_nothing_about_the_database)


def says_nothing_about_the_database(item: pytest.Item) -> bool:
    """Return whether the test is marked so, or uses no database at all."""
    marks = {mark.name for mark in item.iter_markers()}
    if marks & {"postgres", "e2e"}:
        return False
    test = getattr(item, "function", None)
    # With `request` a test may ask for a fixture that its signature does not name.
    may_ask = test is None or "request" in inspect.signature(test).parameters
    asked = set(getattr(item, "fixturenames", ()))
    uses_it = "django_db" in marks or asked & {"db", "transactional_db"} or may_ask
    return "once" in marks or not uses_it


def leave_out(
    config: pytest.Config, items: list[pytest.Item], is_meant: Callable[[pytest.Item], bool]
) -> None:
    left_out = [item for item in items if is_meant(item)]
    items[:] = [item for item in items if not is_meant(item)]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = str([report.longrepr for report in terminalreporter.getreports("skipped")])
    for line in os.environ.get(EARLIER, "").splitlines():
        terminalreporter.write_line(line)
    if NO_BROWSER in skipped:
        terminalreporter.write_line(NO_BROWSER + what_is_missing(), yellow=True, bold=True)


@pytest.fixture(autouse=True)
def language_of_the_settings() -> None:
    """Begin every test in the language of the settings, whatever the one before it activated."""
    translation.deactivate()


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> Iterator[str]:
    """A broker for this test process alone: TEST_REDIS_URL with an own database number, or ours."""
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield f"{given}/{number}"
        return
    with throwaway_valkey() as address:
        yield f"{address}/{number}"


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> Path:
    """A folder for the files of this test alone, which no worker knows."""
    folder = tmp_path / "installation" / "media"
    own = {**settings.STORAGES["default"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": own}
    return folder


@pytest.fixture(scope="session")
def own_redis_url(redis_url: str) -> str:
    """A broker database for a test's own workers; the shared worker takes from the other."""
    server, _slash, number = redis_url.rpartition("/")
    return f"{server}/{int(number) + 8}"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the machine's own Chromium."""
    # Playwright runs an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if what_is_missing():
        pytest.fail(NO_BROWSER + what_is_missing())
    browser = {"executable_path": find_chromium(), "args": ARGUMENTS}
    return {**browser_type_launch_args, **browser}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "timezone_id": "Europe/Amsterdam"}
