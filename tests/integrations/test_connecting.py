"""Testing and saving a connection, with the sandbox."""

import datetime

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError

from integrations import leases
from integrations.connecting import CredentialsInput, save_connection, test_connection
from integrations.models import Connection, ConnectionEvent, LedgerAccount
from integrations.switching import AdministrationTaken, activate, deactivate, pause, resume
from tests.factories import create_connection, create_membership, create_organisation

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 9, 12, tzinfo=datetime.UTC)
WRONG_1, WRONG_2 = "CANARY-1-" + "c" * 23, "CANARY-2-DDDD-DDDD-DDDD-DDDDDDDDDDDD"

# The function under test is not a test.
test_connection.__test__ = False


def settings_of(connection, **changes):
    names = (
        "template", "ledger_account", "debtor_account", "numbering", "book_at_once",
        "nightly_import",
    )  # fmt: skip
    return {name: getattr(connection, name) for name in names} | changes


def typed(sandbox, **changes):
    values = {
        "username": sandbox.username,
        "code_1": sandbox.security_code_1,
        "code_2": sandbox.security_code_2,
    }
    return CredentialsInput(**values | changes)


@pytest.fixture
def empty(organisation, eboekhouden, administrator):
    """A connection that is switched on, without settings."""
    return activate(organisation, by=administrator.user, now=NOW)


def test_a_test_that_succeeds_stores_the_codes_and_what_was_found(
    empty, eboekhouden, administrator
):
    eboekhouden.seed_relations([{"Code": "K1", "Bedrijf": "Van Dam"}])

    tested = test_connection(empty, typed=typed(eboekhouden), by=administrator.user, now=NOW)

    assert tested.ok
    stored = Connection.objects.get(pk=empty.pk)
    assert stored.codes() == (eboekhouden.security_code_1, eboekhouden.security_code_2)
    assert stored.administration_name == "Voorbeeld BV"
    assert (stored.tested_at, stored.relation_count) == (NOW, 1)
    assert stored.codes_set_by == administrator.user
    assert stored.ledger_accounts.get(code="8000").name == "Omzet"
    assert stored.ledger_accounts.get(code="8000").category == "VW"
    assert sorted(stored.cost_centres.values_list("name", flat=True)) == [
        "Ontwerp",
        "Techniek",
        "Techniek beheer",
    ]


def test_a_test_again_keeps_accounts_that_stay_and_drops_those_that_went(
    connection, eboekhouden, administrator
):
    LedgerAccount.objects.create(connection=connection, code="9999", name="Weg", category="VW")
    old = LedgerAccount.objects.create(connection=connection, code="8000", name="Oud", category="?")

    test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=administrator.user, now=NOW
    )

    assert not connection.ledger_accounts.filter(code="9999").exists()
    assert LedgerAccount.objects.get(pk=old.pk).name == "Omzet"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"username": "somebody-else"}, "code_1", "the username or security code 1"),
        ({"code_1": WRONG_1}, "code_1", "the username or security code 1"),
        ({"code_2": WRONG_2}, "code_2", "security code 2"),
    ],
)
def test_wrong_codes_are_named_and_not_stored(
    empty, eboekhouden, administrator, changes, field, sentence
):
    tested = test_connection(
        empty, typed=typed(eboekhouden, **changes), by=administrator.user, now=NOW
    )

    assert not tested.ok
    assert tested.is_wrong
    assert tested.field == field
    assert sentence in tested.text
    stored = Connection.objects.get(pk=empty.pk)
    assert (stored.username, stored.sealed_code_1, stored.sealed_code_2) == ("", "", "")
    assert not stored.is_paused


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (lambda box: setattr(box.switches, "user_has_rights", False), "may not use the connection"),
        (lambda box: setattr(box.switches, "daily_quota", 1), "requests to e-Boekhouden is used"),
        (lambda box: setattr(box.switches, "unable_to_verify", True), "could not check who we are"),
        (lambda box: box.faults.add("html"), "cannot be reached|web page"),
        (
            lambda box: box.faults.add("redirect", location="http://127.0.0.1:1/"),
            "redirects elsewhere",
        ),
        (lambda box: box.stop(), "cannot be reached"),
    ],
)
def test_everything_that_can_go_wrong_is_said_in_words(
    empty, eboekhouden, administrator, arrange, sentence
):
    codes = typed(eboekhouden)
    arrange(eboekhouden)

    tested = test_connection(empty, typed=codes, by=administrator.user, now=NOW)

    assert not tested.ok
    assert any(part in tested.text for part in sentence.split("|")), tested.text
    assert not Connection.objects.get(pk=empty.pk).has_codes


