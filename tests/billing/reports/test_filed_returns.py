"""A VAT return that was marked as filed, and what changed after that."""

import datetime
import random
import re
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing.documents.archive import triggers
from billing.invoices.creating import draft_invoices
from billing.models import FiledPart, FiledReturn, FilingKind, Invoice, InvoiceStatus, Origin
from billing.reports.filed_changes import changes_of, needs_supplementary, vat_changed_in
from billing.reports.filing import CannotFile, file_return, fingerprint, latest_of, withdraw
from billing.reports.vat_overview import Amounts
from billing.reports.vat_return import invoices_in, vat_return
from lib.money import ZERO
from registrations.periods import Period
from tests import factories
from tests.billing import issued as invoices
from vat.treatments import VatTreatment

from .invoices import Line, create_invoice

NOW = timezone.now()
TODAY = factories.TODAY
QUARTER = Period(datetime.date(2026, 7, 1), datetime.date(2026, 9, 30))
INSIDE = datetime.date(2026, 8, 15)
DAYS = {"period": "custom", "since": "2026-07-01", "until": "2026-09-30"}
RETURN = FilingKind.RETURN


def invoiced(agency, net="100.00", date=INSIDE, **fields):
    return create_invoice(agency.organisation, Line(net, agency.vat), date=date, **fields)


def now_in_boxes(agency, period=QUARTER):
    return vat_return(agency.organisation, period)


def filed(agency, period=QUARTER, kind=RETURN, today=TODAY):
    return file_return(
        agency.organisation,
        period,
        kind=kind,
        shown=fingerprint(now_in_boxes(agency, period).parts),
        by=agency.member.user,
        now=NOW,
        today=today,
    )


def changes(agency, one):
    return changes_of(one, now_in_boxes(agency, Period(one.first, one.last)))


def differences(agency, one):
    found = changes(agency, one).boxes
    return {str(box.box): box.difference for box in found if box.difference}


# --- Marking as filed -----------------------------------------------------------------------------


def test_the_amounts_as_filed_are_kept_with_who_and_when(agency):
    invoiced(agency, "100.99")

    one = filed(agency)

    assert (one.filed_by, one.filed_at, one.kind) == (agency.member.user, NOW, RETURN)
    assert one.boxes["1a"] == {
        "net": "100.99",
        "vat": "21.21",
        "turnover": "101",
        "whole_vat": "21",
    }
    assert set(one.boxes) == {"1a", "1b", "1c", "1e", "3a", "3b"}
    assert not changes(agency, one)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_filedreturn SET boxes = '{}'",
        "UPDATE billing_filedreturn SET last = '2026-12-31'",
        "UPDATE billing_filedreturn SET filed_at = '2020-01-01'",
        "UPDATE billing_filedreturn SET counts_in = '2020-01-01'",
        "DELETE FROM billing_filedreturn",
        "UPDATE billing_filedpart SET vat = 0",
        "DELETE FROM billing_filedpart",
    ],
)
def test_the_database_refuses_to_change_what_was_filed(agency, statement):
    invoiced(agency)
    filed(agency)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_mark_is_withdrawn_once_and_stays_in_the_list(agency):
    one = filed(agency)

    assert withdraw(one, by=agency.member.user, now=NOW)
    assert not withdraw(one, by=agency.member.user, now=NOW)
    assert latest_of(agency.organisation, QUARTER) is None
    assert FiledReturn.objects.get().withdrawn_by == agency.member.user
    with pytest.raises(IntegrityError), transaction.atomic():
        FiledReturn.objects.update(withdrawn_at=None)
    assert filed(agency).pk != one.pk


@pytest.mark.parametrize(
    ("first", "last", "today", "words"),
    [
        ("2026-07-01", "2026-09-29", "2026-11-22", "whole month, quarter or year"),
        ("2026-07-01", "2026-09-30", "2026-09-30", "not ended"),
        ("2026-01-01", "2026-12-31", "2027-01-05", "overlaps"),
        ("2026-06-01", "2026-06-30", "2026-11-22", "overlaps"),
    ],
)
def test_a_period_that_cannot_be_filed_is_refused_with_the_reason(
    agency, first, last, today, words
):
    filed(agency, Period(datetime.date(2026, 4, 1), datetime.date(2026, 6, 30)))
    fromiso = datetime.date.fromisoformat

    with pytest.raises(CannotFile, match=words):
        filed(agency, Period(fromiso(first), fromiso(last)), today=fromiso(today))


