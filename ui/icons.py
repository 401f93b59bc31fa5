"""Icons of Lucide, stored in this folder, as inline SVG."""

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "lucide"
INSIDE = re.compile(r"<svg[^>]*>\s*(.*?)\s*</svg>", re.DOTALL)
FRAME = (
    '<svg width="{size}" height="{size}" viewBox="0 0 24 24" fill="{fill}" stroke="currentColor"'
    ' stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" class="{css}"'
    ' aria-hidden="true">{strokes}</svg>'
)


@cache
def drawing(name: str, *, size: int, css: str = "icon", fill: str = "none") -> SafeString:
    """Return an icon as SVG. An unknown name raises FileNotFoundError."""
    return format_html(FRAME, size=size, css=css, fill=fill, strokes=strokes(name))


@cache
def strokes(name: str) -> SafeString:
    """Return the shapes of an icon, without the svg element."""
    found = INSIDE.search((FOLDER / f"{name}.svg").read_text())
    if found is None:
        raise ValueError(f"{name}.svg has no svg element")
    return mark_safe(" ".join(found[1].split()))  # noqa: S308 - a file of our own
