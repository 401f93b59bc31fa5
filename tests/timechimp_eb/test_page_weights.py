"""What pages weigh over the wire: compressed, and with what a first visit fetches besides."""

import re
from functools import cache
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.core import signing
from django.urls import reverse

from accounts.models import Role
from accounts.profiles import SALT
from tests import factories

from .test_every_page import PAGES, _address, _everything, _logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]
KB = 1000
FIRST, LATER = 90 * KB, 20 * KB
FILE = re.compile(r'(?:href|src)="/static/([^"]+)"')
# Pages of Dutch and English need the first part of the typeface only.
FONT = "fonts/inter-basic.woff2"


@cache
def weight_of_file(name: str) -> int:
    """Return the bytes of a static file as whitenoise serves it to a browser of today."""
    content = Path(finders.find(name)).read_bytes()
    return len(content) if name.endswith(".woff2") else len(brotli.compress(content))


def get(client, address):
    return client.get(address, headers={"accept-encoding": "gzip, br"})


def test_every_page_is_light_over_the_wire():
    client, member = _logged_in(Role.ADMINISTRATOR)
    ours = _everything(member.organisation)
    weighed = {}

    for name, _parts in PAGES:
        address = _address(name, ours)
        answer = get(client, address)
        page = client.get(address)
        if answer.status_code == 200 and b"<html" in page.getvalue():
            files = {*FILE.findall(page.content.decode()), FONT}
            later = len(answer.getvalue())
            weighed[name] = (later, later + sum(map(weight_of_file, files)))

    assert len(weighed) > 50
    assert {name: size for name, (size, _first) in weighed.items() if size > LATER} == {}
    assert {name: size for name, (_later, size) in weighed.items() if size > FIRST} == {}


def test_a_page_is_compressed_and_no_two_of_it_are_equally_long():
    client, _member = _logged_in(Role.ADMINISTRATOR)
    address = reverse("registrations:overview-hours")

    answers = [get(client, address) for _n in range(8)]

    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert "Accept-Encoding" in answers[0]["Vary"]
    assert len({len(answer.content) for answer in answers}) > 1
    assert len(answers[0].content) * 3 < len(client.get(address).content)


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_a_page_of_a_password_is_not_compressed(client, name):
    factories.create_organisation()
    answer = get(client, reverse(name))

    assert len(answer.content) > 1000
    assert "Content-Encoding" not in answer


def test_security_codes_as_they_were_typed_are_not_compressed():
    client, member = _logged_in(Role.ADMINISTRATOR)
    factories.create_connection(organisation=member.organisation)
    address, typed = reverse("integrations:eboekhouden"), {"username": "", "code_1": "f" * 32}

    posted = client.post(address, typed, headers={"accept-encoding": "gzip"})

    assert posted.status_code == 200
    assert "Content-Encoding" not in posted
    assert get(client, address)["Content-Encoding"] == "gzip"


def test_the_link_that_confirms_an_address_is_not_compressed():
    client, member = _logged_in(Role.ADMINISTRATOR)
    user = member.user
    token = signing.dumps([user.pk, user.email, "new@studio-oost.example"], salt=SALT)

    answer = get(client, reverse("accounts:email-confirm", args=[token]))

    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


@pytest.mark.parametrize(("file", "encoding"), [("csv", "gzip"), ("xlsx", None)])
def test_an_export_is_compressed_unless_it_already_is_and_starts_at_once(file, encoding):
    client, member = _logged_in(Role.ADMINISTRATOR)
    project = factories.create_project(organisation=member.organisation)
    factories.create_time_entry(project=project, membership=member)
    address = reverse("registrations:overview-hours-export") + f"?period=all&file={file}"

    answer = get(client, address)
    pieces = list(answer.streaming_content)

    assert answer.get("Content-Encoding") == encoding
    assert len(pieces) > 1
    assert pieces[0]
