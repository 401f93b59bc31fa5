"""Every reason why an invoice is not made, sent, credited or booked is a sentence."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from billing.invoices import bulk_actions
from billing.invoices.bulk_actions import ACTIONS, carry_out, sort_out, why_not_mailed
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.credit_lines import CannotCredit, why_no_credit
from billing.invoices.crediting import draft_credit, settle, why_no_remote_credit
from billing.invoices.drafting import delete_draft
from billing.invoices.issuing import mark_sent
from billing.invoices.paying import mark_paid
from billing.invoices.presenters import describe_problems
from billing.invoices.proposals import propose
from billing.invoices.sales_entries import eligible, why_no_sales_entry
from billing.models import Invoice, InvoiceStatus, Origin
from billing.unbilled.work import SelectedWork
from customers.models import Customer
from integrations.models import Connection
from projects.models import Method, ScheduledAmount
from tests import factories
from tests.billing.issued import Item, as_if, issued
from tests.interleaving import just_before
from tests.plugins.servers import unused_port
from tests.responses import text

from .pages import url
from .test_crediting import credit_input
from .test_drafts import typed

NOW = timezone.now()
TODAY = factories.TODAY
KEY = "11111111-1111-1111-1111-111111111111"
LETTER = {"to": "anna@groen.example", "subject": "s", "body": "b", "key": KEY}


def draft(agency, **of_customer: object) -> Invoice:
    details = {"name": "De Groene Tuin", "email": "anna@groen.example"} | of_customer
    customer = factories.create_customer(organisation=agency.organisation, **details)
    known = set(Invoice.objects.values_list("pk", flat=True))
    agency.hours(project=factories.create_project(customer=customer))
    draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return Invoice.objects.exclude(pk__in=known).get()


def sent(agency, **of_customer: object) -> Invoice:
    return mark_sent(draft(agency, **of_customer), by=agency.member.user, now=NOW)


def problems(agency) -> list[str]:
    (refused,) = agency.proposal().refused
    return [one.text for one in describe_problems(refused, by=agency.member)]


def failures(agency, action: str, *invoices: Invoice) -> list[str]:
    outcome = carry_out(invoices, ACTIONS[action], by=agency.member.user, now=NOW)
    assert outcome.done == 0
    return outcome.failed


# --- Not made -------------------------------------------------------------------------------------


def test_a_customer_without_a_number_is_not_sent_to_e_boekhouden(connected):
    connected.hours()
    Customer.objects.update(number=" ")

    assert "The customer has no number." in problems(connected)


def test_without_any_ledger_account_nothing_is_sent_to_e_boekhouden(connected):
    connected.hours()
    Connection.objects.update(ledger_account="")

    (said,) = problems(connected)
    assert said.startswith("No ledger account is set.")


def test_an_amount_that_the_service_does_not_take_is_not_sent(connected):
    amount = ScheduledAmount.objects.create(
        project=factories.create_project(
            organisation=connected.organisation, method=Method.INSTALMENTS
        ),
        kind="instalment",
        key="1",
        description="Part",
        due_on=TODAY,
        price=Decimal("1000000000.00"),
    )
    work = SelectedWork(time_entries=(), expenses=(), trips=(), scheduled_amounts=(amount,))

    (refused,) = propose(connected.organisation, work, options=connected.options()).refused

    said = [one.text for one in describe_problems(refused, by=connected.member)]
    assert said == ["e-Boekhouden does not accept amounts above €\u00a0999,999,999.99."]


def test_without_codes_the_dialog_says_what_is_missing(inside, connected):
    entry = connected.hours()
    Connection.objects.update(sealed_code_1="")

    page = text(inside.post(reverse("billing:eboekhouden-dialog"), {"time_entry": [entry.pk]}))

    assert "The username or a security code is missing." in page


# --- Not changed ----------------------------------------------------------------------------------


def test_a_draft_that_became_final_during_the_saving_keeps_what_was_sent(inside, agency):
    invoice = draft(agency)
    data = typed(inside, invoice, reference="Too late")

    with just_before(
        "SAVEPOINT", lambda: mark_sent(invoice, by=agency.member.user, now=timezone.now())
    ):
        page = text(inside.post(url("edit", invoice.pk), data, follow=True))

    invoice.refresh_from_db()
    assert "finalised in the meantime" in page
    assert (invoice.status, invoice.reference) == (InvoiceStatus.SENT, "")


# --- Not sent, not marked -------------------------------------------------------------------------


def test_no_more_than_the_most_are_done_in_one_go(agency):
    invoices = [draft(agency, name=name) for name in ("A", "B")]

    found = sort_out(invoices, replace(ACTIONS["mark-sent"], most=1), today=TODAY)

    assert found.ready == (invoices[0],)
    assert found.skipped == ((invoices[1], "At most 1 in one go."),)


def test_many_invoices_are_judged_with_the_queries_of_one(agency, django_assert_num_queries):
    some = [sent(agency, number=f"K{n}") for n in range(3)]

    for invoices in some[:1], some:
        fresh = Invoice.objects.select_related("organisation", "customer").in_bulk(
            [one.pk for one in invoices]
        )
        with django_assert_num_queries(3):
            assert len(eligible(fresh.values()).ready) == len(invoices)


def test_invoices_beyond_the_most_of_an_action_are_left_out_by_name(agency):
    project = factories.create_project(organisation=agency.organisation)
    one = factories.create_invoice_line(project=project).invoice
    count = bulk_actions.MOST + 1
    Invoice.objects.bulk_create(
        Invoice(
            organisation=one.organisation,
            customer=one.customer,
            date=one.date,
            payment_term=one.payment_term,
            due_on=one.due_on,
        )
        for _number in range(count - 1)
    )
    posted = QueryDict(mutable=True)
    posted.setlist("invoices", [str(pk) for pk in Invoice.objects.values_list("pk", flat=True)])

    found = sort_out(
        bulk_actions.selected(agency.organisation, posted), ACTIONS["delete"], today=TODAY
    )

    assert (len(found.ready), [why for _one, why in found.skipped]) == (
        bulk_actions.MOST,
        [f"At most {bulk_actions.MOST} in one go."],
    )


def test_what_was_sent_is_not_sent_again_with_others(agency):
    invoice = sent(agency)

    found = sort_out([invoice], ACTIONS["mark-sent"], today=TODAY)

    assert (found.ready, found.skipped) == (
        (),
        ((invoice, "This invoice has already been sent."),),
    )
    assert why_not_mailed(invoice) == "This invoice has already been sent."


def test_what_is_paid_is_not_paid_again(agency, inside):
    invoice = sent(agency)
    mark_paid(invoice, by=agency.member.user, now=NOW)

    page = text(inside.post(url("change", invoice.pk, "mark-paid"), follow=True))

    assert "This invoice has already been paid." in page


def test_a_mail_server_that_is_away_ends_the_sending_of_a_selection(agency, mail_server):
    mail_server.use(unused_port())
    invoices = [draft(agency, name=name) for name in ("A", "B")]

    (said,) = failures(agency, "send", *invoices)

    assert said.startswith("A:")
    assert "The mail server cannot be reached." in said


def test_a_refused_address_does_not_keep_the_next_invoice(agency, mail_server):
    server = mail_server.start()
    server.refuses.add("wrong@groen.example")
    invoices = [draft(agency, name="A", email="wrong@groen.example"), draft(agency, name="B")]

    outcome = carry_out(invoices, ACTIONS["send"], by=agency.member.user, now=NOW)

    assert outcome.done == 1
    (said,) = outcome.failed
    assert "The mail server refused the address." in said


def test_a_draft_that_is_no_longer_lawful_is_not_marked_as_sent(agency):
    invoice = draft(agency)
    Customer.objects.update(address="", postal_code="", city="")
    invoice = Invoice.objects.get(pk=invoice.pk)

    (said,) = failures(agency, "mark-sent", invoice)

    assert "The address of the customer is not complete" in said


def test_after_a_restore_a_selection_gets_no_numbers(connected):
    invoice = draft(connected)
    Connection.objects.update(must_compare_first=True)

    (said,) = failures(connected, "mark-sent", Invoice.objects.get(pk=invoice.pk))

    assert "backup" in said


def test_an_invoice_that_was_deleted_meanwhile_is_named(agency):
    invoice = draft(agency)
    delete_draft(Invoice.objects.get(pk=invoice.pk))

    (said,) = failures(agency, "mark-sent", invoice)

    assert said == "De Groene Tuin: it has changed in the meantime."


def test_the_list_shows_what_failed(agency, inside, mail_server):
    mail_server.use(unused_port())
    invoice = draft(agency)

    page = text(inside.post(url("selection-change", "send"), {"invoices": invoice.pk}, follow=True))

    assert "The mail server cannot be reached." in page


def test_an_unknown_action_on_invoices_is_not_found(agency, inside):
    answer = inside.post(url("selection-change", "burn"), {"invoices": draft(agency).pk})

    assert answer.status_code == 404


def test_the_page_says_why_an_e_mail_was_not_sent(agency, inside, mail_server):
    mail_server.use(unused_port())
    invoice = draft(agency)

    page = text(inside.post(url("send", invoice.pk), LETTER, follow=True))

    assert "The mail server cannot be reached." in page


def test_after_a_restore_no_invoice_is_mailed(connected, inside):
    invoice = draft(connected)
    Connection.objects.update(must_compare_first=True)

    page = text(inside.post(url("send", invoice.pk), LETTER, follow=True))

    invoice.refresh_from_db()
    assert "Restored from a backup" in page
    assert (invoice.status, invoice.number) == (InvoiceStatus.DRAFT, "")


def test_a_draft_that_is_deleted_while_it_is_being_sent_is_not_sent(agency, inside):
    invoice = draft(agency)

    with just_before("SAVEPOINT", lambda: delete_draft(Invoice.objects.get(pk=invoice.pk))):
        inside.post(url("send", invoice.pk), LETTER)

    assert "deleted or changed in the meantime" in text(inside.get(url("list")))
    assert not Invoice.objects.filter(pk=invoice.pk).exists()


# --- Not booked -----------------------------------------------------------------------------------


def test_an_invoice_whose_rate_has_no_code_is_not_entered_in_the_ledger(agency):
    agency.organisation.vat_rates.update(name="Without code", code="")

    assert why_no_sales_entry(sent(agency)) == "No VAT code in e-Boekhouden: Without code."


# --- Not credited ---------------------------------------------------------------------------------


def test_a_cancelled_invoice_is_not_credited(agency):
    invoice = sent(agency)
    as_if(invoice, status=InvoiceStatus.VOID)
    invoice.refresh_from_db()

    assert why_no_credit(invoice) == "This invoice has been cancelled."


def test_a_credit_has_at_least_one_line(agency):
    with pytest.raises(CannotCredit, match="Select at least one line"):
        draft_credit(sent(agency), credit_input([]), by=agency.member.user, now=NOW)


def test_an_invoice_in_e_boekhouden_is_not_credited_over_a_connection_that_is_off(connected):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    Connection.objects.update(is_active=False)

    said = why_no_remote_credit(Invoice.objects.get())

    assert said == "The connection with e-Boekhouden is not complete."


def test_a_credit_of_lines_without_rows_has_the_period_of_its_invoice(agency):
    days = {
        "supplied_from": datetime.date(2026, 11, 1),
        "supplied_until": datetime.date(2026, 11, 20),
    }
    customer = factories.create_customer(organisation=agency.organisation)
    invoice = issued(customer, [Item()], status=InvoiceStatus.SENT, **days)

    credit = draft_credit(
        invoice, credit_input(invoice.lines.all()), by=agency.member.user, now=NOW
    )

    assert {name: getattr(credit, name) for name in days} == days


def test_a_line_that_another_user_credits_at_the_same_moment_is_credited_once(agency, inside):
    invoice = sent(agency)
    line = invoice.lines.get()
    asked = {"date": "2026-11-25", "reason": "Twice", f"line-{line.pk}": "on"}
    asked |= {f"rows-{line.pk}": "released"}

    def credit_first() -> None:
        draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)

    with just_before("INSERT INTO billing_invoiceline", credit_first):
        answer = inside.post(url("credit", invoice.pk), asked)

    assert answer.status_code == 422
    assert "have been credited in the meantime" in text(answer)
    assert invoice.credits.count() <= 1


def test_only_a_credit_is_settled(agency):
    with pytest.raises(ValueError, match="not a credit invoice"):
        settle(sent(agency), by=agency.member.user)