def test_amounts_that_changed_while_the_page_was_open_are_not_filed(agency):
    shown = fingerprint(now_in_boxes(agency).parts)
    invoiced(agency)

    with pytest.raises(CannotFile, match="changed"):
        file_return(
            agency.organisation,
            QUARTER,
            kind=RETURN,
            shown=shown,
            by=agency.member.user,
            now=NOW,
            today=TODAY,
        )
    assert not FiledReturn.objects.exists()


def test_a_period_is_filed_once_and_corrected_after_that(agency):
    with pytest.raises(CannotFile):
        filed(agency, kind=FilingKind.SUPPLEMENTARY)
    filed(agency)
    with pytest.raises(CannotFile):
        filed(agency)
    invoiced(agency)

    correction = filed(agency, kind=FilingKind.SUPPLEMENTARY)

    assert latest_of(agency.organisation, QUARTER) == correction
    assert not changes(agency, correction)


# --- What changed after that ----------------------------------------------------------------------


def test_a_later_invoice_dated_in_the_period_is_a_change(agency):
    invoiced(agency)
    one = filed(agency)
    late = invoiced(agency, "50.00")

    assert differences(agency, one) == {"1a": Amounts(Decimal("50.00"), Decimal("10.50"))}
    assert dict(changes(agency, one).invoices) == {late.pk: Amounts(late.net, late.vat)}


def test_a_credit_dated_in_the_period_is_a_change_and_one_dated_later_is_not(agency):
    first = invoiced(agency)
    one = filed(agency)

    invoiced(agency, "-100.00", credit_of=first, date=datetime.date(2026, 10, 1))
    assert not changes(agency, one)

    invoiced(agency, "-30.00", credit_of=first)
    assert differences(agency, one) == {"1a": Amounts(Decimal("-30.00"), Decimal("-6.30"))}


def test_an_invoice_cancelled_after_filing_is_a_change(agency):
    invoice = invoiced(agency)
    one = filed(agency)
    Invoice.objects.filter(pk=invoice.pk).update(status=InvoiceStatus.VOID)

    assert differences(agency, one) == {"1a": Amounts(-invoice.net, -invoice.vat)}


def test_a_draft_that_becomes_final_later_is_a_change(agency):
    draft = invoiced(agency, status=InvoiceStatus.DRAFT)
    one = filed(agency)
    assert not changes(agency, one)

    Invoice.objects.filter(pk=draft.pk).update(status=InvoiceStatus.FINAL, number="R1")

    assert differences(agency, one) == {"1a": Amounts(draft.net, draft.vat)}


def test_payments_change_nothing_of_a_filed_return(agency):
    invoice = invoiced(agency)
    one = filed(agency)
    Invoice.objects.filter(pk=invoice.pk).update(
        status=InvoiceStatus.PAID, paid_amount=invoice.gross
    )

    assert not changes(agency, one)


