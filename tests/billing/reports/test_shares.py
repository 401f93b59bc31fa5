"""The stored shares of projects and employees are those that the specifications give."""

from collections import defaultdict
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from billing.documents.archive import triggers
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.models import Invoice, InvoiceLine, InvoiceShare, InvoiceStatus, Origin, RowDisposition
from billing.reports.shares import COLUMNS, share_fields, shares, store_shares
from billing.reports.turnover import invoices_behind, sums
from lib.money import ZERO
from tests import factories
from tests.billing import issued

from .invoices import Line, create_invoice
from .test_turnover import INVOICES, make_all, query

NOW = timezone.now()


def stored():
    return set(InvoiceShare.objects.values_list("invoice", "by", "key", "cents"))


def computed():
    final = Invoice.objects.exclude(status=InvoiceStatus.DRAFT)
    rows = share_fields(final, InvoiceLine.objects.filter(invoice__in=final))
    return {(row["invoice_id"], row["by"], row["key"], row["cents"]) for row in rows}


def work(agency):
    """Rows of two people on two projects of one customer, and an expense."""
    first = factories.create_project(organisation=agency.organisation)
    second = factories.create_project(customer=first.customer)
    bram = factories.create_membership(organisation=agency.organisation)
    for project, member, minutes in ((first, agency.member, 50), (second, bram, 65)):
        factories.create_time_entry(project=project, membership=member, minutes=minutes)
    factories.create_expense(project=first, membership=agency.member, price=Decimal("42.50"))
    return first, second, bram


@given(drawn=INVOICES)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_report_of_stored_shares_is_that_of_the_specifications(agency, drawn):
    with transaction.atomic():
        make_all(agency, drawn)
        for by in COLUMNS:
            asked = query(agency, by)
            invoices = asked.invoices().order_by()
            found, parts = defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
            for one in shares(invoices, InvoiceLine.objects.filter(invoice__in=invoices), by):
                found[one.key] += one.net
                parts[one.key, one.invoice_id] += one.net

            assert sums(asked) == found
            for key in found:
                behind = invoices_behind(asked, "none" if key is None else str(key))
                assert behind == {pk: net for (own, pk), net in parts.items() if own == key}
        transaction.set_rollback(True)


def test_an_invoice_stores_its_shares_when_it_becomes_final_and_so_does_its_credit(agency):
    first, second, bram = work(agency)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    assert not stored()

    invoice = mark_sent(draft, by=agency.member.user, now=NOW)

    by_project = invoice.shares.filter(by="project")
    assert {share.key for share in by_project} == {first.pk, second.pk}
    assert sum((share.net for share in by_project), ZERO) == invoice.net
    by_employee = invoice.shares.filter(by="employee")
    assert {share.key for share in by_employee} == {agency.member.pk, bram.pk}
    assert stored() == computed()

    dispositions = {line.pk: RowDisposition.RELEASED for line in invoice.lines.all()}
    credit = draft_credit(
        invoice, CreditInput(dispositions, "Wrong", factories.TODAY), by=agency.member.user, now=NOW
    )
    make_final(credit, by=agency.member.user, now=NOW)

    taken = {(by, key, -cents) for pk, by, key, cents in stored() if pk == credit.pk}
    assert taken == {(by, key, cents) for pk, by, key, cents in stored() if pk == invoice.pk}
    assert stored() == computed()


def test_an_invoice_for_eboekhouden_stores_its_shares(connected):
    work(connected)

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    assert stored() == computed() != set()


def test_invoices_that_were_final_before_get_their_shares(agency):
    project = factories.create_project(organisation=agency.organisation)
    rows = [(agency.member, project, "1.00"), (None, project, "2.00")]
    create_invoice(agency.organisation, Line("100.00", agency.vat, project, rows), discount="10")
    create_invoice(agency.organisation, status=InvoiceStatus.VOID)
    create_invoice(agency.organisation, Line("5.00", agency.vat), status=InvoiceStatus.DRAFT)
    before = stored()
    triggers.remove(using="default")
    InvoiceShare.objects.all().delete()

    migration = import_module("billing.migrations.0010_fill_invoice_shares")
    migration.fill(apps, SimpleNamespace(connection=connection))
    triggers.install_triggers(using="default")

    assert stored() == before == computed() != set()


def test_many_invoices_store_their_shares_in_as_many_queries_as_one(agency):
    customer = issued.buyer(agency.organisation)

    def queries(count):
        drafts = [issued.drafted(customer, [issued.Item()]) for _number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            store_shares(drafts)
        return len(asked)

    assert queries(1) == queries(30) <= 8


@pytest.mark.parametrize("by", COLUMNS)
def test_a_group_is_added_up_in_one_query(agency, by, django_assert_num_queries):
    project = factories.create_project(organisation=agency.organisation)
    create_invoice(agency.organisation, Line("1.00", agency.vat, project))
    asked = query(agency, by)

    with django_assert_num_queries(1):
        assert sum(sums(asked).values()) == 1
