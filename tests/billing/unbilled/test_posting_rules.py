"""Which VAT rate a row gets: its own, the customer's or the usual one, as of the day of supply.

Worked example: lodging went from 9 to 21 % on 1 January 2026.
"""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Origin
from billing.unbilled.billable import billable
from billing.unbilled.presenters import describe
from billing.unbilled.work import SelectedWork
from tests import factories
from vat.models import VatRate
from vat.rates_by_date import NoRateThen, rate_on
from vat.treatments import VatTreatment

LAST_DAY = datetime.date(2025, 12, 31)
NEW_YEAR = datetime.date(2026, 1, 1)
EU_GOODS, EU_SERVICES = VatTreatment.EU_GOODS, VatTreatment.EU_SERVICES


@pytest.fixture
def lodging(agency) -> tuple[VatRate, VatRate]:
    """9% until the end of 2025, and 21% that follows on it."""
    organisation = agency.organisation
    low = factories.create_vat_rate(
        organisation=organisation,
        name="Lodging 9%",
        percentage=Decimal(9),
        code="LAAG_VERK_9",
        valid_until=LAST_DAY,
    )
    high = factories.create_vat_rate(
        organisation=organisation, name="Lodging 21%", valid_from=NEW_YEAR, replaces=low
    )
    return low, high


def terms_of(agency, *, on: datetime.date = factories.TODAY, **customer: object):
    """The terms of an hour of work on a task with the usual rate, or the one given as `task`."""
    task = factories.create_task(
        organisation=agency.organisation, vat_rate=customer.pop("task", None)
    )
    project = factories.create_project(
        customer=factories.create_customer(organisation=agency.organisation, **customer)
    )
    entry = agency.hours(project=project, task=task, date=on)
    (item,) = billable_of(agency, entry)
    return item.posting_rule


def billable_of(agency, *entries):
    found = billable(agency.organisation, SelectedWork(time_entries=entries))
    return [item for items in found.items.values() for item in items]


def rate(agency, treatment: str, code: str = "") -> VatRate:
    return factories.create_vat_rate(
        organisation=agency.organisation,
        name=treatment,
        percentage=Decimal(0),
        treatment=treatment,
        code=code,
    )


# --- The day of supply ----------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [0, 1])
@pytest.mark.parametrize(("day", "percentage"), [(LAST_DAY, 9), (NEW_YEAR, 21)])
def test_the_day_of_supply_decides_whichever_of_the_two_was_chosen(
    agency, lodging, chosen, day, percentage
):
    assert terms_of(agency, task=lodging[chosen], on=day).vat_percentage == percentage


def test_an_invoice_over_new_year_has_both_rates_on_lines_of_their_own(agency, lodging):
    task = factories.create_task(organisation=agency.organisation, vat_rate=lodging[0])
    project = factories.create_project(organisation=agency.organisation)
    for day in (LAST_DAY, NEW_YEAR):
        agency.hours(project=project, task=task, date=day)

    (invoice,) = agency.proposal(origin=Origin.HERE).invoices

    assert sorted((line.vat_percentage, line.net) for line in invoice.lines) == [
        (9, Decimal("90.00")),
        (21, Decimal("90.00")),
    ]
    assert invoice.totals.vat == Decimal("27.00")


@pytest.mark.parametrize(
    ("dates", "day", "said"),
    [
        ({"valid_until": LAST_DAY}, NEW_YEAR, "has ended"),
        ({"valid_from": NEW_YEAR}, LAST_DAY, "is not valid yet"),
    ],
)
def test_without_a_link_the_row_is_left_out_and_the_page_to_mend_it_is_named(
    agency, dates, day, said
):
    VatRate.objects.filter(pk=agency.vat.pk).update(**dates)
    agency.hours(date=day)

    proposal = agency.proposal(origin=Origin.HERE)

    ((reason, count),) = proposal.skipped
    assert (count, proposal.is_empty) == (1, True)
    assert said in reason.text
    assert describe(reason, by=agency.member).url.endswith(f"/settings/vat-rates/{agency.vat.pk}/")


def test_a_subscription_has_the_rate_of_the_end_of_its_period(agency, lodging):
    task = factories.create_task(organisation=agency.organisation, vat_rate=lodging[0])
    project = factories.create_project(organisation=agency.organisation)
    scheduled = project.scheduled_amounts.create(
        kind="period",
        key="1",
        description="Winter",
        due_on=LAST_DAY,
        period_until=NEW_YEAR,
        price=Decimal(100),
        task=task,
    )
    found = billable(agency.organisation, SelectedWork(scheduled_amounts=(scheduled,)))

    ((item,),) = found.items.values()
    assert item.posting_rule.vat_percentage == 21


CHAIN = [
    VatRate(
        pk=year,
        name=str(year),
        replaces_id=year - 1 if year > 2020 else None,
        valid_from=datetime.date(year, 1, 1) if year > 2020 else None,
        valid_until=datetime.date(year, 12, 31) if year < 2029 else None,
    )
    for year in range(2020, 2030)
]


@given(start=st.sampled_from(CHAIN), day=st.dates(datetime.date(2019, 1, 1)))
def test_every_day_has_one_rate_of_a_chain_wherever_one_starts(start, day):
    found = rate_on(start, day, rates={one.pk: one for one in CHAIN})

    assert found.pk == min(max(day.year, 2020), 2029)


def test_rates_that_were_tied_into_a_ring_still_end():
    one, two = (VatRate(pk=pk, name="x", replaces_id=3 - pk) for pk in (1, 2))
    one.valid_until = two.valid_until = LAST_DAY

    with pytest.raises(NoRateThen):
        rate_on(one, NEW_YEAR, rates={1: one, 2: two})


# --- Whose rate -----------------------------------------------------------------------------------


def test_a_customer_with_reverse_charge_has_it_for_everything(agency, lodging):
    shifted = rate(agency, VatTreatment.REVERSE_CHARGE)

    assert terms_of(agency, task=lodging[1], vat_rate=shifted).vat_treatment == shifted.treatment


@pytest.mark.parametrize(("customers", "tasks"), [(EU_SERVICES, EU_GOODS), (EU_GOODS, EU_SERVICES)])
def test_within_the_eu_the_task_says_whether_it_is_goods_or_services(agency, customers, tasks):
    rule = terms_of(
        agency, task=rate(agency, tasks), vat_rate=rate(agency, customers), country="DE"
    )

    assert rule.vat_treatment == tasks


def test_a_domestic_rate_of_a_task_says_nothing_about_a_customer_within_the_eu(agency, lodging):
    services = rate(agency, EU_SERVICES)

    assert terms_of(agency, task=lodging[1], vat_rate=services).vat_treatment == EU_SERVICES


def test_a_task_of_goods_within_the_eu_has_the_usual_rate_for_a_customer_here(agency):
    goods = rate(agency, EU_GOODS)

    assert terms_of(agency, task=goods, country="NL").vat_percentage == 21
    assert terms_of(agency, task=goods, country="DE").vat_treatment == EU_GOODS
