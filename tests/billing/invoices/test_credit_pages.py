"""The pages of crediting: the dialog, its totals, and the rights."""

import datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.models import FiledReturn, Invoice, Origin
from registrations.models import Status, TimeEntry
from tests import factories
from tests.billing.issued import as_if
from tests.responses import text
from vat.treatments import VatTreatment

from .pages import url
from .test_crediting import credit_input

NOW = timezone.now()


@pytest.fixture
def invoice(agency) -> Invoice:
    """A sent invoice of two lines of an hour each at 90.00."""
    return sent(agency)


def sent(agency, *, lines: int = 2) -> Invoice:
    customer = factories.create_customer(
        organisation=agency.organisation, name="De Groene Tuin", email="anna@groen.example"
    )
    project = factories.create_project(customer=customer)
    for _ in range(lines):
        agency.hours(project=project, amount=Decimal("90.00"))
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return mark_sent(draft, by=agency.member.user, now=NOW)


def answers(invoice: Invoice, *lines, **more: str) -> dict[str, str]:
    """Return the data that the browser posts for these lines."""
    boxes = {f"line-{line.pk}": "on" for line in lines}
    dispositions = {f"rows-{line.pk}": "released" for line in invoice.lines.all()}
    return {"date": "2026-11-25", "reason": "Counted double", **boxes, **dispositions, **more}


def test_the_dialog_opens_with_all_lines_ticked_and_their_total(inside, invoice):
    page = text(inside.get(url("credit", invoice.pk)))

    assert page.count(" checked") == 2
    assert "€\u00a0−217.80" in page
    assert "Can be billed again" in page


def file_last_month(agency) -> datetime.date:
    """Mark the return of last month as filed, and return its last day."""
    last = timezone.localdate().replace(day=1) - datetime.timedelta(days=1)
    FiledReturn.objects.create(
        organisation=agency.organisation,
        first=last.replace(day=1),
        last=last,
        boxes={},
        filed_at=NOW,
    )
    return last


def previewed(client, invoice: Invoice, day: datetime.date) -> str:
    """Return the dialog of a credit of one line on this day."""
    posted = answers(invoice, invoice.lines.first(), date=day.isoformat())
    return text(client.post(url("credit-preview", invoice.pk), posted))


FILED = "is marked as filed, and this invoice changes it."


def test_a_date_in_a_filed_period_is_warned_of_before_the_credit_is_made(agency, inside, invoice):
    day = file_last_month(agency)
    posted = answers(invoice, invoice.lines.first(), date=day.isoformat())

    made = inside.post(url("credit", invoice.pk), posted)

    assert FILED in previewed(inside, sent(agency), day)
    assert FILED not in previewed(inside, sent(agency), timezone.localdate())
    assert FILED in text(inside.get(made.url))


def test_a_date_whose_return_was_due_is_warned_of_too(inside, invoice):
    day = timezone.localdate() - datetime.timedelta(days=200)

    assert "If you have filed it, this invoice needs" in previewed(inside, invoice, day)


def test_a_credit_in_eboekhouden_is_warned_of_its_date_too(connected, inside):
    day = file_last_month(connected)
    connected.hours(date=day)
    order = connected.order(date=day)
    invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)
    connected.deliver()

    page = previewed(inside, Invoice.objects.get(), day)

    assert "Book credit invoice" in page
    assert FILED in page


def test_what_is_in_no_box_of_the_return_warns_of_nothing(agency, inside):
    agency.vat.percentage, agency.vat.treatment = Decimal(0), VatTreatment.EXEMPT
    agency.vat.save()

    page = previewed(inside, sent(agency), file_last_month(agency))

    assert "€\u00a0−90.00" in page
    assert FILED not in page


def test_unticking_a_line_shows_what_is_left(inside, invoice):
    first = invoice.lines.first()

    page = text(inside.post(url("credit-preview", invoice.pk), answers(invoice, first)))

    assert page.count(" checked") == 1
    assert "€\u00a0−108.90" in page
    assert not Invoice.objects.exclude(credit_of=None).exists()


def test_one_line_is_credited_and_becomes_free_when_the_credit_was_sent(inside, invoice):
    first = invoice.lines.first()

    answer = inside.post(url("credit", invoice.pk), answers(invoice, first))
    credit = Invoice.objects.get(credit_of=invoice)
    assert answer.url == url("detail", credit.pk)
    assert not TimeEntry.objects.filter(invoice_line=None).exists()
    inside.post(url("change", credit.pk, "mark-sent"))

    credit.refresh_from_db()
    assert credit.number
    assert [entry.status for entry in TimeEntry.objects.filter(invoice_line=None)] == [
        Status.APPROVED
    ]
    page = text(inside.get(url("detail", invoice.pk)))
    assert "Partly credited" in page
    assert f"Credited by {credit.number}, €\u00a0108.90" in page


