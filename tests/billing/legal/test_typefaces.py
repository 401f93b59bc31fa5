"""A letter that no typeface has is said before the invoice is final, at its field."""

import pytest
from django.utils.translation import override

from billing.invoices.issuing import make_final
from billing.legal import Place, Where, check_draft
from billing.models import InvoiceSettings
from tests.billing import issued as invoices
from tests.billing.issued import Item

pytestmark = pytest.mark.django_db
ORGANISATION, CUSTOMER, DRAFT = Where.ORGANISATION, Where.CUSTOMER, Where.DRAFT


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


@pytest.fixture
def issuer(agency):
    return invoices.complete(agency.organisation)


def draft(issuer, **about: str):
    """A draft with these texts; a name with two parts is of the customer or of the line."""
    customer = invoices.buyer(issuer)
    for name, text in about.items():
        if name.startswith("customer__"):
            setattr(customer, name.removeprefix("customer__"), text)
    customer.save()
    item = Item(description=about.get("description", "Work"), unit=about.get("unit", "hour"))
    fields = {name: text for name, text in about.items() if name in ("notes", "reference")}
    fields |= {"supplied_from": invoices.TODAY}
    return invoices.drafted(customer, [item], **fields)


CASES = {
    "Chinese in a name": (
        {"customer__name": "Amsterdam 公司"}, Place(CUSTOMER, "name"),
        "Customer, name: no typeface has 公 司, so it cannot be printed.",
    ),
    "Korean in a contact": (
        {"customer__contact_name": "김"}, Place(CUSTOMER, "contact_name"), "Customer, contact: ",
    ),
    "Thai in a street": (
        {"customer__address": "ถนน 1"}, Place(CUSTOMER, "address"), "Customer, street and number",
    ),
    "Japanese in a line": ({"description": "翻訳 A"}, Place(DRAFT), "Line 1: no typeface has"),
    "a unit": ({"unit": "時間"}, Place(DRAFT), "Line 1: no typeface has 時 間"),
    "the notes": ({"notes": "谢谢"}, Place(DRAFT, "notes"), "Notes: no typeface has"),
    "the reference": ({"reference": "編號1"}, Place(DRAFT, "reference"), "Reference: no typeface"),
}  # fmt: skip


@pytest.mark.parametrize(("about", "place", "text"), CASES.values(), ids=CASES)
def test_a_letter_that_no_typeface_has_is_named_at_its_field(issuer, about, place, text):
    (error,) = check_draft(draft(issuer, **about), today=invoices.TODAY).errors

    assert error.place == place
    assert text in error.text


def test_the_organisation_and_its_footer_are_read_too(issuer):
    issuer.website = "例え.jp"
    issuer.save()
    InvoiceSettings.objects.create(organisation=issuer, footer="感謝")

    errors = check_draft(draft(issuer), today=invoices.TODAY).errors

    assert [error.place for error in errors] == [
        Place(ORGANISATION, "website"),
        Place(Where.INVOICE_SETTINGS, "footer"),
    ]


@pytest.mark.parametrize(
    "text", ["Łódź", "Ελλάδα", "Олександр", "Nguyễn Văn Ái", "İstanbul", "½ × 2² – 5‰", "ẞ ﬁ"]
)
def test_letters_of_the_typefaces_are_no_finding(issuer, text):
    assert check_draft(draft(issuer, description=text), today=invoices.TODAY).all == ()


def test_signs_that_are_left_out_are_a_warning(agency, issuer):
    invoice = draft(issuer, description="📦 sent 🎉")

    (warning,) = check_draft(invoice, today=invoices.TODAY).all

    assert not warning.is_error
    assert warning.text == "Line 1: 📦 🎉 will not be printed."
    assert make_final(invoice, by=agency.member.user, now=invoices.NOW).number


def test_a_credit_of_an_old_invoice_is_not_stopped_by_its_lines(issuer):
    old = invoices.issued(invoices.buyer(issuer), [Item(description="翻訳")])
    credit = invoices.drafted(
        old.customer, [Item(description="翻訳", quantity="-1")], credit_of=old
    )

    findings = check_draft(credit, today=invoices.TODAY)

    assert findings.errors == ()
    assert "翻 訳" in findings.warnings[-1].text
