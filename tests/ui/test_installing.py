"""The manifest names pages and icons that exist, in the language of the browser."""

from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve, reverse
from PIL import Image

from ui.installing import ICON_SIZES


@pytest.fixture
def manifest(client: Client):
    return client.get(reverse("manifest")).json()


def test_the_shortcuts_are_pages(manifest):
    assert [resolve(one["url"]).url_name for one in manifest["shortcuts"]] == [
        "hours",
        "expenses",
        "trips",
    ]


@pytest.mark.parametrize("size", ICON_SIZES)
def test_the_icons_have_the_size_that_they_promise(manifest, size):
    (icon, _maskable) = [one for one in manifest["icons"] if one["sizes"] == f"{size}x{size}"]
    path = finders.find(urlsplit(icon["src"]).path.removeprefix("/static/"))
    assert Image.open(BytesIO(Path(path).read_bytes())).size == (size, size)


def test_the_names_follow_the_language_of_the_browser(client: Client):
    answer = client.get(reverse("manifest"), headers={"accept-language": "nl"})

    assert answer["Content-Type"] == "application/manifest+json"
    assert "Accept-Language" in answer["Vary"]
    assert answer.json()["shortcuts"][0]["name"] == "Uren"
