"""Settings → Invoices and Settings → VAT rates."""

import datetime
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation
from billing.models import Design, InvoiceSettings, NumberSeries
from lib.placeholders import fill_placeholders
from tests.factories import create_customer, create_organisation, create_vat_rate
from tests.interleaving import just_before
from vat.models import VatRate
from vat.rates import create_standard_rates, default_rate
from vat.treatments import VatTreatment

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TEXTS = {
    "prefix": "F",
    "eboekhouden_prefix": "TC",
    "payment_term": "14",
    "design": "classic",
    "footer": "Thank you",
    "mail_subject_en": "Invoice {number}",
    "mail_body_en": "Dear {customer}, {total} before {due_date}. {organisation}",
}
RATE = {"name": "Low", "percentage": "9", "treatment": "domestic", "code": "laag_verk_9"}


@pytest.fixture
def organisation() -> Organisation:
    return create_organisation(language="en")


def test_settings_are_stored_the_first_time_and_the_next(
    inside: Client, organisation: Organisation
) -> None:
    page = reverse("billing:invoice-settings")

    inside.post(page, TEXTS)
    inside.post(page, {**TEXTS, "payment_term": "21"})

    stored = InvoiceSettings.objects.get(organisation=organisation)
    assert (stored.prefix, stored.payment_term, stored.design) == ("F", 21, "classic")


def test_a_default_payment_term_beyond_the_law_is_stored_only_when_confirmed(
    inside: Client, organisation: Organisation
) -> None:
    page, typed = reverse("billing:invoice-settings"), {**TEXTS, "payment_term": "61"}

    refused = inside.post(page, typed)
    (question,) = refused.context["form"].questions_at("payment_term")
    shown = inside.post(page, typed, headers={"X-Typing": "1"}).content.decode()
    inside.post(page, typed | {"confirmed": question.token})

    assert refused.status_code == 422
    assert "more than 60 days is only valid if both agreed" in shown
    assert InvoiceSettings.objects.get(organisation=organisation).payment_term == 61
    # It is asked once, not each time that the page is saved.
    assert inside.post(page, typed).status_code == 302


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("mail_subject_en", "Invoice {nummer}", "{nummer} cannot be filled in"),
        ("mail_body_en", "{customer.organisation}", "{customer.organisation} cannot be filled in"),
        ("mail_body_en", "{}", "cannot be filled in"),
        ("prefix", "A/B", "letters, digits and dashes"),
        ("prefix", "TC", "Each series has its own count"),
        ("payment_term", "1000", "365"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(
    inside: Client, organisation: Organisation, field: str, typed: str, sentence: str
) -> None:
    answer = inside.post(reverse("billing:invoice-settings"), {**TEXTS, field: typed})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not InvoiceSettings.objects.exists()


@pytest.mark.parametrize("design", Design.values)
def test_each_design_has_its_picture(inside: Client, design: str) -> None:
    page = inside.get(reverse("billing:invoice-settings")).content.decode()
    picture = inside.get(reverse("billing:invoice-settings-design", args=[design]))

    assert f"designs/{design}.png" in page
    assert Image.open(io.BytesIO(picture.content)).size == (794, 1123)


def test_a_design_that_is_not_there_has_no_picture(inside: Client) -> None:
    url = reverse("billing:invoice-settings-design", args=["modern"]).replace("modern", "gothic")

    assert inside.get(url).status_code == 404


def test_the_page_shows_which_number_is_next(inside: Client, organisation: Organisation) -> None:
    year = timezone.localdate().year
    NumberSeries.objects.create(organisation=organisation, prefix="F", year=year, last=41)

    answer = inside.get(reverse("billing:invoice-settings-number"), {"prefix": "F"})

    assert f"F{year}-0042" in answer.content.decode()
    assert NumberSeries.objects.get().last == 41


def test_the_numbers_of_others_are_not_counted(inside: Client) -> None:
    year = timezone.localdate().year
    other = create_organisation(name="Other")
    NumberSeries.objects.create(organisation=other, prefix="F", year=year, last=41)

    answer = inside.get(reverse("billing:invoice-settings-number"), {"prefix": "F"})

    assert f"F{year}-0001" in answer.content.decode()


def test_placeholders_are_filled_in_and_nothing_is_run() -> None:
    text = "{number} {number.__class__} { number } {other}"

    assert fill_placeholders(text, {"number": "F1"}) == "F1 {number.__class__} { number } {other}"


def test_the_standard_set_is_made_once(organisation: Organisation) -> None:
    create_standard_rates(organisation)
    create_standard_rates(organisation)

    rates = {rate.code: rate for rate in organisation.vat_rates.all()}
    assert organisation.vat_rates.count() == 9
    assert {rate.treatment for rate in organisation.vat_rates.all()} == set(VatTreatment)
    assert rates["HOOG_VERK_21"].percentage == 21
    assert rates["BI_EU_VERK_D"].treatment == "eu_services"
    assert default_rate(organisation) == rates["HOOG_VERK_21"]


def test_the_standard_set_leaves_what_is_there(organisation: Organisation) -> None:
    own = create_vat_rate(organisation=organisation, name="Mine", is_default=True)

    create_standard_rates(organisation)

    assert default_rate(organisation) == own
    assert organisation.vat_rates.filter(code="HOOG_VERK_21").get() == own


def test_a_rate_is_added_with_its_code_in_capitals(
    inside: Client, organisation: Organisation
) -> None:
    inside.post(reverse("billing:vat-rate-add"), RATE)

    rate = organisation.vat_rates.get()
    assert (rate.code, rate.percentage) == ("LAAG_VERK_9", Decimal(9))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "HOOG_INK_21"}, "code"),
        ({"code": "HOOG_VERK_21"}, "code"),
        ({"treatment": "eu_services", "percentage": "0", "code": "BI_EU_VERK"}, "code"),
        ({"code": "WHAT EVER"}, "code"),
        ({"percentage": "0"}, "code"),
        ({"treatment": "reverse_charge"}, "percentage"),
        ({"percentage": "101"}, "percentage"),
        ({"name": "21% "}, "name"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "valid_until"),
    ],
)
def test_a_rate_that_contradicts_itself_is_refused(
    inside: Client, organisation: Organisation, changes: dict[str, str], field: str
) -> None:
    create_vat_rate(organisation=organisation)

    answer = inside.post(reverse("billing:vat-rate-add"), {**RATE, **changes})

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert organisation.vat_rates.count() == 1


