"""Style sheets and scripts of every page travel as one file of each kind, and lose nothing."""

import os
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from ui import bundles

COMMENTS = re.compile(r"/\*(?!!).*?\*/|^\s*//[^\n]*", re.DOTALL | re.MULTILINE)
# Strings and templates in back quotes, in which a comment would be no comment.
TEXTS = re.compile(r"\"[^\"\n]*\"|`[^`]*`")


def words(text: str) -> list[str]:
    return COMMENTS.sub("", text).split()


@pytest.mark.parametrize("name", bundles.BUNDLES)
def test_a_bundle_has_every_word_of_its_parts_in_their_order(name):
    parts = "\n".join((bundles.SOURCES / part).read_text() for part in bundles.BUNDLES[name])
    bundle = Path(finders.find(name)).read_text()

    assert words(bundle) == words(parts)
    assert len(bundle) < len(parts)


def test_no_text_in_a_part_looks_like_a_comment():
    parts = (bundles.SOURCES / part for parts in bundles.BUNDLES.values() for part in parts)
    texts = [text for part in parts for text in TEXTS.findall(COMMENTS.sub("", part.read_text()))]

    assert len(texts) > 300
    assert not [text for text in texts if "/*" in text or re.search(r"^\s*//", text, re.MULTILINE)]
    assert not [text for text in texts if "\n " in text], "an indentation that would be lost"


def test_the_licence_of_bootstrap_stays_in_the_bundle():
    assert "Licensed under MIT" in Path(finders.find("css/site.css")).read_text()[:300]


def test_a_part_that_changes_changes_the_bundle(tmp_path, monkeypatch, settings):
    settings.DATA_DIR = tmp_path / "data"
    (tmp_path / "one.css").write_text("a {\n  color: red;\n}\n")
    monkeypatch.setattr(bundles, "SOURCES", tmp_path)
    monkeypatch.setattr(bundles, "BUNDLES", {"site.css": ("one.css",)})
    finder = bundles.BundleFinder()
    before = Path(finder.find("site.css")).read_text()

    (tmp_path / "one.css").write_text("a {\n  color: blue;\n}\n")
    later = Path(finder.find("site.css")).stat().st_mtime + 5
    os.utime(tmp_path / "one.css", (later, later))

    assert (before, Path(finder.find("site.css")).read_text()) == (
        "a {\ncolor: red;\n}",
        "a {\ncolor: blue;\n}",
    )
    assert finder.find("other.css") == finder.find("other.css", find_all=True) == []
    assert [name for name, _storage in finder.list(None)] == ["site.css"]


def test_every_style_sheet_and_script_reaches_a_page():
    bundled = {part for parts in bundles.BUNDLES.values() for part in parts}
    templates = "".join(path.read_text() for path in Path("templates").rglob("*.html"))
    ours = {
        str(path.relative_to(bundles.SOURCES))
        for kind in ("css/*.css", "js/*.js")
        for path in bundles.SOURCES.glob(kind)
    }

    assert len(ours) > 15
    assert {name for name in ours - bundled if f'static "{name}"' not in templates} == set()
