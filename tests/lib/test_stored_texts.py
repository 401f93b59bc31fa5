"""Sentences of the program that are stored are read in the language of the reader."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Language
from customers.models import ImportRun
from integrations.connecting import CredentialsInput, save_connection
from integrations.eboekhouden.errors import NotConfigured, NotSent
from integrations.error_messages import sentence
from integrations.events import record
from integrations.models import Connection, ConnectionEvent
from integrations.runs import RunState
from integrations.switching import activate, pause
from lib.stored_texts import in_every_language

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def english():
    """Tests and requests in other languages leave no language behind."""
    with override("en"):
        yield


def in_both(read) -> tuple[str, str]:
    found = []
    for language in Language.values:
        with override(language):
            found.append(str(read()))
    return tuple(sorted(found))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_history_written_in_one_language_is_read_in_the_other(connection, administrator, language):
    connection.is_active = False
    connection.save()
    with override(language):
        activate(connection.organisation, by=administrator.user, now=NOW)
    assert in_both(ConnectionEvent.objects.get) == ("Ingeschakeld.", "Switched on.")


def test_a_changed_setting_names_its_field_in_the_language_of_the_reader(
    connection, administrator, inside
):
    settings = {
        "template": connection.template,
        "ledger_account": "8999",
        "debtor_account": connection.debtor_account,
        "numbering": connection.numbering,
        "book_at_once": not connection.book_at_once,
        "nightly_import": connection.nightly_import,
    }
    typed = CredentialsInput(connection.username)
    connection.tested_at = NOW
    connection.save()
    with override("nl"):
        save_connection(connection, typed=typed, settings=settings, by=administrator.user, now=NOW)
    page = inside.get(reverse("integrations:eboekhouden")).content.decode()
    assert "Ledger account: " in page
    administrator.user.language = "nl"
    administrator.user.save()
    page = inside.get(reverse("integrations:eboekhouden")).content.decode()
    assert "Grootboekrekening: " in page


@pytest.mark.parametrize("error", [NotConfigured("E0011", ""), NotSent("timeout")])
def test_why_a_connection_is_paused_is_read_in_the_language_of_the_reader(connection, error):
    with override("nl"):
        pause(connection, code="E0011", text=sentence(error), now=NOW)
    english, dutch = (
        _in(language, lambda: Connection.objects.get().pause_text) for language in ("en", "nl")
    )
    assert english != dutch
    assert _in("en", lambda: sentence(error)) == english
    events = ConnectionEvent.objects
    assert _in("en", lambda: events.get().text) == f"Paused: {english}"
    assert _in("nl", lambda: events.get().text) == f"Gepauzeerd: {dutch}"
    # Without loading the row, as the banner above every page does.
    assert (
        _in("en", lambda: Connection.objects.values_list("pause_text", flat=True).get()) == english
    )


def _in(language: str, read) -> str:
    with override(language):
        return str(read())


def test_why_a_run_failed_is_read_in_the_language_of_the_reader(connection):
    reason = in_every_language(lambda: _("The connection is paused: %(reason)s") % {"reason": "x"})
    run = ImportRun.objects.create(
        organisation=connection.organisation,
        connection=connection,
        state=RunState.FAILED,
        problem=reason,
    )
    assert _in("en", lambda: ImportRun.objects.get(pk=run.pk).problem).startswith("The connection")
    assert _in("nl", lambda: ImportRun.objects.get(pk=run.pk).problem).startswith("De koppeling")


def test_a_text_of_an_older_version_and_a_long_one_are_kept(connection):
    record(connection, "Gepauzeerd: {oud}", by=None, now=NOW)
    assert in_both(ConnectionEvent.objects.get) == ("Gepauzeerd: {oud}",) * 2
    ConnectionEvent.objects.all().delete()
    record(connection, '{"not": "ours', by=None, now=NOW)
    assert ConnectionEvent.objects.get().text == '{"not": "ours'
    ConnectionEvent.objects.all().delete()
    record(connection, in_every_language(lambda: "x" * 500), by=None, now=NOW)
    assert ConnectionEvent.objects.get().text == "x" * 300
