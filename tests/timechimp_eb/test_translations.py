"""Catalogues are compiled without gettext's tools, and Python's own reader loads them."""

import gettext
import io
import os
import re
from pathlib import Path

import pytest

from timechimp_eb.translations import compile_catalogue, compile_stale, read_catalogue

DUTCH = Path(__file__).parents[2] / "locale/nl/LC_MESSAGES/django.po"
CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: customers/models.py:1
msgid "Customer"
msgstr "Klant"

msgctxt "month"
msgid "May"
msgstr "mei"

#, python-format
msgid ""
"%(count)s hour\n"
"left"
msgid_plural "%(count)s hours\nleft"
msgstr[0] "%(count)s uur\nover"
msgstr[1] "%(count)s uren\nover"

#, fuzzy
msgid "Guessed"
msgstr "Geraden"

msgid "Untranslated"
msgstr ""

#~ msgid "Obsolete"
#~ msgstr "Verouderd"
"""


def written(folder: Path) -> Path:
    path = folder / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def test_the_compiled_catalogue_translates(tmp_path: Path) -> None:
    content = compile_catalogue(read_catalogue(written(tmp_path)))
    dutch = gettext.GNUTranslations(io.BytesIO(content))

    assert dutch.gettext("Customer") == "Klant"
    assert dutch.pgettext("month", "May") == "mei"
    assert dutch.ngettext("%(count)s hour\nleft", "%(count)s hours\nleft", 1) == (
        "%(count)s uur\nover"
    )
    assert dutch.ngettext("%(count)s hour\nleft", "%(count)s hours\nleft", 2) == (
        "%(count)s uren\nover"
    )


def test_what_is_guessed_or_untranslated_stays_in_the_language_of_the_source(
    tmp_path: Path,
) -> None:
    dutch = gettext.GNUTranslations(
        io.BytesIO(compile_catalogue(read_catalogue(written(tmp_path))))
    )

    assert dutch.gettext("Guessed") == "Guessed"
    assert dutch.gettext("Untranslated") == "Untranslated"
    assert dutch.gettext("Obsolete") == "Obsolete"


def test_only_a_catalogue_that_changed_is_compiled_again(tmp_path: Path) -> None:
    source = written(tmp_path)
    compile_stale(tmp_path)
    target = source.with_suffix(".mo")
    target.write_bytes(b"untouched")

    compile_stale(tmp_path)
    assert target.read_bytes() == b"untouched"

    later = target.stat().st_mtime + 10
    os.utime(source, (later, later))
    compile_stale(tmp_path)
    assert target.read_bytes() != b"untouched"


# Of two Dutch words for one thing the screen has the one of docs/glossary.md, and "u".
OTHER_WORDS = {
    r"je|jij|jou|jouw|jullie": "u, uw",
    r"taak|taken": "activiteit",
    r"onkost(en)?": "uitgave",
    r"projectmanagers?": "projectleider",
    r"aangeboden|aanbieden|aan te bieden": "ingediend, indienen",
    r"versturen|verstuurd?|gestuurd": "verzenden",
    r"hooguit": "hoogstens",
}


@pytest.mark.parametrize("words", OTHER_WORDS)
def test_one_thing_has_one_dutch_word(words: str) -> None:
    texts = [text for message in read_catalogue(DUTCH) if message.id for text in message.texts]

    assert len(texts) > 3000
    found = [text for text in texts if re.search(rf"\b({words})\b", text, re.IGNORECASE)]
    assert found == [], OTHER_WORDS[words]
