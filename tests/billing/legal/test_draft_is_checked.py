"""The law check of drafts: on their page, when they are sent, and in a selection."""

from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, Role
from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import Unlawful, make_final
from billing.invoices.presenters import describe_problems
from billing.invoices.rate_changes import change_rate
from billing.legal.loading import documents_of
from billing.legal.parties import addressee_has_vat_number
from billing.legal.taxes import country_goes_with_treatment
from billing.models import Invoice, InvoiceLine, NumberSeries, Origin
from customers.models import Customer
from tests import factories

from ..invoices.pages import url
from ..invoices.test_drafts import typed

pytestmark = pytest.mark.django_db
NOW = timezone.now()
NO_ADDRESS = {"address": "", "postal_code": "", "city": ""}


def draft(agency, *, name: str = "De Groene Tuin", **customer: object) -> Invoice:
    """A draft of two hours of work."""
    taken = set(Invoice.objects.values_list("pk", flat=True))
    to = factories.create_customer(organisation=agency.organisation, name=name, **customer)
    agency.hours(project=factories.create_project(customer=to), minutes=120)
    draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return Invoice.objects.exclude(pk__in=taken).get()


def bare(agency) -> None:
    """An organisation without any details."""
    nothing = dict.fromkeys(("vat_number", "coc_number", "iban", *NO_ADDRESS), "")
    Organisation.objects.filter(pk=agency.organisation.pk).update(**nothing)
    agency.organisation.refresh_from_db()


def test_a_draft_that_says_everything_is_ready(agency, inside):
    page = inside.get(url("detail", draft(agency).pk)).content.decode()

    assert "Ready to send" in page
    assert "to fix" not in page


def test_everything_that_is_missing_is_named_at_once_with_the_way_to_its_field(agency, inside):
    invoice = draft(agency, **NO_ADDRESS)
    bare(agency)

    page = inside.get(url("detail", invoice.pk)).content.decode()

    settings, customer = reverse("accounts:organisation-settings"), invoice.customer_id
    assert "5 items to fix" in page
    for field in ("address", "vat_number", "coc_number", "iban"):
        assert f'href="{settings}#id_{field}"' in page
    assert f'href="{reverse("customers:customer-edit", args=[customer])}#id_address"' in page


def test_a_user_without_the_right_sees_whom_to_ask(client_of, agency):
    invoice = draft(agency)
    bare(agency)
    member = factories.create_membership(
        organisation=agency.organisation, role=Role.EMPLOYEE, may_invoice=True
    )
    client = client_of(member)

    page = client.get(url("detail", invoice.pk)).content.decode()

    assert "Ask an administrator." in page
    assert reverse("accounts:organisation-settings") not in page


def test_it_does_not_become_final_and_takes_no_number(agency):
    invoice = draft(agency, **NO_ADDRESS)

    with pytest.raises(Unlawful, match="The address of the customer is not complete"):
        make_final(invoice, by=agency.member.user, now=NOW)

    assert Invoice.objects.get().is_draft
    assert NumberSeries.objects.count() == 0


def test_it_is_not_mailed_and_the_form_says_why(agency, inside):
    invoice = draft(agency, **NO_ADDRESS, email="anna@groen.example")

    page = inside.get(url("send", invoice.pk)).content.decode()
    letter = {"to": "anna@groen.example", "subject": "s", "body": "b"}
    key = "11111111-1111-1111-1111-111111111111"
    answer = inside.post(url("send", invoice.pk), letter | {"key": key}, follow=True)

    assert "1 item to fix" in page
    assert "The address of the customer is not complete" in answer.content.decode()
    assert Invoice.objects.get().is_draft
    assert mail.outbox == []


def test_a_selection_leaves_it_out_with_what_is_missing_and_marks_the_others(agency, inside):
    good = draft(agency)
    wrong = draft(agency, name="Zonder Adres", **NO_ADDRESS)
    ticked = {"invoices": [good.pk, wrong.pk]}

    asked = inside.post(url("selection", "mark-sent"), ticked).content.decode()
    inside.post(url("selection-change", "mark-sent"), ticked)

    assert "Zonder Adres: The address of the customer is not complete" in asked
    good.refresh_from_db()
    wrong.refresh_from_db()
    assert (good.was_sent, wrong.is_draft) == (True, True)


def test_a_selection_is_checked_in_as_many_queries_however_many_there_are(
    agency, inside, django_assert_max_num_queries
):
    drafts = [draft(agency, name=f"Customer {n}") for n in range(6)]
    page = url("selection", "mark-sent")

    with django_assert_max_num_queries(40) as with_one:
        inside.post(page, {"invoices": [drafts[0].pk]})
    with django_assert_max_num_queries(40) as with_six:
        inside.post(page, {"invoices": [one.pk for one in drafts]})

    assert len(with_six) == len(with_one)


def test_an_unmapped_rate_stops_it_only_while_eboekhouden_is_connected(agency):
    agency.vat.code = ""
    agency.vat.save()
    invoice, later = draft(agency), draft(agency, name="Later")

    make_final(invoice, by=agency.member.user, now=NOW)
    factories.create_connection(organisation=agency.organisation)

    with pytest.raises(Unlawful, match="has no code in e-Boekhouden"):
        make_final(later, by=agency.member.user, now=NOW)


