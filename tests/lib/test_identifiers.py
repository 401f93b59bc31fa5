"""Identifiers: which are accepted, how they are stored, and the errors for the others."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from lib import identifiers


@pytest.mark.parametrize(
    ("check", "typed", "stored"),
    [
        (identifiers.clean_iban, "nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
        (identifiers.clean_iban, "BE71 0961 2345 6769", "BE71096123456769"),
        (identifiers.clean_bic, "abna nl 2a", "ABNANL2A"),
        (identifiers.clean_bic, "BIC: ABNANL2A", "ABNANL2A"),
        (identifiers.clean_bic, "BIC/SWIFT-code ABNANL2AXXX", "ABNANL2AXXX"),
        (identifiers.clean_bic, "Swift. rabo nl 2u", "RABONL2U"),
        # Belgium: a bank that the library does not know.
        (identifiers.clean_iban, "BE68 5390 0754 7034", "BE68539007547034"),
        (identifiers.clean_registration, "OIN: 00000001003214345000", "00000001003214345000"),
        (identifiers.clean_vat_number, "nl 1234.56.782.B.12", "NL123456782B12"),
        (identifiers.clean_vat_number, "DE 136,695 976", "DE136695976"),
        (identifiers.clean_coc_number, " 1234 5678 ", "12345678"),
        (identifiers.clean_registration, "1234 5678", "12345678"),
        (identifiers.clean_registration, "0000 0001 0032 1434 5000", "00000001003214345000"),
        (identifiers.clean_dutch_postal_code, "1012ab", "1012 AB"),
    ],
)
def test_a_number_is_stored_in_one_way(
    check: Callable[[str], str], typed: str, stored: str
) -> None:
    assert check(typed) == stored


@pytest.mark.parametrize(
    ("check", "typed", "sentence"),
    [
        (identifiers.clean_iban, "NL92ABNA0417164300", "check digits"),
        (identifiers.clean_iban, "12345", "IBAN"),
        (identifiers.clean_iban, "0417164300", "begins with the letters of a country"),
        (identifiers.clean_iban, "NL91 ABNA 0417 1643 0", "18 letters and digits; this one has 17"),
        (identifiers.clean_iban, "DE89 3704 0044 0532 0130 00 00", "22 letters and digits"),
        (identifiers.clean_iban, "ES91 2100 0418 4602 0005 1332", "check digits"),
        (identifiers.clean_iban, "QQ49ABNA0417164300", "begins with the letters of a country"),
        (identifiers.clean_iban, "NL91 ABNA 0417!", "This is not an IBAN"),
        (identifiers.clean_iban, "-", "This is not an IBAN"),
        (identifiers.clean_bic, "ABNA", "8 or 11"),
        (identifiers.clean_bic, "ABNAQQ2A", "country"),
        (identifiers.clean_vat_number, "123456782B12", "EU country"),
        (identifiers.clean_vat_number, "NL12", "too short"),
        (identifiers.clean_vat_number, "EU372022452", "one-stop shop"),
        (identifiers.clean_vat_number, "VAT: eu 372 022 452", "one-stop shop"),
        (identifiers.clean_vat_number, "IM3720224525", "one-stop shop"),
        (identifiers.clean_vat_number, "NL123456781B12", "check digits"),
        (identifiers.clean_coc_number, "1234567", "this one has 7"),
        (identifiers.clean_coc_number, "1234567A", "digits only"),
        (identifiers.clean_dutch_postal_code, "0012 AB", "1234 AB"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    check: Callable[[str], str], typed: str, sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        check(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+31 20 123 45 67", "+31 20 123 45 67"),
        ("Tel.: 020-1234567", "020-1234567"),
        ("T 020 123 45 67", "020 123 45 67"),
        ("tel:+31201234567", "+31201234567"),
        ("+31 (0)20 – 123 45 67", "+31 (0)20 - 123 45 67"),
        ("020 123 45 67 tst. 12", "020 123 45 67 tst. 12"),
        ("020/1234567 ext 9", "020/1234567 ext 9"),
        ("112", "112"),
    ],
)
def test_a_phone_number_is_read_as_people_write_it(typed, stored):
    assert identifiers.clean_phone(typed) == stored
    assert identifiers.clean_phone(stored) == stored


@pytest.mark.parametrize(
    "typed", ["bel mij", "call me at 5", "-", "( )", "12", "020 123 of 456", "٠٢٠١٢٣", "x 12"]
)
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(ValidationError, match="Use digits"):
        identifiers.clean_phone(typed)
