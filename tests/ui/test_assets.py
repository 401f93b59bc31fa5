"""Third-party static files are present, have licences, and can be collected."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

import ui

STATIC = Path(ui.__file__).parent / "static"
STYLES = Path(finders.find("css/tokens.css"))
BOOTSTRAP = "bootstrap/css/bootstrap.min.css", "bootstrap/js/bootstrap.bundle.min.js"


@pytest.mark.parametrize("name", BOOTSTRAP)
def test_bootstrap_is_found_and_the_map_it_names_too(name):
    path = Path(finders.find(name))

    assert "5.3.8" in path.read_text()[:200]
    assert path.with_name(f"{path.name}.map").is_file()


def test_every_typeface_that_the_styles_name_is_here():
    names = re.findall(r'url\("../(fonts/[^"]+)"\)', STYLES.read_text())

    assert len(names) == 2
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

    assert list(tmp_path.glob("fonts/inter-latin.*.woff2"))
    assert list(tmp_path.glob("bootstrap/css/bootstrap.min.*.css"))
