"""The typefaces of PDFs: Inter from its wheel, and those inside typst for what it lacks."""

from functools import cache
from pathlib import Path

import fontpkg_inter
import typst


@cache
def typefaces() -> typst.Fonts:
    """Read once a process."""
    folder = Path(fontpkg_inter.__file__).parent / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])
