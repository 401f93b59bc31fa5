"""Pages in a Chromium whose processor is slowed down four times, as on a cheap phone."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.plugins.chromium import ARGUMENTS, find_chromium

from . import processes
from .loading import BACKEND
from .measuring import Figure, median
from .seeding import Agency
from .serving import SETTINGS

SLOWER, TIMES = 4, 3
INTERACTIVE, STILL = 1000, 0.0
PAGES = {
    "Dashboard": "billing:dashboard",
    "Hours": "registrations:overview-hours",
    "Register": "registrations:hours",
}
WATCH = """
window.moved = 0; window.busy = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.busy = entry.startTime + entry.duration;
}).observe({ type: "longtask", buffered: true });
"""
# Interactive: drawn, its scripts have run, and nothing keeps the browser busy for 50 ms.
SEEN = """
() => new Promise((done) => setTimeout(() => {
  const loaded = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
  const drawn = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  done([Math.max(loaded, drawn, window.busy), window.moved]);
}, 500))
"""


def browsing(agency: Agency) -> Iterator[Figure]:
    """Open pages for the first time and once more: when they can be used, and what moves."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(agency.boss.user, BACKEND)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with processes.web(SETTINGS) as (address, _pid):
        processes.wait_for(f"{address}/account/login/")
        found = _visits(address, session)
    for name, visits in found.items():
        yield Figure.of(
            f"{name}: interactive", median([one[0] for one in visits]) / 1000, INTERACTIVE
        )
        most = max(one[1] for one in visits)
        yield Figure.of(f"{name}: layout shift, in thousandths", most, STILL)


def _visits(address: str, session: str) -> dict[str, list[tuple[float, float]]]:
    """Return what was seen of each visit. The database cannot be used here: Playwright waits."""
    found: dict[str, list[tuple[float, float]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name, view in PAGES.items():
            for _time in range(TIMES):
                context = _logged_in(browser, address, session)
                for visit in ("first visit", "later"):
                    seen = _seen(context, address + reverse(view))
                    found.setdefault(f"{name}, {visit}", []).append(seen)
                context.close()
        browser.close()
    return found


def _logged_in(browser: Browser, address: str, session: str) -> BrowserContext:
    """Return a browser window that has visited nothing yet."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}
    context.add_cookies([cookie])
    return context


def _seen(context: BrowserContext, address: str) -> tuple[float, float]:
    page = context.new_page()
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(address)
    if answer is None or answer.status != 200 or page.url != address:
        raise RuntimeError(f"{address}: {answer and answer.status}, {page.url}")
    interactive, moved = page.evaluate(SEEN)
    page.close()
    return interactive, moved
