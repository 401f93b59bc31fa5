"""Settings → Integrations and Settings → e-Boekhouden in a browser."""

import re
import sys
import time

import pytest
from django.core.signals import got_request_exception
from django.urls import reverse
from django.views.debug import ExceptionReporter

from accounts.login.confirming import WINDOW
from accounts.middleware import LOGIN_KEY
from accounts.models import Role
from integrations.models import Connection
from tests.factories import create_connection, create_membership, create_organisation

pytestmark = pytest.mark.django_db
PAGE = "/settings/e-boekhouden/"
TEST = "/settings/e-boekhouden/test/"
CANARIES = {"code_1": "CANARY-ONE-111", "code_2": "CANARY-TWO-222"}


def form(**changes):
    return {
        "username": "studio-oost",
        "code_1": "",
        "code_2": "",
        "template": "Factuur NL",
        "ledger_account": "8000",
        "debtor_account": "1300",
        "numbering": "own",
        "book_at_once": "on",
    } | changes


def codes(eboekhouden):
    return {
        "username": eboekhouden.username,
        "code_1": eboekhouden.security_code_1,
        "code_2": eboekhouden.security_code_2,
    }


def an_hour_later(client):
    """The login of this client becomes older than a confirmation may be."""
    session = client.session
    session[LOGIN_KEY] = time.time() - WINDOW - 60
    session.save()


def test_one_click_activates_and_leads_to_the_settings(inside, organisation):
    assert "Switched off" in inside.get("/settings/integrations/").content.decode()

    answer = inside.post("/settings/e-boekhouden/activate/")

    assert answer.url == PAGE
    assert Connection.objects.get(organisation=organisation).is_active
    assert "Not connected yet" in inside.get(PAGE).content.decode()


def test_deactivating_keeps_the_settings(inside, connection):
    inside.post("/settings/e-boekhouden/deactivate/")

    connection.refresh_from_db()
    assert not connection.is_active
    assert connection.template
    assert "is switched off" in inside.get(PAGE).content.decode()


def test_the_way_from_nothing_to_connected(inside, organisation, eboekhouden):
    inside.post("/settings/e-boekhouden/activate/")

    tested = inside.post(TEST, form(**codes(eboekhouden))).content.decode()
    saved = inside.post(PAGE, form(username=eboekhouden.username), follow=True).content.decode()

    assert "Connected to Voorbeeld BV" in tested
    assert "28 ledger accounts" in saved
    assert "3 cost centres" in saved
    assert "tested today" in saved
    stored = Connection.objects.get(organisation=organisation)
    assert (stored.template, stored.ledger_account) == ("Factuur NL", "8000")
    assert stored.codes() == (eboekhouden.security_code_1, eboekhouden.security_code_2)


def test_a_test_keeps_what_was_typed_and_shows_no_code(inside, connection, eboekhouden):
    page = inside.post(TEST, form(template="Typed template", **CANARIES)).content.decode()

    assert 'value="Typed template"' in page
    assert "The test failed." in page
    for secret in (*CANARIES.values(), eboekhouden.security_code_1, eboekhouden.security_code_2):
        assert secret not in page
    connection.refresh_from_db()
    assert connection.template != "Typed template"


@pytest.mark.parametrize("page", [PAGE, TEST])
def test_new_codes_need_a_recent_confirmation(inside, connection, eboekhouden, page):
    an_hour_later(inside)
    Connection.objects.filter(pk=connection.pk).update(username="somebody-else")

    shown = inside.post(page, form(**codes(eboekhouden))).content.decode()

    assert f'href="{reverse("account_reauthenticate")}?next=' in shown
    connection.refresh_from_db()
    assert connection.username == "somebody-else"


def test_codes_in_use_are_tested_without_a_confirmation(inside, connection):
    an_hour_later(inside)

    shown = inside.post(TEST, form(username=connection.username)).content.decode()

    assert "Connected to" in shown


def test_the_browser_keeps_the_codes_until_they_are_stored(inside, connection, eboekhouden):
    failed = inside.post(TEST, form(**CANARIES)).content.decode()
    passed = inside.post(TEST, form(**codes(eboekhouden))).content.decode()

    assert failed.count("hx-preserve") == 2
    assert "hx-preserve" not in passed


def test_no_page_shows_a_stored_code(inside, connection, eboekhouden):
    for page in (PAGE, "/settings/integrations/", "/settings/import/"):
        answer = inside.get(page)
        content = answer.content.decode()
        assert answer.status_code == 200
        assert eboekhouden.security_code_1 not in content
        assert eboekhouden.security_code_2 not in content
        assert connection.sealed_code_1 not in content


@pytest.mark.parametrize("page", [PAGE, TEST])
def test_a_report_of_a_crash_has_no_code_in_it(inside, connection, settings, caplog, page):
    settings.CREDENTIAL_KEYS = ["not a key"]
    inside.raise_request_exception = False
    reports = []

    def report(sender, request, **_rest):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    got_request_exception.connect(report)
    try:
        answer = inside.post(page, form(**CANARIES))
    finally:
        got_request_exception.disconnect(report)

    assert len(reports) == 1
    for secret in CANARIES.values():
        assert secret not in reports[0] + answer.content.decode() + caplog.text


def test_the_codes_say_when_and_by_whom_they_were_set(
    inside, connection, eboekhouden, administrator
):
    inside.post(
        TEST, form(**codes(eboekhouden) | {"code_1": eboekhouden.books.renew_security_code_1()})
    )

    page = inside.get(PAGE).content.decode()

    assert page.count(f"by {administrator.user.first_name} · leave empty to keep") == 2


