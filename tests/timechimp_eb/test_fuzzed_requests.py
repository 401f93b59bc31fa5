"""Every page gets what no form of it would send: odd values, missing ones, too many, raw bytes.

Whatever comes, a page answers with a page or a refusal, never with an error of the program, and
shows nothing of another organisation. `--nightly` sends twenty thousand of them.
"""

import logging
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import quote_plus

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from lxml import html

from accounts.models import Role
from integrations.models import Connection
from tests import factories

from .test_every_page import PAGES, _address, _everything, _logged_in

# PostgreSQL refuses what SQLite takes: NUL characters, numbers that are too large.
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

OTHER_ORGANISATION = "Another Organisation B.V."
A_FEW, MANY = 200, 20_000
ODD = [
    "", " ", "0", "-1", "1", "٣", "½", "1e999", "NaN", "-Infinity", "1_000", "0x10", "9" * 400,
    "99999999999999999999", "9223372036854775808", "-9223372036854775809", "2147483648",
    "1,5", "1.5.5", "-0", "1,005", "0.000000001", "999999999,99", "25:61", "24:00", "-1:30", "1h90",
    "0000-00-00", "9999-12-31", "0001-01-01", "10000-01-01", "31-02-2026", "2026-13-01", "2026-W54",
    "2026-W00", "2026-11-30T10:00:00+99:00", "true", "null", "[]", "{}", '{"a": [1, {}]}', "[[[[",
    "\x00", "a\x00b", "\r\nX: y", "\u202e", "\ufeff", "e\u0301" * 300, "😀" * 300, "x" * 70_000,
    "'", '"', "'; DROP TABLE x; --", "<script>", "{{ 7*7 }}", "%s%n", "../../etc/passwd",
    "//x.example", "javascript:1", "https://x.example/", "=1+1", "a@b", "@", "K0", "NL000000000B01",
    "NL00BANK0000000000",
    "on", "off", "__all__", "-date", "--date", "pk", "id__gt", "a.b.c", "cursor", "\ud7ff\ue000",
]  # fmt: skip
# In a query: bytes that are no UTF-8, and no bytes at all.
BROKEN = ["%ff%fe", "%c3%28", "%ed%a0%80", "%00", "%", "%zz"]
NAMES = [
    "q", "page", "size", "sort", "after", "before", "period", "since", "until", "view", "group",
    "next", "ids", "token", "selection", "date", "week", "month", "year", "file", "status",
    "employee", "customer", "project", "task", "pk", "columns", "work", "duration", "format",
]  # fmt: skip
FILES = [
    b"",
    b"\x00" * 300,
    b"%PDF-1.4",
    b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    b"PK\x03\x04",
    b"a;b\n\xff\xfe;1",
]


@dataclass
class Fuzzer:
    """Makes requests from the forms that pages show; a seed repeats them."""

    random: random.Random
    ids: list[int]
    # Of the login, which some requests end.
    cookies: dict[str, str]

    def value(self) -> str:
        if self.random.random() < 0.25:
            return str(self.random.choice(self.ids))
        return self.random.choice(ODD)

    def fields(self, shown: dict[str, list[str]]) -> dict[str, object]:
        """Return what the form holds with some fields changed, left out, repeated or made up."""
        sent: dict[str, object] = {name: list(values) for name, values in shown.items()}
        names = list(sent) or NAMES
        count = min(len(names), self.random.choice((1, 1, 2, 5, 50)))
        for name in self.random.sample(names, count):
            sent[name] = self._instead()
        for name in self.random.sample(NAMES, self.random.choice((0, 0, 1, 3))):
            sent[name] = self.value()
        return {name: value for name, value in sent.items() if value is not None}

    def _instead(self) -> object:
        kind = self.random.random()
        if kind < 0.1:
            return None
        if kind < 0.2:
            return [self.value() for _ in range(self.random.choice((2, 3, 40)))]
        if kind < 0.27:
            name = self.random.choice(("a.csv", "a", "x" * 300))
            return SimpleUploadedFile(name, self.random.choice(FILES))
        return self.value()

    def query(self) -> str:
        parts = []
        for name in self.random.sample(NAMES, self.random.choice((1, 2, 4))):
            text = quote_plus(self.value()[:3000])
            if self.random.random() < 0.1:
                text = self.random.choice(BROKEN)
            parts.append(f"{name}={text}")
        return "&".join(parts)

    def headers(self) -> dict[str, str]:
        possible = {
            "HX-Request": "true",
            "HX-Target": "results",
            "HX-Current-URL": "http://testserver/%ff?\u00e9",
            "Accept": "application/json",
            "Accept-Language": "xx-YY;q=9,nl",
            "Range": "bytes=9-1",
            "If-None-Match": '"x"',
            "Content-Length": "abc" if self.random.random() < 0.05 else "",
            "Referer": "http://testserver/\\\\x",
        }
        chosen = self.random.sample(sorted(possible), self.random.choice((0, 1, 2)))
        return {name: possible[name] for name in chosen if possible[name]}


