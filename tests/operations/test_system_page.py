"""Settings → System: in words, for administrators, and nothing of another organisation."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from billing.models import Booking, Difference, InvoiceMail, MailState
from integrations.models import Connection
from operations.models import ProofKind
from operations.proofs import note_failure, note_success
from tests import factories
from tests.responses import text

pytestmark = pytest.mark.django_db
PAGE = reverse("operations:system")
AS_TEXT = reverse("operations:system-text")
NOW = timezone.now()


def create_booking(organisation, number: int, **fields) -> Booking:
    return Booking.objects.create(
        organisation=organisation,
        connection=organisation.connection,
        kind="relation",
        customer=factories.create_customer(organisation=organisation),
        payload={},
        natural_key=str(number),
        **fields,
    )


def test_it_says_in_words_what_needs_somebody(inside):
    said = text(inside.get(PAGE))

    assert "The broker does not answer" in said
    assert "No backup was ever made" in said
    assert "e-Boekhouden is switched off" in said
    assert "things need somebody" in said


def test_a_fresh_backup_and_an_old_one(inside):
    note_success(ProofKind.BACKUP, now=NOW)
    note_success(ProofKind.RESTORE_TEST, now=NOW)
    said = text(inside.get(PAGE))
    assert "The backup is fresh" in said
    assert "A backup was proven by restoring it" in said

    note_failure(ProofKind.BACKUP, "/srv/secret/place: No space left.", now=NOW)
    said = text(inside.get(PAGE))
    assert "The backup fails" in said
    # A path of the server is for who has the server.
    assert "/srv/secret" not in said


def test_the_own_bookings_mails_and_books(inside, organisation, billed):
    factories.create_connection(organisation=organisation)
    create_booking(organisation, 1, state="rejected")
    InvoiceMail.objects.create(
        invoice=billed, to="a@b.example", subject="s", body="b", started_at=timezone.now(),
        state=MailState.FAILED,
    )  # fmt: skip
    Difference.objects.create(
        organisation=organisation, connection=organisation.connection, kind="double", key="x",
        number="1", date=NOW.date(), found_at=NOW, last_found_at=NOW,
    )  # fmt: skip

    said = text(inside.get(PAGE))

    assert "1 booking waits for your decision" in said
    assert "1 mail with an invoice failed in the last day" in said
    assert "1 difference was reviewed by nobody" in said
    for page in ("billing:booking-list", "billing:reconciliation", "integrations:eboekhouden"):
        assert reverse(page) in said


def test_a_paused_connection_and_an_old_booking(inside, organisation):
    factories.create_connection(organisation=organisation)
    long_ago = timezone.now() - datetime.timedelta(hours=6)
    create_booking(organisation, 1, state="queued", created_at=long_ago)
    assert "The oldest is from 6 hours ago" in text(inside.get(PAGE))

    Connection.objects.update(paused_at=NOW)
    assert "The connection with e-Boekhouden is paused" in text(inside.get(PAGE))


def test_nothing_of_another_organisation_is_on_it(inside, organisation):
    factories.create_connection(organisation=organisation)
    before = text(inside.get(AS_TEXT)).splitlines()[1:]
    Connection.objects.update(administration_key="of the first")
    other = factories.create_organisation(name="Another agency")
    factories.create_connection(organisation=other)
    long_ago = timezone.now() - datetime.timedelta(days=9)
    for number in range(5):
        create_booking(other, number, state="rejected", created_at=long_ago)
        create_booking(other, number + 10, state="queued", created_at=long_ago)

    assert text(inside.get(AS_TEXT)).splitlines()[1:] == before
    assert "Another" not in text(inside.get(PAGE))


@pytest.mark.usefixtures("billed")
def test_the_text_for_support_is_english_and_names_nobody(client_of, organisation):
    user = factories.create_user(language="nl", first_name="Sanne")
    member = factories.create_membership(organisation=organisation, user=user, role="administrator")
    client = client_of(member)

    assert "Er is nog nooit een back-up gemaakt" in text(client.get(PAGE))
    answer = client.get(AS_TEXT)
    assert "No backup was ever made" in text(answer)
    assert "system.txt" in answer["Content-Disposition"]
    assert organisation.name not in text(answer)
    assert "Sanne" not in text(answer)


def test_it_is_for_administrators(client_of, organisation):
    member = factories.create_membership(organisation=organisation, may_invoice=True)

    for page in (PAGE, AS_TEXT):
        assert client_of(member).get(page).status_code == 403


def test_it_asks_as_often_with_many_rows_as_with_one(inside, organisation):
    factories.create_connection(organisation=organisation)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            inside.get(PAGE)
        return len(queries)

    create_booking(organisation, 0, state="queued")
    inside.get(PAGE)
    first = count()
    for number in range(1, 30):
        create_booking(organisation, number, state="queued")

    assert count() == first
