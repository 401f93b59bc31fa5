"""The typefaces of PDFs: Inter from ui/fonts, and those of typst for characters it lacks."""

from functools import cache
from pathlib import Path

import typst
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "ui" / "fonts"


@cache
def typefaces() -> typst.Fonts:
    """Load the typefaces, once per process."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER)])