def test_an_address_that_is_not_secure_is_refused_before_anything_is_sent(
    empty, eboekhouden, administrator, settings
):
    settings.EBOEKHOUDEN_URL = "http://e-boekhouden.example/soap.asmx"

    tested = test_connection(empty, typed=typed(eboekhouden), by=administrator.user, now=NOW)

    assert "not secure" in tested.text


def test_a_test_without_codes_says_what_is_missing(empty, administrator):
    tested = test_connection(
        empty, typed=CredentialsInput("somebody"), by=administrator.user, now=NOW
    )

    assert tested.text == "Enter the username and both security codes first."


def test_a_success_ends_a_pause(connection, eboekhouden, administrator):
    pause(connection, code="E0011", text="wrong", now=NOW)

    tested = test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=administrator.user, now=NOW
    )

    assert tested.ok
    assert not Connection.objects.get(pk=connection.pk).is_paused


def test_stored_codes_that_stopped_working_pause_the_connection(
    connection, eboekhouden, administrator
):
    eboekhouden.books.renew_security_code_1()

    tested = test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=administrator.user, now=NOW
    )

    assert not tested.ok
    stored = Connection.objects.get(pk=connection.pk)
    assert (stored.paused_at, stored.pause_code) == (NOW, "E0011")


def test_the_same_administration_is_not_connected_twice(connection, eboekhouden, administrator):
    test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=administrator.user, now=NOW
    )
    other = create_membership(organisation=create_organisation(name="Elders"), role="administrator")
    theirs = activate(other.organisation, by=other.user, now=NOW)

    tested = test_connection(theirs, typed=typed(eboekhouden), by=other.user, now=NOW)

    assert not tested.ok
    assert tested.field == "code_2"
    assert "Another organisation already uses this administration" in tested.text
    assert not Connection.objects.get(pk=theirs.pk).has_codes


def test_switching_on_while_another_organisation_took_the_administration(
    connection, eboekhouden, administrator
):
    deactivate(connection, by=administrator.user, now=NOW)
    create_connection(organisation=create_organisation(name="Elders"), sandbox=eboekhouden)

    with pytest.raises(AdministrationTaken, match="Switch off the other connection"):
        activate(connection.organisation, by=administrator.user, now=NOW)


def test_saving_while_the_service_is_away_stores_everything_untested(
    empty, eboekhouden, administrator
):
    codes = typed(eboekhouden)
    eboekhouden.stop()

    tested = save_connection(
        empty,
        typed=codes,
        settings=settings_of(empty, template="Factuur NL"),
        by=administrator.user,
        now=NOW,
    )

    assert not tested.ok
    stored = Connection.objects.get(pk=empty.pk)
    assert stored.codes() == (codes.code_1, codes.code_2)
    assert (stored.template, stored.tested_at) == ("Factuur NL", None)


def test_saving_wrong_codes_stores_nothing(connection, eboekhouden, administrator):
    tested = save_connection(
        connection,
        typed=CredentialsInput(eboekhouden.username, code_1=WRONG_1),
        settings=settings_of(connection, template="Other"),
        by=administrator.user,
        now=NOW,
    )

    assert tested.is_wrong
    stored = Connection.objects.get(pk=connection.pk)
    assert stored.codes()[0] == eboekhouden.security_code_1
    assert stored.template != "Other"


def test_saving_settings_alone_asks_the_service_nothing(connection, eboekhouden, administrator):
    test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=administrator.user, now=NOW
    )
    eboekhouden.stop()

    tested = save_connection(
        connection,
        typed=CredentialsInput(connection.username),
        settings=settings_of(connection, ledger_account="8020"),
        by=administrator.user,
        now=NOW,
    )

    assert tested is None
    assert Connection.objects.get(pk=connection.pk).ledger_account == "8020"
    assert ConnectionEvent.objects.filter(text__contains="Ledger account: 8000 → 8020").exists()


def test_the_night_begins_and_ends_with_its_switch(connection, administrator):
    def save(on):
        save_connection(
            connection,
            typed=CredentialsInput(connection.username),
            settings=settings_of(connection, nightly_import=on),
            by=administrator.user,
            now=NOW,
        )
        connection.refresh_from_db()

    save(True)
    assert NOW < connection.next_import_at < NOW + datetime.timedelta(days=1)
    save(False)
    assert connection.next_import_at is None