def test_a_successor_that_another_request_adds_at_the_same_moment_is_said(
    inside: Client, organisation: Organisation
) -> None:
    low = create_vat_rate(organisation=organisation, percentage=9, code="LAAG_VERK_9")
    typed = {"valid_from": "2026-01-01", "percentage": "21", "name": "New", "code": ""}

    def other() -> None:
        create_vat_rate(organisation=organisation, name="Newer", replaces=low)

    with just_before("INSERT INTO vat_vatrate", other):
        answer = inside.post(reverse("billing:vat-rate-follow", args=[low.pk]), typed)

    assert answer.status_code == 422
    assert "The VAT rates have just changed." in answer.content.decode()


def test_a_rate_without_a_code_is_shown_as_not_bookable(
    inside: Client, organisation: Organisation
) -> None:
    create_vat_rate(organisation=organisation, code="")

    content = inside.get(reverse("billing:vat-rate-list")).content.decode()

    assert "Cannot be booked (no VAT code)" in content
    assert "1 rate has no VAT code" in content


def test_another_rate_becomes_the_usual_one(inside: Client, organisation: Organisation) -> None:
    create_standard_rates(organisation)
    low = organisation.vat_rates.get(code="LAAG_VERK_9")

    inside.post(reverse("billing:vat-rate-edit", args=[low.pk]), {**RATE, "is_default": "on"})

    assert list(organisation.vat_rates.filter(is_default=True)) == [low]


def test_there_is_always_a_usual_rate(inside: Client, organisation: Organisation) -> None:
    usual = create_vat_rate(organisation=organisation, is_default=True)
    typed = {"name": "21%", "percentage": "21", "treatment": "domestic", "code": "HOOG_VERK_21"}

    edited = inside.post(reverse("billing:vat-rate-edit", args=[usual.pk]), typed)
    deleted = inside.post(reverse("billing:vat-rate-delete", args=[usual.pk]), follow=True)

    assert "Make another rate the default first" in edited.content.decode()
    assert "Make another rate the default first" in deleted.content.decode()
    assert default_rate(organisation) == usual


