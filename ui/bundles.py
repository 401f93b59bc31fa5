"""Style sheets and scripts that pages need together, as one file.

One file compresses better than eight and takes one request. The parts stay files of their own; a
finder of static files puts them together, for `collectstatic` and for a server without it alike.
"""

import os
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SOURCES = Path(__file__).parent / "static"
# The order decides which of two equal rules wins, and which script starts first.
BUNDLES = {
    "css/site.css": (
        "bootstrap/css/bootstrap.part.css",
        "css/tokens.css",
        "css/shell.css",
        "css/controls.css",
        "css/components.css",
        "css/pages.css",
        "css/billing.css",
        "css/cards.css",
    ),
    # Of the pages where one registers on a day.
    "css/register.css": ("css/registrations.css", "css/hours.css", "css/day.css"),
    # Not deferred: what must be known before the page is drawn.
    "js/first.js": ("js/scripted.js", "js/cards.js"),
    "js/site.js": ("js/days.js", "js/picker.js", "js/app.js", "js/selection.js"),
}
# Licences begin with an exclamation mark and stay.
COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
LINE_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
INDENT = re.compile(r"^ +", re.MULTILINE)
SPACE = re.compile(r"\s*\n\s*")


def content_of(name: str) -> str:
    """Return a bundle: its parts in their order, without comments and indentation."""
    parts = [(SOURCES / part).read_text() for part in BUNDLES[name]]
    if name.endswith(".css"):
        return "\n".join(SPACE.sub("\n", COMMENT.sub("", part)).strip() for part in parts)
    return "\n".join(INDENT.sub("", LINE_COMMENT.sub("", part)) for part in parts)


class BundleFinder(BaseFinder):
    """Finder of bundles; it writes them to `DATA_DIR/bundles` when a part changes."""

    def __init__(self, *_args: object, **_options: object) -> None:
        self.storage = FileSystemStorage(settings.DATA_DIR / "bundles")

    def check(self, **_options: object) -> list[Any]:
        """Return no warnings: there is nothing to set."""
        return []

    def find(self, path: str, find_all: Any = None, **_options: object) -> Any:
        """Return where the bundle is, or a list of it; an empty list if it is no bundle."""
        if path not in BUNDLES:
            return []
        place = str(self._written(path))
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Yield the name of each bundle and the storage that has it."""
        for name in BUNDLES:
            self._written(name)
            yield name, self.storage

    def _written(self, name: str) -> Path:
        place, content = Path(self.storage.path(name)), content_of(name)
        # By content, not by time: a copied program may be older than the bundle of the one before.
        if not place.exists() or place.read_text() != content:
            place.parent.mkdir(parents=True, exist_ok=True)
            # Others may write the same file: it appears complete or not at all.
            beside = place.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
            beside.write_text(content)
            beside.replace(place)
        return place
