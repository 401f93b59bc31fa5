"""No test lets a secret out: into a log line, a mail, an answer, or a column of the database.

Every security code, password and seed of a second factor that the program handles in a test is
noted where the program takes it. After each test it is looked for in all that the test logged,
mailed, answered and wrote. A test that fails here names the place; what shows a secret on purpose
is in `ON_PURPOSE`.
"""

import functools
import html
import logging
import re
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.handlers.base import BaseHandler
from django.core.mail import EmailMessage
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from accounts.login.second_factor import MfaAdapter
from integrations.eboekhouden.client import Credentials
from integrations.models import Connection

# Shorter ones would be found in other words.
SHORTEST = 8
# When a test lets out more than this, it is looked at by what is known then, and not kept.
MOST_KEPT = 2_000_000
WRITES = re.compile(r"\s*(INSERT|UPDATE)\b", re.IGNORECASE)


class Purpose(NamedTuple):
    """What shows a secret because it must: a place, the part of its name, and the kind."""

    place: str
    name: str
    kind: str
    reason: str


ON_PURPOSE = (
    Purpose(
        *("answer", "/account/second-factor/totp/activate/", "seed"),
        reason="the page shows the seed of an app while it is set up, and never again",
    ),
)


class Leak(NamedTuple):
    """A secret that was found: its kind, the kind of place, and which one."""

    kind: str
    place: str
    name: str

    @property
    def is_wrong(self) -> bool:
        """Return False for what is encrypted and stored, and what must be shown."""
        return (self.kind, self.place) != ("sealed", "column") and not any(
            (one.kind, one.place) == (self.kind, self.place) and one.name in self.name
            for one in ON_PURPOSE
        )


# Its kind, and the secret as text and as bytes.
Form = tuple[str, str, bytes]


class Canaries(logging.Handler):
    """The secrets of a test, and all that it let out."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, str] = {}
        self.let_out: list[tuple[str, str, str | bytes]] = []
        self.kept = 0
        self.found: dict[Leak, None] = {}
        self.begin()

    def begin(self) -> None:
        """Forget the test before; the keys of the settings are secrets of every test."""
        self.let_out, self.kept = [], 0
        self.found.clear()
        self.secrets.clear()
        self.note("key", settings.SECRET_KEY, *settings.CREDENTIAL_KEYS)

    def note(self, kind: str, *values: object) -> None:
        for value in values:
            if isinstance(value, str) and len(value) >= SHORTEST:
                self.secrets.setdefault(value, kind)

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            text += "".join(traceback.format_exception(*record.exc_info))
        self.leaves("log", record.name, text)

    def leaves(self, place: str, name: str, text: str | bytes) -> None:
        """Note a text that the program lets out."""
        self.let_out.append((place, name, text))
        self.kept += len(text)
        if self.kept > MOST_KEPT:
            self._look()

    def leaks(self) -> list[Leak]:
        """Return what was found and is not on purpose, each once."""
        self._look()
        return [leak for leak in self.found if leak.is_wrong]

    def _look(self) -> None:
        """Look for the secrets in what was let out, and keep only what was found."""
        texts, self.let_out, self.kept = self.let_out, [], 0
        forms = self._forms()
        for place, name, text in texts:
            self.found |= {Leak(kind, place, name): None for kind in _kinds_in(text, forms)}

    def check(self) -> None:
        """Fail if anything was let out."""
        if leaks := self.leaks():
            lines = [f"{leak.kind} in {leak.place}: {leak.name}" for leak in leaks]
            pytest.fail("\n".join(["a secret was let out", *lines]), pytrace=False)

    def _forms(self) -> list[Form]:
        """Return each secret as it is, and as a page would show it."""
        return [
            (kind, shown, shown.encode())
            for value, kind in [*self.secrets.items()]
            for shown in {value, html.escape(value)}
        ]


def _kinds_in(text: str | bytes, forms: list[Form]) -> Iterator[str]:
    is_raw = isinstance(text, bytes)
    return (kind for kind, shown, raw in forms if (raw if is_raw else shown) in text)  # type: ignore[operator]


CANARIES = Canaries()


@pytest.fixture
def canaries() -> Canaries:
    """The secrets of this test, for one that lets a secret out to see it found."""
    return CANARIES


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    CANARIES.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, Any, Any]:
    result = yield
    CANARIES.check()
    return result


@pytest.fixture(autouse=True, scope="session")
def secrets_are_watched() -> Iterator[None]:
    """Note secrets where they enter, and what leaves where it leaves."""
    with pytest.MonkeyPatch.context() as patch:
        for cls, name, noting in NOTED:
            patch.setattr(cls, name, noting(getattr(cls, name)))
        logging.getLogger().addHandler(CANARIES)
        connection_created.connect(_watch_connection)
        for connection in connections.all(initialized_only=True):
            _watch_connection(connection=connection)
        yield
        connection_created.disconnect(_watch_connection)
        logging.getLogger().removeHandler(CANARIES)


# --- Where secrets enter --------------------------------------------------------------------------


def _credentials(plain: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(plain)
    def made(self: Credentials, *args: Any, **named: Any) -> None:
        plain(self, *args, **named)
        CANARIES.note("security code", self.security_code_1, self.security_code_2)

    return made


def _stored_codes(plain: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(plain)
    def set_codes(self: Connection, code_1: str, code_2: str) -> None:
        plain(self, code_1, code_2)
        CANARIES.note("security code", code_1, code_2)
        CANARIES.note("sealed", self.sealed_code_1, self.sealed_code_2)

    return set_codes


def _seeds(plain: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(plain)
    def encrypt(self: MfaAdapter, text: str) -> str:
        sealed = plain(self, text)
        CANARIES.note("seed", text)
        CANARIES.note("sealed", sealed)
        return sealed

    return encrypt


def _passwords(plain: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(plain)
    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        CANARIES.note("password", password)
        return plain(self, password, salt)

    return encode


# --- Where they could leave -----------------------------------------------------------------------


def _mails(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Every backend asks a mail for its message."""

    @functools.wraps(plain)
    def message(self: EmailMessage, *args: Any, **named: Any) -> Any:
        parts = [part[0] for part in getattr(self, "alternatives", ())]
        files = [part[1] for part in self.attachments if isinstance(part, tuple)]
        for text in (str(self.subject), str(self.body), *parts, *files):
            CANARIES.leaves("mail", str(self.subject), text)
        return plain(self, *args, **named)

    return message