def test_a_row_shows_its_invoice_and_its_credit(agency, inside, invoice):
    line = invoice.lines.first()
    entry = line.time_entries.get()
    draft = draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)
    page = reverse("registrations:hour-edit", args=[entry.pk])
    assert "This registration was on invoice" not in text(inside.get(page))

    credit = make_final(draft, by=agency.member.user, now=NOW)

    words = f"This registration was on invoice {invoice.number}, credited by {credit.number}."
    assert words in text(inside.get(page))


def test_without_lines_or_a_reason_nothing_is_made_and_it_says_why(inside, invoice):
    answer = inside.post(url("credit", invoice.pk), answers(invoice, reason=""))

    assert answer.status_code == 422
    assert "Select at least one line." in text(answer)
    assert not Invoice.objects.exclude(credit_of=None).exists()


def test_a_line_that_somebody_else_credits_meanwhile_is_shown_as_such(agency, inside, invoice):
    line = invoice.lines.first()
    posted = answers(invoice, line)
    draft_credit(invoice, credit_input([line]), by=agency.member.user, now=NOW)

    answer = inside.post(url("credit", invoice.pk), posted)

    assert answer.status_code == 422
    assert "Credited by Draft" in text(answer)
    assert Invoice.objects.filter(credit_of=invoice).count() == 1


def test_a_wholly_credited_invoice_is_not_overdue_and_cannot_be_paid(agency, inside, invoice):
    as_if(invoice, due_on="2026-01-01")
    draft = draft_credit(invoice, credit_input(invoice.lines.all()), by=agency.member.user, now=NOW)
    credit = make_final(draft, by=agency.member.user, now=NOW)

    page = text(inside.get(url("list")))
    late = text(inside.get(url("list") + "?status=overdue"))
    inside.post(url("change", invoice.pk, "mark-paid"))

    invoice.refresh_from_db()
    assert ">Credited<" in page
    assert f"credits {invoice.number}" in page
    assert credit.number not in late
    assert "overdue</span>" not in late
    assert invoice.status == "sent"


def test_only_those_who_invoice_may_credit_and_only_their_own(client_of, agency, invoice):
    employee = factories.create_membership(organisation=agency.organisation)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)

    for member, status in ((employee, 403), (stranger, 404)):
        client = client_of(member)
        assert client.get(url("credit", invoice.pk)).status_code == status
        for name in ("credit", "credit-preview"):
            answer = client.post(url(name, invoice.pk), answers(invoice, *invoice.lines.all()))
            assert answer.status_code == status
    assert not Invoice.objects.exclude(credit_of=None).exists()


def test_lines_of_another_invoice_are_not_credited_with_it(agency, inside, invoice):
    other = sent(agency)

    inside.post(
        url("credit", invoice.pk), answers(invoice, invoice.lines.first(), *other.lines.all())
    )

    assert [line.credits for line in Invoice.objects.get(credit_of=invoice).lines.all()] == [
        invoice.lines.first()
    ]


def test_the_dialog_asks_as_much_for_many_lines_as_for_one(
    agency, inside, django_assert_max_num_queries, django_assert_num_queries
):
    few, many = sent(agency, lines=1), sent(agency, lines=8)

    with django_assert_max_num_queries(26) as seen:
        assert inside.get(url("credit", few.pk)).status_code == 200
    asked = len(seen.captured_queries)
    with django_assert_num_queries(asked):
        assert inside.get(url("credit", many.pk)).status_code == 200


def test_a_credit_is_mailed_as_a_credit_invoice_that_names_the_first(agency, inside, invoice):
    credit = draft_credit(
        invoice, credit_input(invoice.lines.all()), by=agency.member.user, now=NOW
    )

    form = inside.get(url("send", credit.pk)).context["form"]
    letter = {name: form[name].value() for name in ("to", "subject", "body", "key")}
    inside.post(url("send", credit.pk), letter)

    (sent_mail,) = mail.outbox
    credit.refresh_from_db()
    assert sent_mail.subject == f"Creditfactuur {credit.number} van Studio Oost"
    assert invoice.number in sent_mail.body
    assert "betalen" not in sent_mail.body
    assert sent_mail.attachments[0].filename == f"{credit.number}.pdf"
