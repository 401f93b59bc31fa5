"""Where a customer is for VAT: art. 6 and 7 of Directive 2006/112/EC."""

import pytest

from vat.eligibility import reasons_against
from vat.territories import where

OUTSIDE = ("", "")
PLACES = {
    "Paris": (("FR", "75001"), ("FR", "FR")),
    "Monaco": (("MC", "98000"), ("FR", "FR")),
    "Monaco, written as France": (("FR", "98000"), ("FR", "FR")),
    "Réunion by its code": (("RE", ""), OUTSIDE),
    "Réunion, written as France": (("FR", "97400"), OUTSIDE),
    "Guadeloupe": (("FR", "97110"), OUTSIDE),
    "Saint Martin": (("MF", "97150"), OUTSIDE),
    "New Caledonia": (("FR", "98800"), OUTSIDE),
    "Northern Ireland": (("GB", "BT1 5GS"), ("XI", "")),
    "Northern Ireland, in small letters": (("GB", "bt15gs"), ("XI", "")),
    "Northern Ireland, by its number": (("GB", "", "XI 980 7806 84"), ("XI", "")),
    "Bath": (("GB", "BA1 1AA"), OUTSIDE),
    "the Isle of Man by its code": (("IM", ""), OUTSIDE),
    "the Isle of Man": (("GB", "IM1 2AB"), OUTSIDE),
    "Madrid": (("ES", "28001"), ("ES", "ES")),
    "Las Palmas": (("ES", "35001"), OUTSIDE),
    "Tenerife, with the country before it": (("ES", "ES-38001"), OUTSIDE),
    "Ceuta": (("ES", "51001"), OUTSIDE),
    "Melilla": (("ES", "52001"), OUTSIDE),
    "Åland by its code": (("AX", "22100"), OUTSIDE),
    "Åland": (("FI", "22100"), OUTSIDE),
    "Helsinki": (("FI", "00100"), ("FI", "FI")),
    "Campione": (("IT", "22061"), OUTSIDE),
    "Livigno": (("IT", "23041"), OUTSIDE),
    "Como": (("IT", "22100"), ("IT", "IT")),
    "Büsingen": (("DE", "78266"), OUTSIDE),
    "Heligoland": (("DE", "D-27498"), OUTSIDE),
    "Berlin": (("DE", "10115"), ("DE", "DE")),
    "Athos": (("GR", "630 86"), OUTSIDE),
    "Athens": (("GR", "105 57"), ("GR", "GR")),
    "a UK base on Cyprus": (("GB", "BFPO 57"), ("CY", "CY")),
    "Nicosia": (("CY", "1010"), ("CY", "CY")),
    "Greenland": (("GL", "3900"), OUTSIDE),
    "Nuuk, written as Denmark": (("DK", "3900"), OUTSIDE),
    "Tórshavn, written as Denmark": (("DK", "FO-100"), OUTSIDE),
    "Copenhagen": (("DK", "1050"), ("DK", "DK")),
    "Switzerland": (("CH", "8001"), OUTSIDE),
    "no country": (("", "3511 AB"), ("NL", "NL")),
}


@pytest.mark.parametrize(("address", "members"), PLACES.values(), ids=PLACES)
def test_a_territory_counts_as_the_directive_says(address, members):
    place = where(*address)

    assert (place.goods, place.services) == members


GERMAN, FRENCH, NORTHERN = "DE281190006", "FR83404833048", "XI980780684"
FITS = {
    "goods to Northern Ireland": ("eu_goods", "GB", "BT1 5GS", NORTHERN),
    "services to Northern Ireland": ("world_services", "GB", "BT1 5GS", NORTHERN),
    "services to Monaco": ("eu_services", "MC", "98000", FRENCH),
    "goods to Monaco": ("eu_goods", "MC", "98000", FRENCH),
    "goods to the Canary Islands": ("export", "ES", "35001", ""),
    "services to the Canary Islands": ("world_services", "ES", "35001", ""),
    "services to Åland": ("world_services", "FI", "22100", ""),
    "services to Greece, with EL": ("eu_services", "GR", "105 57", "EL094259216"),
    "services to Greece, with GR": ("eu_services", "GR", "105 57", "GR094259216"),
    "services to Switzerland": ("world_services", "CH", "8001", ""),
}


@pytest.mark.parametrize(("treatment", "country", "postal_code", "number"), FITS.values(), ids=FITS)
def test_a_treatment_fits_a_territory(treatment, country, postal_code, number):
    assert not reasons_against(
        treatment, country=country, postal_code=postal_code, vat_number=number, is_business=True
    )


MISFITS = {
    "export to Northern Ireland": ("export", "GB", "BT1 5GS", "", "Northern Ireland"),
    "services to Northern Ireland as if in the EU": (
        "eu_services", "GB", "BT1 5GS", NORTHERN, "goods to Northern Ireland only",
    ),
    "goods to Northern Ireland without its number": (
        "eu_goods", "GB", "BT1 5GS", GERMAN, "must begin with XI",
    ),
    "export to Monaco": ("export", "MC", "98000", "", "not for customers in Monaco"),
    "goods to the Canary Islands as if in the EU": (
        "eu_goods", "ES", "35001", "ESA13585625", "not in the Canary Islands",
    ),
    "services to Belgium as if outside": ("world_services", "BE", "1000", "", "Belgium"),
    "services at home as if outside": ("world_services", "", "", "", "Netherlands"),
    "services with a number of the one-stop shop": (
        "eu_services", "DE", "10115", "EU372022452", "cannot be right",
    ),
    "goods with a number of the one-stop shop": (
        "eu_goods", "DE", "10115", "EU372022452", "cannot be right",
    ),
    "services to Büsingen as if in the EU": (
        "eu_services", "DE", "78266", GERMAN, "not in Büsingen",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("treatment", "country", "postal_code", "number", "said"), MISFITS.values(), ids=MISFITS
)
def test_a_treatment_that_does_not_fit_a_territory_is_refused(
    treatment, country, postal_code, number, said
):
    reasons = reasons_against(
        treatment, country=country, postal_code=postal_code, vat_number=number, is_business=True
    )

    assert said in " ".join(text for _field, text in reasons)