@dataclass
class Target:
    """An address, the fields that a form sends there, and how it is asked."""

    address: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    is_read: bool = True
    is_sent_to: bool = False


def targets_of(client: Client, addresses: list[str]) -> list[Target]:
    """Return the pages, and where their forms and buttons send something."""
    found = {address: Target(address) for address in addresses}
    for address in addresses:
        answer = client.get(address)
        found[address].is_read = answer.status_code != 405
        found[address].is_sent_to |= answer.status_code == 405
        if answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"]:
            for action, fields in forms_of(answer.content):
                where = action.partition("#")[0] or address
                if where.startswith("/"):
                    target = found.setdefault(where, Target(where, is_read=False))
                    target.is_sent_to = True
                    target.fields |= fields
    return list(found.values())


def forms_of(page: bytes) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield address and fields of each form, and the addresses of buttons and htmx."""
    if not page.strip():
        return
    tree = html.fromstring(page.decode())
    for form in tree.xpath("//form"):
        fields: dict[str, list[str]] = {}
        for one in form.xpath(".//*[@name]"):
            chosen = one.xpath(".//option[@selected]") or one.xpath(".//option") or [one]
            fields.setdefault(one.get("name"), []).append(chosen[0].get("value") or one.text or "")
        yield form.get("action") or "", fields
    for one in tree.xpath("//*[@hx-post or @formaction]"):
        yield one.get("hx-post") or one.get("formaction"), {}


@dataclass
class Result:
    """How often each status was answered, and what went wrong."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def fuzz(role: str, *, count: int, seed: int) -> Result:
    """Send so many requests as somebody in that role, beside another organisation."""
    theirs = _everything(factories.create_organisation(name=OTHER_ORGANISATION))
    Connection.objects.update(administration_key="another")
    client, member = _logged_in(role)
    ours = _everything(member.organisation)
    ids = sorted({*ours.values(), *theirs.values(), 0, 10**9})
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    fuzzer = Fuzzer(random.Random(seed), ids, cookies)
    targets = targets_of(client, [_address(name, ours) for name, _parts in PAGES])
    result = Result()
    for number in range(count):
        target = fuzzer.random.choice(targets)
        try:
            status, body = answered(client, fuzzer, target)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            status, body, problem = 500, b"", "".join(traceback.format_exception(error)[-4:])
        else:
            problem = "shows another organisation" if OTHER_ORGANISATION.encode() in body else ""
        result.statuses[status] += 1
        if problem or status >= 500:
            told = f"seed {seed}, request {number}, {target.address}: {status} {problem[-1500:]}"
            result.wrong.append(told)
    return result


def answered(client: Client, fuzzer: Fuzzer, target: Target) -> tuple[int, bytes]:
    """Send one request and take back what it changed; return status and body."""
    client.cookies = SimpleCookie(fuzzer.cookies)
    cache.clear()  # no limit of what somebody may do in an hour
    reads = target.is_read and fuzzer.random.random() < (0.3 if target.is_sent_to else 0.95)
    query = fuzzer.query() if reads or fuzzer.random.random() < 0.2 else ""
    address = target.address
    address = f"{address}{'&' if '?' in address else '?'}{query}" if query else address
    with transaction.atomic():
        try:
            if reads:
                answer = client.get(address, headers=fuzzer.headers())
            else:
                sent = fuzzer.fields(target.fields)
                answer = client.post(address, sent, headers=fuzzer.headers())
            body = b"".join(answer) if answer.streaming else answer.content
        finally:
            transaction.set_rollback(True)
    return answer.status_code, body


@pytest.fixture(autouse=True)
def quiet():
    """Refusals are what is asked for here: without a line in the log for each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.EMPLOYEE])
def test_no_request_is_an_error_of_the_program(role):
    result = fuzz(role, count=A_FEW, seed=1)

    assert result.wrong == []
    # Two thirds of the pages refuse an employee.
    assert result.statuses[200] > A_FEW / 20
    # Changes that were made, and forms that were refused with a sentence.
    assert result.statuses[302] + result.statuses[422] > A_FEW / 20


@pytest.mark.nightly
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PROJECT_MANAGER, Role.EMPLOYEE])
def test_twenty_thousand_requests_are_no_error_of_the_program(role):
    result = fuzz(role, count=MANY // 3 + 1, seed=2026)

    assert result.wrong == []
    assert result.statuses.total() > MANY // 3
