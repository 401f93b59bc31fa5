"""Who invoices without managing anything gets no link to pages that are not theirs."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from billing.invoices.creating import draft_invoices
from billing.invoices.presenters import describe_left_out, describe_problems, skipped_entries
from billing.models import Invoice, Origin, ReminderHold
from billing.unbilled.presenters import describe
from billing.unbilled.reasons import Fix, Reason
from customers.models import Customer
from integrations.models import Connection
from tests import factories

from .pages import url

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def invoicer(organisation) -> Membership:
    """An employee who may see and create invoices."""
    return factories.create_membership(
        organisation=organisation, role=Role.EMPLOYEE, may_invoice=True
    )


@pytest.fixture
def theirs(client_of, invoicer):
    """The browser of this employee."""
    return client_of(invoicer)


def test_pages_name_a_customer_without_a_link_to_it(theirs, inside, agency):
    agency.hours()
    customer = Customer.objects.get()
    link = reverse("customers:customer-detail", args=[customer.pk])
    about = {"organisation": agency.organisation, "customer": customer, "since": NOW}
    ReminderHold.objects.create(**about, reason="x", by=agency.member.user)
    unbilled, holds = reverse("billing:unbilled"), reverse("billing:reminder-holds")

    for page in (unbilled, holds):
        shown = theirs.get(page).content.decode()
        assert str(customer) in shown
        assert link not in shown
        assert link in inside.get(page).content.decode()
    draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    page = url("detail", Invoice.objects.get().pk)
    assert link not in theirs.get(page).content.decode()
    assert link in inside.get(page).content.decode()


def test_the_dialog_says_whom_to_ask(theirs, inside, connected):
    entry = connected.hours()
    Customer.objects.update(number=" ")
    dialog, rows = reverse("billing:eboekhouden-dialog"), {"time_entry": [entry.pk]}
    link = reverse("customers:customer-edit", args=[Customer.objects.get().pk])

    shown = theirs.post(dialog, rows).content.decode()

    assert "Ask a project manager." in shown
    assert link not in shown
    assert link in inside.post(dialog, rows).content.decode()


def test_the_dialog_leads_to_the_settings_for_an_administrator_only(theirs, inside, connected):
    entry = connected.hours()
    Connection.objects.update(template="")
    dialog, rows = reverse("billing:eboekhouden-dialog"), {"time_entry": [entry.pk]}
    link = f'<a href="{reverse("integrations:eboekhouden")}">Settings → e-Boekhouden'

    assert link not in theirs.post(dialog, rows).content.decode()
    assert link in inside.post(dialog, rows).content.decode()


def test_what_a_batch_left_out_has_no_link_for_who_confirmed(connected, invoicer):
    connected.hours()
    Customer.objects.update(number=" ")
    proposal = connected.proposal()

    (refused,) = skipped_entries(proposal, by=invoicer)

    assert refused["url"] == ""
    assert skipped_entries(proposal, by=connected.member)[0]["url"]
    assert describe_problems(proposal.refused[0], by=invoicer)[0].link == "Ask a project manager."
    assert describe_left_out(proposal, by=invoicer) == []


def test_a_manager_sets_the_rate_of_own_projects_only(agency):
    mine, other = (factories.create_project(organisation=agency.organisation) for _ in range(2))
    manager = factories.create_membership(
        organisation=agency.organisation,
        role=Role.PROJECT_MANAGER,
        manages_all_projects=False,
        may_invoice=True,
    )
    mine.managers.add(manager)

    links = [
        describe(Reason("No rate", Fix.SET_HOURLY_RATE, project.pk), by=manager).url
        for project in (mine, other)
    ]

    assert links == [reverse("projects:project-edit", args=[mine.pk]), ""]
    rate = describe(Reason("No code", Fix.SET_VAT_CODE, agency.vat.pk), by=manager)
    assert (rate.url, rate.link) == ("", "Ask an administrator.")
