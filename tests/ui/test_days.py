"""Date fields: one kind on every page, and the address that says what a typed day means."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

ROOT = Path(__file__).parents[2]
APPS = [path.parent.name for path in ROOT.glob("*/apps.py") if path.parent.name != "sandbox"]
# A date field of Django or of the browser, which read days in the order of the language.
OTHERS = re.compile(r"forms\.Date(Time)?(Field|Input)\b|filters\.Date\w*Filter\b|type=.?[\"']date")


def test_every_date_field_reads_days_in_the_same_way():
    modules = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    pages = list((ROOT / "templates").rglob("*.html"))
    assert len(modules) > 200
    assert len(pages) > 100
    found = {path: OTHERS.findall(path.read_text()) for path in modules + pages}
    assert not {str(path): other for path, other in found.items() if other}


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("nl", "28 nov 2026", {"value": "28-11-2026", "description": "za 28 november 2026"}),
        ("en", "3/4/2026", {"value": "03-04-2026", "description": "Fri 3 April 2026"}),
        ("nl", "31-4-2026", {"error": "“31-4-2026” bestaat niet: april 2026 heeft 30 dagen."}),
        ("en", "", {"error": "Type a date such as 28-11-2026, 28 nov or yesterday."}),
    ],
)
def test_the_page_can_show_what_a_typed_day_means(client, language, text, answer):
    shown = client.get(reverse("read-day"), {"text": text}, headers={"Accept-Language": language})
    assert shown.json() == answer
