"""Third-party static files are present, have licences, and can be collected."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

import ui
from tools.assets.bootstrap import missing_classes

STATIC = Path(ui.__file__).parent / "static"
STYLES = Path(finders.find("css/tokens.css"))
COMPONENT = re.compile(r"bootstrap\.([A-Z]\w+)|data-bs-toggle=\"(\w+)\"")
BOOTSTRAP = "bootstrap/css/bootstrap.part.css", "bootstrap/js/bootstrap.part.js"


@pytest.mark.parametrize("name", BOOTSTRAP)
def test_bootstrap_is_found_and_names_no_file_that_is_not_here(name):
    text = Path(finders.find(name)).read_text()

    assert "5.3.8" in text[:200]
    assert "sourceMappingURL" not in text


def test_the_part_of_bootstrap_has_every_component_that_the_program_starts():
    part = Path(finders.find(BOOTSTRAP[1])).read_text()
    places = [*Path("templates").rglob("*.html"), *(STATIC / "js").glob("*.js")]
    texts = [path.read_text() for path in places]
    found = (names for text in texts for names in COMPONENT.findall(text))
    started = {"".join(names).casefold() for names in found}

    assert started == {"dropdown", "modal", "offcanvas"}
    assert all(f'"{name}"' in part for name in started)


def test_the_part_of_bootstrap_has_every_class_that_the_program_uses():
    missing = missing_classes()

    assert not missing, f"run `python -m tools.assets`, because of {sorted(missing)}"


def test_the_part_of_bootstrap_has_no_component_that_is_not_used():
    part = Path(finders.find(BOOTSTRAP[0])).read_text()

    for name in ("carousel", "accordion", "breadcrumb", "spinner-border", "navbar-expand-lg"):
        assert f".{name}" not in part
    for name in (".dropdown-menu-end", ".modal-backdrop", ".offcanvas.show", ".form-control"):
        assert name in part


def test_every_typeface_that_the_styles_name_is_here():
    names = re.findall(r'url\("../(fonts/[^"]+)"\)', STYLES.read_text())

    assert len(names) == 3
    assert all(Path(finders.find(name)).read_bytes().startswith(b"wOF2") for name in names)


def test_what_others_made_has_its_licence_beside_it():
    folders = [path for path in STATIC.iterdir() if path.name in {"bootstrap", "fonts"}]

    assert len(folders) == 2
    assert all((folder / "LICENSE").stat().st_size > 500 for folder in folders)


def test_files_can_be_collected_under_names_with_a_hash(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }

    call_command("collectstatic", "--no-input", verbosity=0)

    assert list(tmp_path.glob("fonts/inter-basic.*.woff2"))
    assert list(tmp_path.glob("bootstrap/css/bootstrap.part.*.css"))
