"""The database refuses to change final invoices, by the ORM as well as by SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from billing.documents.archive import issue_files
from billing.documents.archive import triggers as triggers
from billing.models import Invoice, InvoiceFile, InvoiceLine, InvoiceStatus
from tests.billing import issued as invoices

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(agency):
    organisation = invoices.complete(agency.organisation)
    final = invoices.issued(invoices.buyer(organisation), [invoices.Item()])
    issue_files(final, now=invoices.NOW)
    return final


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
        "UPDATE billing_invoice SET gross = 1",
        "UPDATE billing_invoice SET number = '2026-9999'",
        "UPDATE billing_invoice SET status = 'draft', number = ''",
        "UPDATE billing_invoice SET issuer = '{}'",
        "UPDATE billing_invoice SET notes = 'other'",
        "DELETE FROM billing_invoice",
        "UPDATE billing_invoiceline SET net = 1",
        "UPDATE billing_invoiceline SET description = 'other'",
        "DELETE FROM billing_invoiceline",
        "UPDATE billing_invoiceshare SET cents = 0",
        "DELETE FROM billing_invoiceshare",
        "UPDATE billing_invoicefile SET sha256 = ''",
        "DELETE FROM billing_invoicefile",
    ],
)
def test_what_is_final_stays(invoice, statement):
    assert refused(statement)


COPIED = [field.column for field in InvoiceLine._meta.concrete_fields if not field.primary_key]
ADD_A_LINE = "INSERT INTO billing_invoiceline ({names}) SELECT {values} FROM billing_invoiceline"


def one_more_line(into: Invoice) -> str:
    """Return SQL that copies the first line to an unused position of an invoice."""
    other = {"position": "9", "invoice_id": str(into.pk)}
    values = ", ".join(other.get(name, name) for name in COPIED)
    return ADD_A_LINE.format(names=", ".join(COPIED), values=values) + " ORDER BY id LIMIT 1"


def test_a_final_invoice_gets_no_line_more(invoice):
    assert refused(one_more_line(invoice))

    assert invoice.lines.count() == 1


def test_a_line_does_not_move_from_a_draft_into_a_final_invoice(invoice):
    draft = invoices.issued(invoice.customer, [invoices.Item()] * 2, number="", status="draft")

    move = f"UPDATE billing_invoiceline SET invoice_id = {invoice.pk} WHERE position = 2"

    assert refused(move)
    assert draft.lines.count() == 2


def test_a_draft_gets_lines(invoice):
    draft = invoices.issued(invoice.customer, [invoices.Item()], number="", status="draft")

    assert not refused(one_more_line(draft))
    assert draft.lines.count() == 2


def test_what_lives_on_goes_on(invoice):
    Invoice.objects.filter(pk=invoice.pk).update(
        status=InvoiceStatus.PAID, paid_amount=invoice.gross, sent_to="anna@tuin.example"
    )

    invoice.refresh_from_db()
    assert (invoice.status, invoice.paid_amount) == (InvoiceStatus.PAID, invoice.gross)


def test_a_number_that_comes_later_is_taken_once(agency):
    given = invoices.issued(
        invoices.buyer(agency.organisation), [invoices.Item()], number="", origin="eboekhouden"
    )

    Invoice.objects.filter(pk=given.pk).update(number="F0001")

    assert refused("UPDATE billing_invoice SET number = 'F0002'")


def test_a_draft_changes_and_goes(agency):
    draft = invoices.issued(
        invoices.buyer(agency.organisation), [invoices.Item()], number="", status="draft"
    )

    Invoice.objects.filter(pk=draft.pk).update(notes="other")
    InvoiceLine.objects.filter(invoice=draft).update(description="other")
    changed = Invoice.objects.get(pk=draft.pk)
    assert (changed.notes, changed.lines.get().description) == ("other", "other")
    draft.delete()

    assert not Invoice.objects.filter(pk=draft.pk).exists()


def test_a_migration_finds_the_guards_away_and_leaves_them_there(invoice):
    triggers.remove(using="default")
    assert triggers.missing(connection) == set(triggers.NAMES)

    triggers.install_triggers(using="default")

    assert not triggers.missing(connection)
    assert InvoiceFile.objects.count() == 3


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (
            "ALTER TABLE billing_invoicefile RENAME TO not_yet",
            "ALTER TABLE not_yet RENAME TO billing_invoicefile",
        ),
        (
            "ALTER TABLE billing_invoicefile RENAME COLUMN sha256 TO not_yet",
            "ALTER TABLE billing_invoicefile RENAME COLUMN not_yet TO sha256",
        ),
    ],
)
def test_an_earlier_state_of_the_tables_gets_no_triggers(db, there, back):
    triggers.remove(using="default")
    with connection.cursor() as cursor:
        cursor.execute(there)

    triggers.install_triggers(using="default")

    assert triggers.missing(connection) == set(triggers.NAMES)
    with connection.cursor() as cursor:
        cursor.execute(back)
    triggers.install_triggers(using="default")
    assert triggers.missing(connection) == set()
