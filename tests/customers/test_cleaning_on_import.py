"""An import stores what the customer form would store; what it cannot clean is a remark."""

import pytest

from tests.factories import create_customer

pytestmark = pytest.mark.django_db


def imported(eboekhouden, organisation, import_all, **fields):
    """Import one relation with these fields of the service. Returns its customer and row."""
    eboekhouden.seed_relations([{"Code": "K1", "Bedrijf": "Bakkerij Van Dam", **fields}])
    run = import_all()
    return organisation.customers.get(number="K1"), run.rows.get(number="K1")


@pytest.mark.parametrize(
    ("field", "written", "name", "stored"),
    [
        ("KvkNummer", "KvK 54720183", "coc_number", "54720183"),
        ("KvkNummer", "K.v.K.-nr.: 5472 0183", "coc_number", "54720183"),
        ("BTWNummer", "BTW-nr. NL 1234.56.782.B.12", "vat_number", "NL123456782B12"),
        ("BTWNummer", "123456782b12", "vat_number", "NL123456782B12"),
        ("IBAN", "IBAN: NL91-ABNA 0417\u00a01643 00", "iban", "NL91ABNA0417164300"),
        ("Postcode", "NL-1234ab", "postal_code", "1234 AB"),
        ("Contactpersoon", "Anna\u200b van\u00a0Dam ", "contact_name", "Anna van Dam"),
        ("Land", "Pays-Bas", "country", "NL"),
        ("Land", "NLD", "country", "NL"),
        ("Land", "Aruba", "country", "AW"),
        ("Email", "Anna <anna@vandam.example>", "email", "anna@vandam.example"),
        ("Telefoon", "Tel.: +31\u00a0(0)20 – 123", "phone", "+31 (0)20 - 123"),
    ],
)
def test_marks_blanks_and_prefixes_are_cleaned(
    eboekhouden, organisation, import_all, field, written, name, stored
):
    customer, row = imported(eboekhouden, organisation, import_all, **{field: written})

    assert getattr(customer, name) == stored
    assert (row.outcome, row.reason) == ("new", "")


def test_a_cleaned_value_is_no_change_at_the_next_import(eboekhouden, organisation, import_all):
    imported(eboekhouden, organisation, import_all, KvkNummer="KvK 54720183", Email="a@x.nl;b@x.nl")

    assert import_all().counts()["unchanged"] == 1


@pytest.mark.parametrize(
    ("field", "written", "name", "good"),
    [
        ("KvkNummer", "Amsterdam", "coc_number", "54720183"),
        ("BTWNummer", "NL123456789B01", "vat_number", "NL123456782B12"),
        ("IBAN", "NL00ABNA0417164300", "iban", "NL91ABNA0417164300"),
        ("Land", "Nederlant", "country", "NL"),
        ("Email", "onbekend", "email", "anna@vandam.example"),
        ("Telefoon", "bel mij", "phone", "020 123 45 67"),
    ],
)
def test_what_cannot_be_cleaned_is_a_remark_and_the_good_value_stays(
    eboekhouden, organisation, import_all, field, written, name, good
):
    create_customer(organisation=organisation, number="K1", name="Bakkerij Van Dam", **{name: good})

    customer, row = imported(eboekhouden, organisation, import_all, **{field: written})

    assert getattr(customer, name) == good
    assert f"“{written}”" in row.reason


def test_a_country_that_nobody_knows_is_kept_and_said(eboekhouden, organisation, import_all):
    customer, row = imported(
        eboekhouden, organisation, import_all, Land="Atlantis", KvkNummer="HRB 12"
    )

    assert (customer.country, customer.coc_number) == ("Atlantis", "HRB 12")
    assert "“Atlantis” is no country that we know" in row.reason


def test_what_is_no_phone_number_is_kept_and_said(eboekhouden, organisation, import_all):
    customer, row = imported(eboekhouden, organisation, import_all, Telefoon="zie notitie")

    assert customer.phone == "zie notitie"
    assert "phone “zie notitie”: Use digits, spaces, + and - only" in row.reason


@pytest.mark.parametrize(
    ("field", "name", "good", "unread"),
    [("Telefoon", "phone", "020 123", "bel mij"), ("Land", "country", "NL", "Nederlant")],
)
def test_what_cannot_be_read_never_replaces_what_was_imported(
    eboekhouden, organisation, import_all, field, name, good, unread
):
    imported(eboekhouden, organisation, import_all, **{field: good})

    relation = eboekhouden.books.relations()[0]
    eboekhouden.books.change("relations", relation.id, {field: unread})
    run = import_all()

    assert getattr(organisation.customers.get(), name) == good
    assert f"“{unread}”" in run.rows.get(number="K1").reason


def test_of_several_addresses_all_receive_the_invoices(eboekhouden, organisation, import_all):
    customer, row = imported(
        eboekhouden, organisation, import_all, Email="anna@vandam.example; Bob <bob@vandam.example>"
    )

    assert customer.email == "anna@vandam.example"
    receivers = customer.contacts.filter(receives_invoices=True).order_by("pk")
    assert [one.email for one in receivers] == ["anna@vandam.example", "bob@vandam.example"]
    assert "several e-mail addresses" in row.reason