def test_a_rate_in_use_is_ended_and_not_deleted(inside: Client, organisation: Organisation) -> None:
    rate = create_vat_rate(organisation=organisation)
    create_customer(organisation=organisation, vat_rate=rate)

    answer = inside.post(reverse("billing:vat-rate-delete", args=[rate.pk]), follow=True)

    assert "fill in “Valid until” instead" in answer.content.decode()
    assert VatRate.objects.filter(pk=rate.pk).exists()


def test_a_rate_that_was_never_used_is_deleted(inside: Client, organisation: Organisation) -> None:
    rate = create_vat_rate(organisation=organisation)

    answer = inside.post(reverse("billing:vat-rate-delete", args=[rate.pk]))

    assert answer.status_code == 302
    assert not VatRate.objects.filter(pk=rate.pk).exists()


def test_a_code_that_says_something_else_than_the_treatment_is_refused_with_the_right_one(
    inside: Client,
) -> None:
    typed = {**RATE, "treatment": "eu_services", "percentage": "0", "code": "BI_EU_VERK"}

    answer = inside.post(reverse("billing:vat-rate-add"), typed).content.decode()

    assert "with this treatment use BI_EU_VERK_D" in answer


def test_the_usual_code_is_filled_in_where_there_is_none(
    inside: Client, organisation: Organisation
) -> None:
    shifted = create_vat_rate(
        organisation=organisation, percentage=0, treatment="reverse_charge", code=""
    )

    page = inside.get(reverse("billing:vat-rate-list")).content.decode()
    inside.post(reverse("billing:vat-rate-default-code", args=[shifted.pk]))

    shifted.refresh_from_db()
    assert "Use code VERL_VERK" in page
    assert "Btw verlegd / VAT reverse charge" in page
    assert shifted.code == "VERL_VERK"


def test_a_percentage_that_changes_by_law_ends_the_rate_and_adds_the_next(
    inside: Client, organisation: Organisation
) -> None:
    low = create_vat_rate(
        organisation=organisation, name="Lodging", percentage=9, code="LAAG_VERK_9", is_default=True
    )
    typed = {"valid_from": "2026-01-01", "percentage": "21", "name": "Lodging 2026", "code": ""}

    inside.post(reverse("billing:vat-rate-follow", args=[low.pk]), typed)

    low.refresh_from_db()
    new = low.replaced_by
    assert low.valid_until == datetime.date(2025, 12, 31)
    assert (new.percentage, new.code, new.valid_from) == (
        Decimal(21),
        "HOOG_VERK_21",
        datetime.date(2026, 1, 1),
    )
    assert default_rate(organisation) == new


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"percentage": "9"}, "percentage"),
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"name": "Lodging"}, "name"),
        ({"code": "LAAG_VERK_9"}, "code"),
    ],
)
def test_a_change_by_law_that_is_none_is_told_at_its_field(
    inside: Client, organisation: Organisation, changes: dict[str, str], field: str
) -> None:
    low = create_vat_rate(
        organisation=organisation,
        name="Lodging",
        percentage=9,
        valid_from=datetime.date(2020, 1, 1),
    )
    typed = {"valid_from": "2026-01-01", "percentage": "21", "name": "New", "code": ""}

    answer = inside.post(reverse("billing:vat-rate-follow", args=[low.pk]), typed | changes)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert organisation.vat_rates.count() == 1