@pytest.mark.parametrize("seed", range(3))
def test_the_changes_of_random_invoices_are_what_came_and_went(agency, seed):
    dice = random.Random(seed)
    organisation = invoices.complete(agency.organisation)
    customers = {kind: invoices.buyer(organisation, kind) for kind in invoices.KINDS}
    period = Period(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    for number in range(40):
        invoices.random_invoice(dice, customers, number=f"A{number}")
    one = filed(agency, period, today=datetime.date(2027, 1, 4))
    gone = dice.sample(list(Invoice.objects.values_list("pk", flat=True)), 7)
    lost = sum(Invoice.objects.filter(pk__in=gone).values_list("vat", flat=True), ZERO)
    Invoice.objects.filter(pk__in=gone).update(status=InvoiceStatus.VOID)
    come = sum(
        (invoices.random_invoice(dice, customers, number=f"B{n}").vat for n in range(9)), ZERO
    )

    found = changes(agency, one)

    assert found.vat == come - lost
    assert vat_changed_in(organisation, 2026) == come - lost
    for box in found.boxes:
        assert box.filed.amounts.net == Decimal(one.boxes[box.box]["net"])
    nets = sum((box.difference.net for box in found.boxes), ZERO)
    assert sum(found.invoices.values(), Amounts()) == Amounts(nets, found.vat)


@pytest.mark.parametrize(
    ("vat", "is_needed"), [("1000.00", False), ("1000.01", True), ("-1000.01", True), ("0", False)]
)
def test_a_supplementary_return_is_needed_above_a_thousand_euros(vat, is_needed):
    assert needs_supplementary(Decimal(vat)) is is_needed


def test_the_changes_of_a_year_are_counted_together_on_balance(agency):
    for month in (1, 2, 3):
        filed(agency, Period.months(2026, month, length=1))
    invoiced(agency, "3000.00", date=datetime.date(2026, 1, 31))
    invoiced(agency, "4000.00", date=datetime.date(2026, 3, 1))
    invoiced(agency, "-1000.00", date=datetime.date(2026, 2, 28))

    assert vat_changed_in(agency.organisation, 2026) == Decimal("1260.00")
    assert vat_changed_in(agency.organisation, 2025) == ZERO


# --- Corrected in a later return ------------------------------------------------------------------

NEXT = Period(datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
AFTER_NEXT = Period(datetime.date(2027, 1, 1), datetime.date(2027, 3, 31))
IN_NEXT = FilingKind.IN_NEXT_RETURN
LATER = datetime.date(2027, 6, 1)


def boxes(agency, period):
    found = now_in_boxes(agency, period).rows
    return {str(row.box): row.amounts for row in found if row.amounts}


def eur(net, vat):
    return Amounts(Decimal(net), Decimal(vat))


def corrected(agency, net="50.00"):
    """File the third quarter, invoice in it, and correct that in a later return."""
    filed(agency)
    late = invoiced(agency, net)
    return late, filed(agency, kind=IN_NEXT)


def test_a_correction_in_a_later_return_is_added_to_the_boxes_of_the_next_one(agency):
    late, correction = corrected(agency)
    invoiced(agency, "1000.00", date=datetime.date(2026, 11, 3))

    found = now_in_boxes(agency, NEXT)

    assert correction.counts_in == NEXT.first
    assert boxes(agency, NEXT) == {"1a": eur("1050.00", "220.50")}
    assert [(one.filed, one.amounts) for one in found.corrections] == [
        (correction, eur("50.00", "10.50"))
    ]
    assert invoices_in(agency.organisation, NEXT, "1a")[late.pk] == eur("50.00", "10.50")
    # Its own period has the invoice itself; the return after the next one has nothing.
    assert boxes(agency, QUARTER) == {"1a": eur("50.00", "10.50")}
    assert boxes(agency, AFTER_NEXT) == {}


def test_a_year_with_both_periods_has_the_correction_once(agency):
    corrected(agency)

    year = Period.months(2026, 1, length=12)

    assert boxes(agency, year) == {"1a": eur("50.00", "10.50")}
    assert vat_changed_in(agency.organisation, 2026) == ZERO


def test_a_correction_goes_into_the_first_return_that_is_not_filed(agency):
    filed(agency)
    filed(agency, NEXT, today=LATER)
    invoiced(agency)

    correction = filed(agency, kind=IN_NEXT)

    assert correction.counts_in == AFTER_NEXT.first
    assert boxes(agency, NEXT) == {}
    assert boxes(agency, AFTER_NEXT) == {"1a": eur("100.00", "21.00")}


def test_a_return_that_was_filed_with_a_correction_has_no_changes(agency):
    corrected(agency)
    following = filed(agency, NEXT, today=LATER)

    assert not changes(agency, following)
    assert vat_changed_in(agency.organisation, 2026) == ZERO
    late = invoiced(agency, "10.00", date=NEXT.last)
    assert dict(changes(agency, following).invoices) == {late.pk: eur("10.00", "2.10")}
    assert vat_changed_in(agency.organisation, 2026) == Decimal("2.10")


def test_a_correction_that_is_withdrawn_leaves_the_later_return_and_shows_there(agency):
    late, correction = corrected(agency)
    following = filed(agency, NEXT, today=LATER)

    withdraw(correction, by=agency.member.user, now=NOW)

    assert boxes(agency, NEXT) == {}
    assert dict(changes(agency, following).invoices) == {late.pk: eur("-50.00", "-10.50")}
    assert vat_changed_in(agency.organisation, 2026) == ZERO


def test_two_corrections_of_one_return_are_added_one_after_the_other(agency):
    corrected(agency)
    invoiced(agency, "7.00")
    filed(agency, kind=IN_NEXT)

    assert boxes(agency, NEXT) == {"1a": eur("57.00", "11.97")}
    assert len(now_in_boxes(agency, NEXT).corrections) == 2


def test_a_supplementary_return_is_added_to_no_other(agency):
    filed(agency)
    invoiced(agency)

    correction = filed(agency, kind=FilingKind.SUPPLEMENTARY)

    assert correction.counts_in is None
    assert boxes(agency, NEXT) == {}


def test_a_correction_of_before_it_was_added_by_the_program_is_left_to_people(agency):
    _late, correction = corrected(agency)
    triggers.remove(using="default")
    FiledReturn.objects.filter(pk=correction.pk).update(counts_in=None)
    triggers.install_triggers(using="default")

    assert boxes(agency, NEXT) == {}


def test_a_mark_that_was_corrected_later_is_withdrawn_after_that_correction(agency):
    first = filed(agency)
    invoiced(agency)
    correction = filed(agency, kind=IN_NEXT)

    with pytest.raises(CannotFile, match="corrected later"):
        withdraw(first, by=agency.member.user, now=NOW)

    assert withdraw(correction, by=agency.member.user, now=NOW)
    assert withdraw(first, by=agency.member.user, now=NOW)


# --- The pages ------------------------------------------------------------------------------------


def post(inside, page="report-return-file", **data):
    url = reverse(f"billing:{page}")
    return inside.post(f"{url}?period=custom&since=2026-07-01&until=2026-09-30", data)


def shown(inside):
    page = inside.get(reverse("billing:report-return"), DAYS).content.decode()
    return re.search(r'name="shown" value="(\w+)"', page).group(1)


def test_a_person_marks_the_return_and_sees_what_changed_after_that(inside, agency):
    invoiced(agency)
    answer = post(inside, kind="return", shown=shown(inside))
    assert answer.status_code == 302

    page = inside.get(answer["Location"]).content.decode()
    assert "Nothing changed after that." in page
    assert FiledPart.objects.count() == 1

    invoiced(agency, "5000.00")
    page = inside.get(answer["Location"]).content.decode()
    assert "That is more than € 1,000." in page
    listed = inside.get(reverse("billing:report-return-changes"), DAYS)
    assert listed.context["sum"] == Amounts(Decimal("5000.00"), Decimal("1050.00"))
    assert "Final after filing" in listed.content.decode()


def test_a_small_change_may_go_into_the_next_return_but_not_one_of_box_3b(inside, agency):
    filed(agency)
    services = factories.create_vat_rate(
        organisation=agency.organisation, name="EU", treatment=VatTreatment.EU_SERVICES
    )
    invoiced(agency)
    page = inside.get(reverse("billing:report-return"), DAYS).content.decode()
    assert "may go into your next return" in page
    assert "Correct the ICP return" not in page

    create_invoice(agency.organisation, Line("1.00", services), date=INSIDE)
    page = inside.get(reverse("billing:report-return"), DAYS).content.decode()
    assert "Correct the ICP return" in page


def test_the_page_names_the_return_in_which_a_correction_counts(inside, agency):
    first = filed(agency)
    invoiced(agency)
    address = reverse("billing:report-return")
    page = inside.get(address, DAYS).content.decode()
    assert "the differences are added to the return of 01-10-2026 – 31-12-2026." in page

    stale = {"kind": "next_return", "shown": shown(inside), "counts_in": "2027-01-01"}
    post(inside, **stale)
    assert FiledReturn.objects.count() == 1
    post(inside, **stale | {"counts_in": "2026-10-01"})

    page = inside.get(address, DAYS | {"since": "2026-10-01", "until": "2026-12-31"})
    text = page.content.decode()
    assert "This return has corrections of earlier returns." in text
    assert "01-07-2026 – 30-09-2026: €\u00a0100.00 excl. VAT, €\u00a021.00 VAT." in text
    assert "in the return from 01-10-2026" in text
    answer = post(inside, "report-return-withdraw", filed=first.pk)
    (said,) = [str(one) for one in get_messages(answer.wsgi_request)][-1:]
    assert said == "This return was corrected later. Withdraw that correction first."


def test_the_books_are_closed_with_it_only_if_an_administrator_asks(inside, agency, client):
    post(inside, kind="return", shown=shown(inside))
    agency.organisation.refresh_from_db()
    assert agency.organisation.closed_until is None
    withdraw(FiledReturn.objects.get(), by=agency.member.user, now=NOW)

    bookkeeper = factories.create_membership(
        organisation=agency.organisation, role=Role.EMPLOYEE, may_invoice=True
    )
    client.force_login(bookkeeper.user)
    assert 'name="close"' not in (
        client.get(reverse("billing:report-return"), DAYS).content.decode()
    )
    post(client, kind="return", shown=shown(client), close="on")
    agency.organisation.refresh_from_db()
    assert agency.organisation.closed_until is None
    withdraw(FiledReturn.objects.latest("pk"), by=agency.member.user, now=NOW)

    client.force_login(agency.member.user)
    post(client, kind="return", shown=shown(client), close="on")
    agency.organisation.refresh_from_db()
    assert agency.organisation.closed_until == QUARTER.last


def test_a_refusal_is_said(inside, agency):
    answer = post(inside, kind="return", shown="0" * 64)

    (message,) = get_messages(answer.wsgi_request)
    assert "changed since you opened the page" in str(message)
    assert not FiledReturn.objects.exists()


def test_nobody_files_or_withdraws_for_another_organisation(client, agency):
    one = filed(agency)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    client.force_login(stranger.user)

    post(client, "report-return-withdraw", filed=str(one.pk))
    post(client, kind="return", shown=fingerprint({}))

    one.refresh_from_db()
    assert one.withdrawn_at is None
    assert FiledReturn.objects.get(organisation=agency.organisation) == one
    assert FiledReturn.objects.get(organisation=stranger.organisation).vat == 0


@pytest.mark.parametrize("page", ["report-return-file", "report-return-withdraw"])
@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.EMPLOYEE])
def test_who_may_not_see_invoices_marks_nothing(client, agency, page, role):
    one = filed(agency)
    member = factories.create_membership(organisation=agency.organisation, role=role)
    client.force_login(member.user)

    assert post(client, page, filed=str(one.pk), kind="return").status_code == 403
    one.refresh_from_db()
    assert one.withdrawn_at is None


def test_many_changes_and_many_returns_cost_as_many_queries_as_one(inside, agency):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            for name in ("report-return", "report-return-changes"):
                inside.get(reverse(f"billing:{name}"), DAYS)
        return len(asked)

    filed(agency)
    invoiced(agency)
    of_one = queries()
    for month in range(1, 7):
        filed(agency, Period.months(2026, month, length=1))
    for _number in range(20):
        invoiced(agency)

    assert queries() == of_one


def test_a_draft_dated_in_a_filed_period_says_so_until_the_mark_is_withdrawn(agency, inside):
    agency.hours(minutes=60)
    draft_invoices(agency.order(origin=Origin.HERE, date=INSIDE), now=NOW)
    page = reverse("billing:invoice-detail", args=[Invoice.objects.get().pk])
    sentence = "The VAT return of 01-07-2026 – 30-09-2026 is marked as filed"
    before = inside.get(page).content.decode()

    one = filed(agency)
    between = inside.get(page).content.decode()
    withdraw(one, by=agency.member.user, now=NOW)
    after = inside.get(page).content.decode()

    assert (sentence in before, sentence in between, sentence in after) == (False, True, False)
    assert "The VAT return over the quarter" in before
