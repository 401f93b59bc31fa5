"""The database refuses to change or to delete an entry, but for what is over its time."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit import triggers
from audit.kinds import Action, Kind, Retention
from audit.models import Entry
from audit.recording import record
from audit.retention import forget_addresses, purge
from lib.erased import ERASED
from tests import factories

pytestmark = pytest.mark.django_db
YEAR = datetime.timedelta(days=366)
DAY = datetime.timedelta(days=1)


def entry_of(kind=Kind.CUSTOMER, *, age=DAY * 0) -> Entry:
    """Return an entry that was recorded so long ago, from an address."""
    organisation = factories.create_organisation()
    record(kind, Action.CHANGED, organisation=organisation, label="Polderzicht")
    made = Entry.objects.latest("pk")
    triggers.remove(using="default")
    Entry.objects.filter(pk=made.pk).update(
        at=timezone.now() - age, address="10.0.4.21", user_agent="Firefox"
    )
    triggers.install_triggers(using="default")
    return Entry.objects.get(pk=made.pk)


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError as error:
        return triggers.SENTENCE in str(error)
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET label = 'other'",
        "UPDATE audit_entry SET user_id = NULL, note = 'x'",
        "UPDATE audit_entry SET user_id = NULL",
        "UPDATE audit_entry SET user_id = (SELECT max(id) FROM accounts_user)",
        "UPDATE audit_entry SET at = at",
        "UPDATE audit_entry SET address = '', user_agent = ''",
        "UPDATE audit_entry SET retention = 'logins'",
        "DELETE FROM audit_entry",
    ],
)
def test_an_entry_stays_as_it_is(statement):
    factories.create_user()
    entry_of()

    assert refused(statement)
    assert Entry.objects.get().label == "Polderzicht"


def test_who_acted_becomes_an_account_without_a_name_and_nothing_else_changes():
    entry, erased = entry_of(), factories.create_user(email=f"former-7{ERASED}")

    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.update(user=erased, label="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.update(user=erased, address="")
    Entry.objects.update(user=erased)

    found = Entry.objects.get()
    assert (found.pk, found.user_id, found.label) == (entry.pk, erased.pk, "Polderzicht")


def test_no_trigger_is_missing():
    assert triggers.missing(connection) == set()


@pytest.mark.parametrize(
    ("kind", "of", "kept", "gone"),
    [
        (Kind.INVOICE, Retention.BOOKS, 6 * YEAR, 8 * YEAR),
        (Kind.LOGIN, Retention.LOGINS, 300 * DAY, 2 * YEAR),
    ],
)
def test_what_is_over_its_time_can_be_purged(kind, of, kept, gone):
    young, old = entry_of(kind, age=kept), entry_of(kind, age=gone)

    assert purge(before=timezone.now() - gone + DAY, of=of) == 1
    assert list(Entry.objects.all()) == [young]
    with pytest.raises(IntegrityError), transaction.atomic():
        purge(before=timezone.now(), of=of)
    assert old.pk is not None


def test_a_purge_of_logins_leaves_the_books():
    entry_of(Kind.INVOICE, age=2 * YEAR)

    assert purge(before=timezone.now() - YEAR, of=Retention.LOGINS) == 0
    assert Entry.objects.count() == 1


def test_addresses_are_forgotten_after_ninety_days_and_nothing_else():
    old, young = entry_of(Kind.LOGIN, age=91 * DAY), entry_of(Kind.LOGIN, age=80 * DAY)

    assert forget_addresses(before=timezone.now() - 90 * DAY) == 1
    found = Entry.objects.get(pk=old.pk)
    assert (found.address, found.user_agent, found.label) == ("", "", "Polderzicht")
    assert Entry.objects.get(pk=young.pk).address == "10.0.4.21"
    with pytest.raises(IntegrityError), transaction.atomic():
        forget_addresses(before=timezone.now())
