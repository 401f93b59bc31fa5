"""Seller and buyer, by EN 16931 BG-4 to BG-8 and the Dutch rules BR-NL-1, -3, -4 and -10."""

from collections.abc import Mapping

from lib.countries import HOME, country_code

from .elements import Part, cac, cbc

COC, OIN, VAT, MAIL = "0106", "0190", "9944", "EM"
COC_DIGITS, OIN_DIGITS = 8, 20

Snapshot = Mapping[str, str]


def supplier(issuer: Snapshot) -> Part:
    contact = cac(
        "Contact",
        cbc("Name", issuer["name"]),
        cbc("Telephone", issuer["phone"]),
        cbc("ElectronicMail", issuer["email"]),
    )
    return cac("AccountingSupplierParty", _party(issuer, contact))


def customer(addressee: Snapshot) -> Part:
    contact = cac(
        "Contact",
        cbc("Name", addressee["contact_name"]),
        cbc("ElectronicMail", addressee["email"]),
    )
    return cac("AccountingCustomerParty", _party(addressee, contact))


def country(party: Snapshot) -> str:
    """Return the ISO code; an empty country is the Netherlands."""
    return country_code(party["country"]) or HOME


def registration(party: Snapshot) -> tuple[str, str]:
    """Return scheme and number of a Dutch registration: CoC, or OIN of a government body.

    Both are empty for a party with neither, such as a private person.
    """
    number = "".join(party["coc_number"].split())
    schemes = {COC_DIGITS: COC, OIN_DIGITS: OIN}
    if country(party) != HOME or not number.isdigit() or len(number) not in schemes:
        return "", ""
    return schemes[len(number)], number


def _party(party: Snapshot, contact: Part) -> Part:
    return cac(
        "Party",
        _endpoint(party),
        cac("PartyName", cbc("Name", party["name"])),
        cac("PostalAddress", *address(party)),
        _tax_scheme(party),
        cac("PartyLegalEntity", cbc("RegistrationName", party["name"]), _legal_id(party)),
        contact,
    )


def address(party: Snapshot) -> tuple[Part, ...]:
    return (
        cbc("StreetName", party["address"]),
        cbc("CityName", party["city"]),
        cbc("PostalZone", party["postal_code"]),
        cac("Country", cbc("IdentificationCode", country(party))),
    )


def _endpoint(party: Snapshot) -> Part:
    """Return the electronic address: the registration, else a Dutch VAT number, else the e-mail.

    The schemes are those of the code list EAS.
    """
    scheme, number = registration(party)
    vat = _vat_number(party)
    if scheme:
        return cbc("EndpointID", number, schemeID=scheme)
    if vat.startswith(HOME):
        return cbc("EndpointID", vat, schemeID=VAT)
    return cbc("EndpointID", party["email"], schemeID=MAIL)


def _legal_id(party: Snapshot) -> Part:
    scheme, number = registration(party)
    if scheme:
        return cbc("CompanyID", number, schemeID=scheme)
    return cbc("CompanyID", party["coc_number"])


def _tax_scheme(party: Snapshot) -> Part:
    number = cbc("CompanyID", _vat_number(party))
    if number is None:
        return None
    return cac("PartyTaxScheme", number, cac("TaxScheme", cbc("ID", "VAT")))


def _vat_number(party: Snapshot) -> str:
    """Return the VAT number; empty if it does not begin with two letters (BR-CO-09)."""
    number = "".join(party["vat_number"].split()).upper()
    return number if number[:2].isalpha() else ""
