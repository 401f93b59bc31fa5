"""Every icon in use is in ui/lucide, and no other."""

import re
from pathlib import Path

import pytest

from ui.icons import FOLDER
from ui.navigation import BAR, PERSONAL, QUICK_CREATE, SETTINGS
from ui.templatetags.ui import icon

ROOT = Path(__file__).parents[2]
HERE = {path.stem for path in FOLDER.glob("*.svg")}
# `{% icon "x" %}`, `{% icon_button label "x" %}`, `{% menu_item label "x" %}`, `icon="x"`.
IN_TEMPLATES = re.compile(
    r'\{% icon "([a-z0-9-]+)"|\{% (?:icon_button|menu_item) \S+ "([a-z0-9-]+)"'
    r'|\{% (?:icon_button|menu_item) "[^"]*" "([a-z0-9-]+)"|\bicon="([a-z0-9-]+)"'
)
IN_CODE = re.compile(r'\b[a-z_]*icon(?:: str)? ?= ?"([a-z0-9-]+)"')
OF_ALERTS = {"check", "triangle-alert", "circle-alert", "info"}


def _asked_for() -> set[str]:
    pages = [path.read_text() for path in (ROOT / "templates").rglob("*.html")]
    found = {name for page in pages for names in IN_TEMPLATES.findall(page) for name in names}
    found |= {name for page in pages for name in re.findall(r'button_icon="([a-z0-9-]+)"', page)}
    apps = [path for path in ROOT.iterdir() if (path / "__init__.py").is_file()]
    code = (path.read_text() for app in apps for path in app.rglob("*.py") if app.name != "tests")
    found |= {name for module in code for name in IN_CODE.findall(module)}
    found |= {section.icon for section in (*BAR, SETTINGS)}
    found |= {entry.icon for entry in (*QUICK_CREATE, *PERSONAL)}
    return (found | OF_ALERTS) - {""}


def test_what_pages_ask_for_is_here_and_nothing_else():
    asked = _asked_for()

    assert len(asked) > 50
    assert asked == HERE


@pytest.mark.parametrize("name", sorted(HERE))
def test_an_icon_is_drawn_in_the_colour_of_its_words_and_not_read_aloud(name):
    drawn = icon(name, size=16)

    assert drawn.startswith('<svg width="16" height="16" viewBox="0 0 24 24" fill="none"')
    assert 'stroke="currentColor"' in drawn
    assert 'aria-hidden="true"' in drawn
    assert drawn.count("<svg") == drawn.count("</svg>") == 1
    assert re.search(r"<(path|circle|rect|line|polyline)", drawn)


def test_an_icon_that_is_not_here_is_a_mistake():
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")