def _answers(plain: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Requests of the test client and of a browser end here."""

    @functools.wraps(plain)
    def get_response(self: BaseHandler, request: HttpRequest) -> HttpResponse:
        response = plain(self, request)
        headers = "\n".join(f"{name}: {value}" for name, value in response.items())
        CANARIES.leaves("answer", request.path, headers)
        if isinstance(response, StreamingHttpResponse):
            if not response.is_async:
                response._iterator = _seen(response._iterator, request.path)
        else:
            CANARIES.leaves("answer", request.path, response.content)
        return response

    return get_response


def _seen(portions: Iterable[bytes], name: str) -> Iterator[bytes]:
    for portion in portions:
        CANARIES.leaves("answer", name, portion)
        yield portion


def _watch_connection(*, connection: BaseDatabaseWrapper, **_signal: object) -> None:
    if _columns not in connection.execute_wrappers:
        connection.execute_wrappers.append(_columns)


def _columns(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
    """Look at what is written, whether or not it is committed, and whatever becomes of it."""
    if params and WRITES.match(str(sql)):
        for row in params if many else (params,):
            texts = [_text(one) for one in (row.values() if isinstance(row, dict) else row)]
            written = "\0".join(text for text in texts if len(text) >= SHORTEST)
            CANARIES.leaves("column", str(sql)[:60], written)
    return execute(sql, params, many, context)


def _text(param: object) -> str:
    """Return a parameter as text; for PostgreSQL, JSON is wrapped, and many rows are lists."""
    if isinstance(param, str):
        return param
    if isinstance(param, list):
        return "\0".join(_text(one) for one in param)
    return str(param.obj) if hasattr(param, "obj") else ""


NOTED = (
    (Credentials, "__init__", _credentials),
    (Connection, "set_codes", _stored_codes),
    (MfaAdapter, "encrypt", _seeds),
    (MD5PasswordHasher, "encode", _passwords),
    (EmailMessage, "message", _mails),
    (BaseHandler, "get_response", _answers),
)
