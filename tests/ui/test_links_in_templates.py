"""Every URL name in a template is the name of a page.

`{% url … as name %}` is empty for an unknown name, so that a link vanishes without an error.
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
