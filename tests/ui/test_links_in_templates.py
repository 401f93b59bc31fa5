"""Every URL name in a template is the name of a page, and every dialog has a title of its own.

`{% url … as name %}` is empty for an unknown name, so that a link vanishes without an error. A
dialog is a page when it is opened without a script: its title is that of the browser's tab.
"""

import re
from pathlib import Path

from django.conf import settings
from django.urls import get_resolver

URL_TAG = re.compile(r"{% url [\"']([a-z_:-]+)[\"']")


def _names() -> set[str]:
    resolver = get_resolver()
    names = {name for name in resolver.reverse_dict if isinstance(name, str)}
    for app, (_prefix, part) in resolver.namespace_dict.items():
        names |= {f"{app}:{name}" for name in part.reverse_dict if isinstance(name, str)}
    return names


def test_every_url_name_of_a_template_is_known():
    pages = list(Path(settings.BASE_DIR, "templates").rglob("*.html"))
    used = {name for page in pages for name in URL_TAG.findall(page.read_text())}

    assert len(used) > 50
    assert used <= _names()


def test_every_dialog_has_a_title_for_its_page():
    pages = Path(settings.BASE_DIR, "templates").rglob("*.html")
    texts = {page.name: page.read_text() for page in pages}
    dialogs = {name for name, text in texts.items() if '{% extends "ui/dialog.html" %}' in text}

    assert len(dialogs) > 20
    assert {name for name in dialogs if "{% block title %}" not in texts[name]} == set()
