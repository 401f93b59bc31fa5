"""Nothing gets a date in a closed period, on any path, and every refusal says what to do."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.closed_periods import close_until, why_closed
from billing.documents.document import invoice_document_of
from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import NotAllowed, make_final
from billing.invoices.sales_entries import why_no_sales_entry
from billing.legal import check
from billing.legal.loading import document_of
from billing.models import Invoice, Origin
from registrations.models import TimeEntry

NOW = timezone.now()


@pytest.fixture
def draft(agency) -> Invoice:
    agency.hours(minutes=60)
    draft_invoices(agency.order(origin=Origin.HERE, date=localdate()), now=NOW)
    return Invoice.objects.select_related("organisation", "customer").get()


@pytest.fixture
def closed(agency):
    """Close the books until today, as an administrator does in the settings."""

    def close(day: datetime.date | None = None) -> None:
        agency.organisation.closed_until = day or localdate()
        agency.organisation.save()

    return close


def test_an_administrator_closes_a_period_in_the_settings(agency, inside):
    page = inside.get(reverse("accounts:organisation-settings"))
    fields = {name: value for name, value in page.context["form"].initial.items() if value}

    inside.post(reverse("accounts:organisation-settings"), fields | {"closed_until": "2026-09-30"})

    agency.organisation.refresh_from_db()
    assert agency.organisation.closed_until == datetime.date(2026, 9, 30)


def test_a_draft_of_a_closed_period_does_not_become_final(agency, draft, closed):
    closed()
    draft.organisation.refresh_from_db()

    assert [
        f.place.field
        for f in check(document_of(draft, invoice_document_of(draft), today=localdate())).errors
    ] == ["date"]
    with pytest.raises(NotAllowed):
        make_final(draft, by=agency.member.user, now=NOW)


def test_the_dialog_refuses_a_date_in_a_closed_period(agency, closed):
    agency.hours(minutes=60)
    closed()
    agency.organisation.refresh_from_db()

    (invoice,) = agency.proposal(date=localdate()).refused

    assert "The books are closed until" in invoice.problems[0].text
    (later,) = agency.proposal(date=localdate() + datetime.timedelta(days=1)).refused
    assert "closed" not in later.problems[0].text


def test_no_sales_entry_in_a_closed_period(draft, closed):
    sent = Invoice(organisation=draft.organisation, date=localdate(), status="sent", sent_at=NOW)
    closed()
    draft.organisation.refresh_from_db()

    assert "The books are closed until" in why_no_sales_entry(sent)


def test_registrations_of_a_closed_period_stay_as_they_are(agency, inside, closed):
    row = agency.hours(minutes=60, date=localdate())
    closed()

    inside.post(reverse("registrations:hour-delete", args=[row.pk]))

    assert TimeEntry.objects.filter(pk=row.pk).exists()
    assert not TimeEntry.objects.editable_by(agency.member).filter(pk=row.pk).exists()


def test_the_day_before_is_closed_and_the_day_after_is_open(agency, closed):
    closed(datetime.date(2026, 9, 30))
    organisation = agency.organisation

    assert "30-09-2026" in why_closed(organisation, datetime.date(2026, 9, 30))
    assert why_closed(organisation, datetime.date(2026, 10, 1)) == ""


def test_a_refusal_of_e_boekhouden_never_opens_a_period(agency):
    close_until(agency.organisation.pk, datetime.date(2026, 9, 30))
    close_until(agency.organisation.pk, datetime.date(2026, 6, 30))

    agency.organisation.refresh_from_db()
    assert agency.organisation.closed_until == datetime.date(2026, 9, 30)


def test_the_dialog_refuses_a_date_after_tomorrow(agency):
    agency.hours(minutes=60)

    (later,) = agency.proposal(date=localdate() + datetime.timedelta(days=2)).refused

    assert "is in the future" in later.problems[0].text


def test_what_is_booked_at_once_says_before_that_its_return_was_due(connected):
    connected.hours(minutes=60)
    long_ago = localdate() - datetime.timedelta(days=365)

    (old,) = connected.proposal(date=long_ago).invoices
    (new,) = connected.proposal(date=localdate()).invoices

    assert "If you have filed it, this invoice needs a supplementary return." in old.warning
    assert new.warning == ""
