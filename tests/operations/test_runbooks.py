"""The commands in docs/operations.md and in the runbooks exist, with their options."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "operations.md", *sorted((DOCS / "runbooks").glob("*.md"))]
COMMAND = re.compile(r"manage(?:\.py)? ([a-z_]{3,})((?: +[^\n`|]*)?)")
OPTION = re.compile(r"(?<!\S)--([a-z-]+)")
LINK = re.compile(r"\]\(([^)#]+\.(?:md|yml|json))")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_exists_with_its_options(page):
    commands = get_commands()

    for name, rest in COMMAND.findall(page.read_text()):
        assert name in commands, name
        app = commands[name]
        command = app if not isinstance(app, str) else load_command_class(app, name)
        known = command.create_parser("manage.py", name).format_help()
        for option in OPTION.findall(rest):
            assert f"--{option}" in known, (name, option)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(page.read_text()):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_there_is_a_page_for_each_emergency():
    index = (DOCS / "runbooks" / "README.md").read_text()
    names = {page.name for page in (DOCS / "runbooks").glob("*.md")} - {"README.md"}

    assert len(names) == 10
    assert {name for name in names if f"]({name})" not in index} == set()