def test_a_rate_that_follows_on_another_ends_it_the_day_before(
    inside: Client, organisation: Organisation
) -> None:
    before = create_vat_rate(organisation=organisation, name="Before")

    inside.post(
        reverse("billing:vat-rate-add"),
        {**RATE, "replaces": before.pk, "valid_from": "2026-01-01"},
    )

    before.refresh_from_db()
    assert before.valid_until == datetime.date(2025, 12, 31)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": ""}, "valid_from"),
        ({"valid_from": "2025-01-01"}, "replaces"),
        ({"treatment": "exempt", "percentage": "0", "code": "GEEN"}, "replaces"),
    ],
)
def test_a_rate_follows_on_an_older_one_of_the_same_treatment(
    inside: Client, organisation: Organisation, changes: dict[str, str], field: str
) -> None:
    before = create_vat_rate(
        organisation=organisation, name="Before", valid_from=datetime.date(2025, 1, 1)
    )
    typed = {**RATE, "replaces": before.pk, "valid_from": "2026-01-01"}

    answer = inside.post(reverse("billing:vat-rate-add"), typed | changes)

    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_more_rates_take_no_more_queries(
    inside: Client, organisation: Organisation, django_assert_max_num_queries: Any
) -> None:
    page = reverse("billing:vat-rate-list")
    with django_assert_max_num_queries(10) as with_none:
        inside.get(page)
    create_standard_rates(organisation)
    with django_assert_max_num_queries(10) as with_seven:
        inside.get(page)

    assert len(with_none) == len(with_seven)


def test_the_button_adds_the_missing_standard_rates_once(
    inside: Client, organisation: Organisation
) -> None:
    page = reverse("billing:vat-rate-standard")

    first = inside.post(page, follow=True).content.decode()
    count = organisation.vat_rates.count()
    second = inside.post(page, follow=True).content.decode()

    assert "The missing standard rates have been added." in first
    assert "All standard rates already exist." in second
    assert organisation.vat_rates.count() == count


def test_a_rate_that_is_not_the_default_is_changed_and_stays_so(
    inside: Client, organisation: Organisation
) -> None:
    default = create_vat_rate(organisation=organisation, name="Default", is_default=True)
    other = create_vat_rate(organisation=organisation, name="Other")

    inside.post(reverse("billing:vat-rate-edit", args=[other.pk]), {**RATE, "name": "Renamed"})

    other.refresh_from_db()
    assert (other.name, other.is_default) == ("Renamed", False)
    assert default_rate(organisation) == default


def test_a_rate_that_was_replaced_is_not_replaced_again(
    inside: Client, organisation: Organisation
) -> None:
    old = create_vat_rate(organisation=organisation, name="Old")
    create_vat_rate(organisation=organisation, name="New", replaces=old)

    assert inside.get(reverse("billing:vat-rate-follow", args=[old.pk])).status_code == 404


def test_a_rate_that_has_a_code_keeps_it(inside: Client, organisation: Organisation) -> None:
    rate = create_vat_rate(organisation=organisation, code="HOOG_VERK")

    page = inside.post(
        reverse("billing:vat-rate-default-code", args=[rate.pk]), follow=True
    ).content.decode()

    rate.refresh_from_db()
    assert "already has a code, or there is no default code" in page
    assert rate.code == "HOOG_VERK"


# --- What was understood --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"percentage": "5,500"}, "percentage", "can mean"),
        ({"percentage": "9,0"}, "percentage", "= 9.00"),
        ({"code": "laag_verk_9"}, "code", "= low rate, 9%"),
        ({"code": "HOOG_VERK_21"}, "code", "is 21%"),
        ({"valid_from": "31-02-2026"}, "valid_from", "field-error"),
    ],
)
def test_the_form_of_a_vat_rate_says_while_typing_what_was_understood(
    inside: Client, organisation: Organisation, typed: dict[str, str], field: str, words: str
) -> None:
    answer = inside.post(reverse("billing:vat-rate-add"), RATE | typed, headers={"X-Typing": "1"})

    assert answer.status_code == 200
    notes = answer.content.decode().split(f"#id_{field}_notes")[1].split("hx-swap-oob")[0]
    assert words in notes
    assert not VatRate.objects.filter(name="Low").exists()


def test_a_change_by_law_says_which_code_an_empty_field_stands_for(
    inside: Client, organisation: Organisation
) -> None:
    rate = create_vat_rate(organisation=organisation, percentage="19", code="")
    address = reverse("billing:vat-rate-follow", args=[rate.pk])
    typed = {"valid_from": "01-01-2027", "percentage": "21", "name": "High"}

    shown = inside.post(address, typed, headers={"X-Typing": "1"}).content.decode()

    notes = shown.split("#id_code_notes")[1]
    assert "= HOOG_VERK_21" in notes
    assert not VatRate.objects.filter(name="High").exists()
