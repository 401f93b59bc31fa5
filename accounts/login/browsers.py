"""Browsers and systems in words, from what a browser says about itself.

Only for a reader who must recognise their own devices: such a text can say anything, so nothing is
decided by it. Names are those of the makers, and stay as they are in every language.
"""

import re

from django.utils.translation import gettext as _

from lib.text import clean_line, fill

LONGEST = 60
# Browsers call themselves the ones they descend from too, so the descendants come first.
BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?\b")),
    ("Opera", re.compile(r"\b(?:OPR|OPiOS|Opera)\b")),
    ("Vivaldi", re.compile(r"\bVivaldi\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser\b")),
    ("DuckDuckGo", re.compile(r"\b(?:DuckDuckGo|Ddg)\b")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)\b")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|Chromium|CriOS)\b")),
    ("Safari", re.compile(r"\bSafari\b")),
)
# Android says Linux too, and an iPhone says Mac OS X.
SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)


def browser_in_words(user_agent: str) -> str:
    """Return the browser and its system, such as `Firefox on Windows`.

    What is no known browser is shown by the beginning of its own text.
    """
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return fill(_("%(browser)s on %(system)s"), {"browser": browser, "system": system})
    return browser or clean_line(user_agent)[:LONGEST] or _("unknown browser")


def _first(names: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, pattern in names if pattern.search(text)), "")