def test_a_draft_follows_the_code_that_its_rate_gets(agency, inside):
    agency.vat.code = ""
    agency.vat.save()
    final, fixed = draft(agency), draft(agency, name="Later")
    make_final(final, by=agency.member.user, now=NOW)
    factories.create_connection(organisation=agency.organisation)

    inside.post(reverse("billing:vat-rate-default-code", args=[agency.vat.pk]))

    made = make_final(fixed, by=agency.member.user, now=NOW)
    assert made.lines.get().vat_code == "HOOG_VERK_21"
    assert Invoice.objects.get(pk=made.pk).vat_by_rate[0].code == "HOOG_VERK_21"
    assert final.lines.get().vat_code == ""


def test_a_draft_keeps_its_code_when_its_rate_gets_another_percentage(agency):
    kept = draft(agency)
    rate = agency.vat

    change_rate(
        rate, is_default=rate.is_default, percentage=Decimal(9), code="LAAG_VERK_9", name=rate.name
    )

    line = kept.lines.get()
    assert (line.vat_percentage, line.vat_code) == (21, "HOOG_VERK_21")
    assert [one.code for one in Invoice.objects.get(pk=kept.pk).vat_by_rate] == ["HOOG_VERK_21"]


def test_a_draft_says_that_its_rate_has_changed_until_it_is_saved(agency, inside):
    invoice = draft(agency, email="anna@groen.example")
    rate = agency.vat
    change_rate(
        rate, is_default=rate.is_default, percentage=Decimal(9), code="LAAG_VERK_9", name=rate.name
    )
    sentence = f"VAT rate {rate} is now 9%, and this draft still has 21%."

    for page in ("detail", "send"):
        assert sentence in inside.get(url(page, invoice.pk)).content.decode()
    inside.post(url("edit", invoice.pk), typed(inside, invoice))

    assert sentence not in inside.get(url("detail", invoice.pk)).content.decode()
    line = invoice.lines.get()
    assert (line.vat_percentage, line.vat_code) == (9, "LAAG_VERK_9")


def test_a_customer_without_an_address_is_left_out_in_eboekhouden_too(connected):
    customer = factories.create_customer(organisation=connected.organisation, **NO_ADDRESS)
    connected.hours(project=factories.create_project(customer=customer), minutes=120)

    ((refused,),) = [connected.proposal().refused]

    (problem,) = describe_problems(refused, by=connected.member)
    assert "The address of the customer is not complete" in problem.text
    assert problem.url.endswith("#id_address")


def test_a_po_box_is_printed_beside_the_address_where_the_customer_is(agency):
    box = {
        "postal_address": "Postbus 12",
        "postal_postal_code": "7400 AA",
        "postal_city": "Zutphen",
    }
    invoice = make_final(draft(agency, **box), by=agency.member.user, now=NOW)

    assert invoice.addressee["address"] == "Marktstraat 7"
    assert invoice.addressee["po_box"] == "Postbus 12, 7400 AA Zutphen"
    assert Customer.objects.get().postal_address == "Postbus 12"


@pytest.mark.parametrize(("country", "postal", "fits"), [("DE", "NL", True), ("NL", "DE", False)])
def test_where_a_customer_is_does_not_follow_from_its_postal_address(agency, country, postal, fits):
    services = factories.create_vat_rate(
        organisation=agency.organisation,
        name="EU",
        percentage=0,
        code="BI_EU_VERK_D",
        treatment="eu_services",
    )
    number = {"DE": "DE281190006", "NL": "NL807650535B01"}[country]
    invoice = draft(
        agency,
        country=country,
        vat_number=number,
        vat_rate=services,
        postal_address="Kadestraat 14",
        postal_postal_code="7411 KB",
        postal_city="Deventer",
        postal_country=postal,
    )
    InvoiceLine.objects.filter(invoice=invoice).update(
        vat_rate=services, vat_percentage=0, vat_treatment="eu_services", vat_code="BI_EU_VERK_D"
    )

    document = next(iter(documents_of(agency.organisation, [invoice], today=NOW.date()).values()))

    assert document.addressee.country == postal
    assert (not list(country_goes_with_treatment(document))) == fits
    assert (not list(addressee_has_vat_number(document))) == fits


def test_an_employee_sees_that_a_project_manager_may_change_the_customer(client_of, agency):
    invoice = draft(agency, **NO_ADDRESS)
    member = factories.create_membership(
        organisation=agency.organisation, role=Role.EMPLOYEE, may_invoice=True
    )

    page = client_of(member).get(url("detail", invoice.pk)).content.decode()

    assert "Ask a project manager." in page
    assert reverse("customers:customer-edit", args=[invoice.customer_id]) not in page


def test_a_rate_without_a_code_leads_to_its_code(connected, inside):
    rate = factories.create_vat_rate(
        organisation=connected.organisation, name="Without code", code=""
    )

    page = inside.get(url("detail", draft(connected, vat_rate=rate).pk)).content.decode()

    assert f'href="{reverse("billing:vat-rate-edit", args=[rate.pk])}#id_code"' in page


def test_a_problem_of_the_invoice_itself_has_no_link_before_there_is_a_draft(connected):
    customer = factories.create_customer(organisation=connected.organisation)
    project = factories.create_project(customer=customer)
    scheme = factories.create_vat_rate(
        organisation=connected.organisation,
        name="KOR",
        percentage=0,
        code="GEEN",
        treatment="small_business",
    )
    connected.hours(project=project)
    factories.create_expense(project=project, membership=connected.member, vat_rate=scheme)

    (refused,) = connected.proposal().refused

    problems = {one.text: one.url for one in describe_problems(refused, by=connected.member)}
    assert problems["With the small-business scheme (KOR) no line may have VAT."] == ""
