"""A walk along the links of the site: to every kind of page, looking for what is wrong there."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from ui.navigation import PERSONAL, QUICK_CREATE, SECTIONS

WIDTHS = (1440, 390)
# Of most pages one is enough; these look different in every state.
SEVERAL = {
    "billing:invoice-detail": 3,
    "billing:booking-detail": 4,
    "billing:difference-detail": 2,
    "projects:project-detail": 3,
}
FILES = (
    "-pdf", "-ubl", "-export", "-receipt", "-logo", "-design", "-template", "-errors", "-download",
    "-text",
)  # fmt: skip
VIOLATIONS = "axe.run({resultTypes: ['violations']}).then((results) => results.violations)"
# A link of a plot keeps its address otherwise than one of a text.
LINKS = """[...new Set([...document.querySelectorAll('a[href]')].map(
    (link) => new URL(link.getAttribute('href'), document.baseURI).href))]"""


@dataclass
class Tour:
    """Follows links to every kind of page, or to those of `only`.

    `seen` counts view names, `wrong` is in words.
    """

    page: Page
    only: frozenset[str] = frozenset()
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def walk(self) -> "Tour":
        """From the page that is open."""
        ahead, known = deque([self.page.url]), {self.page.url}
        while ahead:
            links = self._visit(ahead.popleft())
            ahead.extend(link for link in links if link not in known)
            known.update(links)
        return self

    def _visit(self, address: str) -> list[str]:
        """Gives the links of that page; none when we know its kind by now."""
        name = view_name(address, site=self.page.url)
        is_wanted = bool(name) and (not self.only or name in self.only)
        if not is_wanted or self.seen[name] >= SEVERAL.get(name, 1):
            return []
        self.seen[name] += 1
        is_file = name.endswith(FILES)
        answer = self.page.request.get(address) if is_file else self.page.goto(address)
        if answer is None or answer.status != 200:
            self.wrong.append(f"{address}: status {answer and answer.status}")
            return []
        if is_file:
            return []
        self.wrong += [f"{address}: {text}" for text in barriers(self.page)]
        return [link.split("#")[0] for link in self.page.evaluate(LINKS)]


def names_in_menus() -> frozenset[str]:
    """The view names of all menus: bar, tabs, settings, + and avatar."""
    entries = [entry for section in SECTIONS for entry in section.entries]
    found = (entry.url_name for entry in (*entries, *QUICK_CREATE, *PERSONAL) if entry.url)
    return frozenset(found)


def view_name(address: str, *, site: str) -> str:
    """Which page of ours that is; empty for what is elsewhere."""
    parts = urlsplit(address)
    if parts.netloc != urlsplit(site).netloc:
        return ""
    try:
        return resolve(parts.path).view_name
    except Resolver404:
        return f"no page at {parts.path}"


def barriers(page: Page) -> Iterator[str]:
    """What axe finds at both widths, and whether the page scrolls sideways."""
    page.evaluate(Axe().axe_script)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for violation in page.evaluate(VIOLATIONS):
            places = "; ".join(str(node["target"]) for node in violation["nodes"][:3])
            yield f"{width} px: {violation['help']}: {places}"
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            yield f"needs {needed} px of {width}"
    page.set_viewport_size({"width": WIDTHS[0], "height": 844})
