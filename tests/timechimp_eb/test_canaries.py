"""What a test lets out is found by tests/plugins/canaries.py, whichever way it leaves."""

import logging

import pytest
import structlog
from django.contrib.auth.hashers import check_password, make_password
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path, reverse

from accounts.login.second_factor import MfaAdapter
from accounts.models import Organisation
from audit.models import Entry
from integrations.eboekhouden.client import Credentials
from tests import factories
from tests.plugins import canaries as plugin
from tests.plugins.canaries import CANARIES

CODE = "canary-'of'-these-tests"
ACTIVATION = "/account/second-factor/totp/activate/"


def shows_it(request):
    return HttpResponse(f"<p>canary-&#x27;of&#x27;-these-tests in {request.path}</p>")


urlpatterns = [
    path("page/", shows_it),
    path("export/", lambda _: StreamingHttpResponse(iter([b"number;", CODE.encode()]))),
    path("header/", lambda _: HttpResponse(headers={"X-Code": CODE})),
    path(ACTIVATION[1:], shows_it),
]


@pytest.fixture(autouse=True)
def known(db):
    """A code that the program knows in these tests."""
    Credentials("studio-oost", CODE, "another code")


def places():
    """Return where a secret was let out, and forget it: these tests do so on purpose."""
    found = [(leak.kind, leak.place) for leak in CANARIES.leaks()]
    CANARIES.begin()
    return found


def raises():
    raise RuntimeError(CODE)


def test_what_has_no_secret_in_it_is_no_leak(client):
    client.get("/livez")
    logging.getLogger("tests").warning("nothing")
    factories.create_organisation()

    assert places() == []


@pytest.mark.parametrize("write", [
    lambda: logging.getLogger("library").warning("sent %s", CODE),
    lambda: structlog.get_logger("tests").info("event", value=f"x{CODE}x"),
])  # fmt: skip
def test_a_leak_in_a_log_line_is_found(write):
    write()

    assert places() == [("security code", "log")]


def test_a_leak_in_a_traceback_is_found():
    try:
        raises()
    except RuntimeError:
        logging.getLogger("tests").exception("failed")

    assert places() == [("security code", "log")]


@pytest.mark.parametrize("part", ["subject", "body", "other form", "file"])
def test_a_leak_in_a_mail_is_found(part):
    texts = dict.fromkeys(("subject", "body", "other form", "file"), "nothing") | {part: CODE}
    mail = EmailMultiAlternatives(texts["subject"], texts["body"], to=["x@studio-oost.example"])
    mail.attach_alternative(texts["other form"], "text/html")
    mail.attach("file.txt", texts["file"])

    mail.send()

    assert places() == [("security code", "mail")]


@pytest.mark.parametrize("page", ["page", "export", "header"])
def test_a_leak_in_an_answer_is_found(settings, page):
    settings.ROOT_URLCONF = __name__

    answer = Client().get(f"/{page}/")

    if answer.streaming:
        assert answer.getvalue().startswith(b"number;")
    assert places() == [("security code", "answer")]


def test_a_test_that_lets_out_much_keeps_what_was_found():
    for text in (f"first {CODE}", *("x" * 300_000 for _ in range(20))):
        logging.getLogger("tests").info(text)

    assert sum(len(text) for _, _, text in CANARIES.let_out) < plugin.MOST_KEPT
    assert places() == [("security code", "log")]


def rolled_back():
    with transaction.atomic():
        Organisation.objects.update(city=CODE)
        transaction.set_rollback(True)


@pytest.mark.parametrize("write", [
    lambda: factories.create_organisation(name=f"x{CODE}x"),
    lambda: Organisation.objects.bulk_create([Organisation(), Organisation(name=CODE)]),
    lambda: Organisation.objects.update(city=CODE),
    lambda: connection.cursor().executemany(
        "UPDATE accounts_organisation SET city = %s", [("Zwolle",), (CODE,)]
    ),
    rolled_back,
])  # fmt: skip
def test_a_leak_in_a_column_is_found(write):
    write()

    assert places() == [("security code", "column")]


def test_a_leak_in_stored_json_is_found():
    organisation = factories.create_organisation()
    changes = {"city": ["Zwolle", CODE]}
    Entry.objects.create(organisation=organisation, kind="x", action="x", changes=changes)

    assert places() == [("security code", "column")]


def test_passwords_seeds_and_stored_codes_are_known():
    check_password("a wrong password", make_password("the right password"))
    stored = factories.create_connection(organisation=factories.create_organisation())
    sealed = MfaAdapter().encrypt("SEEDSEEDSEED")
    shown = ["a wrong password", "the right password", "SEEDSEEDSEED", sealed]

    for text in (*shown, *factories.CODES, stored.sealed_code_1):
        logging.getLogger("tests").info(text)

    kinds = [leak.kind for leak in CANARIES.leaks()]
    CANARIES.begin()
    assert sorted(kinds) == ["password", "sealed", "security code", "seed"]


def test_what_is_encrypted_may_be_stored():
    factories.create_connection(organisation=factories.create_organisation())

    assert places() == []


def test_what_must_be_shown_may_be_shown_there_only(settings):
    settings.ROOT_URLCONF = __name__
    CANARIES.begin()
    MfaAdapter().encrypt(CODE)

    Client().get(ACTIVATION)
    assert CANARIES.leaks() == []

    Client().get("/page/")
    assert places() == [("seed", "answer")]


def test_the_test_that_lets_it_out_fails():
    running = plugin.pytest_runtest_call()
    next(running)
    logging.getLogger("tests").info(CODE)

    with pytest.raises(pytest.fail.Exception, match="security code in log: tests"):
        running.send(None)
    CANARIES.begin()


def test_the_setup_page_is_the_one_that_is_named():
    (purpose,) = plugin.ON_PURPOSE
    assert purpose.name == reverse("mfa_activate_totp")
