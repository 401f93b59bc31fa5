"""The check for unsafe code finds each kind of it, and leaves harmless code alone."""

from pathlib import Path

import pytest

from tools.quality import safety

ROOT = Path(__file__).parents[3]


def rules(code: str) -> list[str]:
    return [found.rule for found in safety.in_module(code, "x.py")]


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("from django.views.decorators.csrf import csrf_exempt", "csrf_exempt"),
        ("import pickle", "code from data"),
        ("import os, marshal", "code from data"),
        ("from pickle import loads", "code from data"),
        ("from yaml import safe_load", "code from data"),
        ("mark_safe(name)", "mark_safe"),
        ("safestring.mark_safe(f'<b>')", "mark_safe"),
        ("SafeString(name)", "mark_safe"),
        ("cursor.execute(f'SELECT {name}')", "SQL from strings"),
        ("cursor.execute('SELECT %s' % name)", "SQL from strings"),
        ("cursor.execute('SELECT ' + name)", "SQL from strings"),
        ("cursor.execute('SELECT {}'.format(name))", "SQL from strings"),
        ("Model.objects.raw(f'SELECT {name}')", "SQL from strings"),
        ("RawSQL(f'{name}', [])", "SQL from strings"),
        ("query = f'SELECT {name}'\ncursor.execute(query, [])", "SQL from strings"),
        ("found = f'<b>{name}</b>'", "markup from strings"),
        ("found = '<b>' + name", "markup from strings"),
        ("found = '<Code>%s</Code>' % code", "markup from strings"),
        ("found = '<a href={}>'.format(x) + '<b>' + y", "markup from strings"),
        ("Invoice.objects.all()", "rows of all organisations"),
        ("model._default_manager.all()", "rows of all organisations"),
        ("get_object_or_404(Invoice, pk=pk)", "rows of all organisations"),
    ],
)
def test_each_kind_is_found(code: str, rule: str) -> None:
    assert rule in rules(code)


@pytest.mark.parametrize(
    "code",
    [
        "mark_safe('<br>')",
        "format_html('<b>{}</b>', name)",
        "cursor.execute('SELECT 1')",
        "cursor.execute('SELECT %s', [name])",
        "cursor.execute(query[connection.vendor])",
        "path(f'{start}<int:pk>/copy/', view)",
        "re.compile(rf'(?P<day>{digits})')",
        "found = f'{low} < {high}'",
        "found = 'no <b>tag</b> is put in'",
        "organisation.invoices.all()",
        "Invoice.objects.filter(organisation=organisation)",
        "get_object_or_404(Trip, pk=pk, membership=membership)",
        "get_object_or_404(organisation.trips, pk=pk)",
        "import json",
    ],
)
def test_harmless_code_is_left_alone(code: str) -> None:
    assert rules(code) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("{{ name|safe }}", "safe filter"),
        ("{{ names | safeseq }}", "safe filter"),
        ("{% autoescape off %}", "autoescape off"),
    ],
)
def test_a_template_that_escapes_nothing_is_found(line: str, rule: str) -> None:
    assert [found.rule for found in safety.in_template(line, "x.html")] == [rule]
    assert not list(safety.in_template("{{ name|safety }} {% autoescape on %}", "x.html"))


def test_what_is_allowed_is_counted_in_both_directions() -> None:
    one, two = (safety.Finding("x.py", line, "mark_safe", "…") for line in (1, 2))
    allowed = {("x.py", "mark_safe"): (1, "why")}

    assert list(safety.judge([one], allowed)) == []
    assert len(list(safety.judge([one, two], allowed))) == 2
    assert list(safety.judge([], allowed)) == [
        "x.py: mark_safe is allowed 1 times and found 0 times"
    ]


def test_the_program_is_read_and_has_nothing_else() -> None:
    findings = list(safety.everything(ROOT))

    assert len(list(safety.modules(ROOT))) > 300
    assert len(findings) >= len(safety.ALLOWED)
    assert list(safety.judge(findings, safety.ALLOWED)) == []
    assert all(reason for _, reason in safety.ALLOWED.values())