@pytest.mark.parametrize("pasted", ["8000 Omzet", "8000 - Omzet"])
def test_a_pasted_account_comes_back_as_its_number_and_is_not_saved(inside, connection, pasted):
    connection.ledger_account = "8020"
    connection.save(update_fields=["ledger_account"])

    page = inside.post(PAGE, form(ledger_account=pasted)).content.decode()

    assert "Only the number: 8000. We changed it for you. Check it and save." in page
    assert 'name="ledger_account" value="8000"' in page
    connection.refresh_from_db()
    assert connection.ledger_account == "8020"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("turnover", "Enter only the number of the ledger account, such as 8000."),
        ("8001", "Did you mean 8000 Omzet"),
        ("1300", "1300 Debiteuren is not a profit and loss account"),
    ],
)
def test_an_account_that_cannot_be_right_is_explained(
    inside, connection, eboekhouden, number, sentence
):
    inside.post(TEST, form(**codes(eboekhouden)))

    page = inside.post(
        PAGE, form(username=eboekhouden.username, ledger_account=number)
    ).content.decode()

    assert sentence in page


def test_debtors_accounts_are_chosen_from_the_fetched_ones(inside, connection, eboekhouden):
    inside.post(TEST, form(**codes(eboekhouden)))

    page = inside.get(PAGE).content.decode()

    assert "1300 · Debiteuren" in page
    assert "1310 · Debiteuren buitenland" in page
    assert "1000 · Kas" not in page


def test_saving_with_the_service_away_warns(inside, connection, eboekhouden):
    values = codes(eboekhouden)
    eboekhouden.stop()

    page = inside.post(PAGE, form(**values), follow=True).content.decode()

    assert "Saved, but not tested" in page


def test_saving_wrong_codes_says_so_next_to_the_field(inside, connection, eboekhouden):
    page = inside.post(PAGE, form(username=eboekhouden.username, **CANARIES)).content.decode()

    assert "does not accept the username or security code 1" in page
    connection.refresh_from_db()
    assert connection.codes() == (eboekhouden.security_code_1, eboekhouden.security_code_2)


def test_with_htmx_saving_leads_on_and_errors_stay(inside, connection, eboekhouden):
    headers = {"HTTP_HX_REQUEST": "true"}

    wrong = inside.post(PAGE, form(numbering="nonsense"), **headers)
    right = inside.post(PAGE, form(username=eboekhouden.username), **headers)

    assert "HX-Redirect" not in wrong
    assert right["HX-Redirect"] == PAGE


def test_a_pause_is_explained_with_its_way_out(inside, connection):
    Connection.objects.filter(pk=connection.pk).update(
        paused_at="2026-11-22T09:00:00Z", pause_text="The codes stopped working."
    )

    page = inside.get(PAGE).content.decode()

    assert "Paused since" in page
    assert "The codes stopped working." in page
    assert "test the connection" in page


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.PROJECT_MANAGER])
@pytest.mark.parametrize(
    "name", ["integration-list", "eboekhouden", "eboekhouden-test", "eboekhouden-activate"]
)
def test_only_administrators_come_here(client_of, organisation, role, name):
    member = create_membership(organisation=organisation, role=role, may_invoice=True)

    answer = client_of(member).get(reverse(f"integrations:{name}"))

    assert answer.status_code in (403, 405)
    assert client_of(member).post(reverse(f"integrations:{name}")).status_code in (403, 405)


def test_another_organisation_sees_and_changes_nothing_of_ours(client_of, connection, eboekhouden):
    outsider = create_membership(organisation=create_organisation(name="X"), role="administrator")
    client = client_of(outsider)

    assert connection.username not in client.get(PAGE).content.decode()
    assert client.post(TEST, form()).status_code == 404
    client.post("/settings/e-boekhouden/deactivate/")

    connection.refresh_from_db()
    assert connection.is_active


def test_the_page_asks_the_database_no_more_with_a_long_history(
    inside, organisation, django_assert_max_num_queries
):
    connection = create_connection(organisation=organisation)
    for n in range(40):
        connection.events.create(text=f"Event {n}")

    with django_assert_max_num_queries(16):
        assert "Event 39" in inside.get(PAGE).content.decode()


def test_a_debtors_account_that_is_gone_is_shown_and_another_one_must_be_chosen(
    inside, connection, eboekhouden
):
    inside.post(TEST, form(**codes(eboekhouden)))
    Connection.objects.filter(pk=connection.pk).update(debtor_account="1399")

    page = inside.get(PAGE).content.decode()
    refused = inside.post(PAGE, form(username=eboekhouden.username, debtor_account=""))

    gone = "1399 is not in e-Boekhouden: choose another account"
    select = re.search(r'<select name="debtor_account".*?</select>', page, re.DOTALL)[0]
    assert re.search(r"<option.*?</option>", select)[0] == f'<option value="">{gone}</option>'
    assert "selected" not in select
    assert "This field is required." in refused.content.decode()
    connection.refresh_from_db()
    assert connection.debtor_account == "1399"

    inside.post(PAGE, form(username=eboekhouden.username, debtor_account="1310"))
    connection.refresh_from_db()
    assert connection.debtor_account == "1310"
    assert "is not in e-Boekhouden" not in inside.get(PAGE).content.decode()


def test_a_typed_debtors_account_that_a_test_does_not_find_is_no_other_one(
    inside, connection, eboekhouden
):
    page = inside.post(TEST, form(**codes(eboekhouden), debtor_account="1399")).content.decode()

    assert "1399 is not in e-Boekhouden: choose another account" in page