def test_changes_are_recorded_without_the_codes(empty, eboekhouden, administrator):
    test_connection(empty, typed=typed(eboekhouden), by=administrator.user, now=NOW)
    test_connection(
        empty, typed=CredentialsInput(eboekhouden.username, WRONG_1), by=administrator.user, now=NOW
    )

    texts = " | ".join(empty.events.values_list("text", flat=True))
    assert "Changed: Username, Security code 1, Security code 2." in texts
    assert "Test failed" in texts
    for secret in (eboekhouden.security_code_1, eboekhouden.security_code_2, WRONG_1):
        assert secret not in texts


def test_a_pause_is_recorded_once_and_can_be_ended_manually(connection, administrator):
    assert pause(connection, code="E0011", text="no entrance", now=NOW)
    assert not pause(connection, code="E0013", text="again", now=NOW)

    assert resume(connection, by=administrator.user, now=NOW)
    assert not resume(connection, by=administrator.user, now=NOW)

    assert not Connection.objects.get(pk=connection.pk).is_paused


def test_what_is_typed_is_not_in_its_repr():
    shown = repr(CredentialsInput("me", WRONG_1, WRONG_2))

    assert "'me'" in shown
    assert "CANARY" not in shown


def test_nothing_of_a_test_reaches_the_logs(empty, eboekhouden, administrator, caplog):
    caplog.set_level("DEBUG")

    right, wrong = (
        test_connection(empty, typed=codes, by=administrator.user, now=NOW)
        for codes in (typed(eboekhouden), typed(eboekhouden, code_1=WRONG_1))
    )

    assert (right.ok, wrong.ok) == (True, False)
    assert caplog.text
    for secret in (eboekhouden.security_code_1, eboekhouden.security_code_2, WRONG_1):
        assert secret not in caplog.text


def test_codes_that_the_keys_do_not_decrypt_must_be_typed_again(
    connection, eboekhouden, administrator, settings
):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    connection.refresh_from_db()
    by = administrator.user

    unread = test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=by, now=NOW
    )
    again = test_connection(connection, typed=typed(eboekhouden), by=by, now=NOW)

    assert (unread.ok, unread.is_wrong, unread.field) == (False, True, "code_1")
    assert again.ok
    stored = Connection.objects.get(pk=connection.pk)
    assert stored.codes() == (eboekhouden.security_code_1, eboekhouden.security_code_2)


def save_unreachable(connection, eboekhouden, administrator, **codes):
    """Save other codes while e-Boekhouden cannot be reached, so that nothing is tested."""
    codes = typed(eboekhouden, **codes)
    eboekhouden.stop()
    return save_connection(
        connection,
        typed=codes,
        settings=settings_of(connection, template="Other"),
        by=administrator.user,
        now=NOW,
    )


def test_other_codes_are_not_saved_untested_while_a_worker_sends(
    connection, eboekhouden, administrator
):
    leases.take(connection.pk, now=NOW)
    code_2 = eboekhouden.security_code_2

    saved = save_unreachable(connection, eboekhouden, administrator, code_2=WRONG_2)

    stored = Connection.objects.get(pk=connection.pk)
    assert (saved.ok, saved.is_wrong, saved.field) == (False, True, "code_2")
    assert stored.codes()[1] == code_2
    assert stored.template != "Other"


def test_codes_of_an_administration_that_another_organisation_uses_are_not_saved_untested(
    connection, eboekhouden, administrator
):
    other = create_connection(organisation=create_organisation())
    mine, taken = eboekhouden.security_code_2, other.codes()[1]

    saved = save_unreachable(connection, eboekhouden, administrator, code_2=taken)

    assert (saved.ok, saved.field, saved.text) == (False, "code_2", str(AdministrationTaken()))
    assert Connection.objects.get(pk=connection.pk).codes()[1] == mine


def test_saving_what_is_stored_records_nothing(connection, eboekhouden, administrator):
    by = administrator.user
    test_connection(connection, typed=CredentialsInput(eboekhouden.username), by=by, now=NOW)
    count = connection.events.count()

    save_connection(
        connection,
        typed=CredentialsInput(connection.username),
        settings=settings_of(connection),
        by=by,
        now=NOW,
    )

    assert connection.events.count() == count


def test_only_its_constraint_says_that_another_organisation_uses_the_administration(
    connection, eboekhouden, administrator
):
    test_connection(
        connection, typed=CredentialsInput(eboekhouden.username), by=administrator.user, now=NOW
    )
    too_new = settings_of(connection, nightly_import=None)

    with pytest.raises(IntegrityError):
        save_connection(
            connection,
            typed=CredentialsInput(connection.username),
            settings=too_new,
            by=administrator.user,
            now=NOW,
        )
