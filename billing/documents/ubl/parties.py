"""Who sells and who buys, as EN 16931 BG-4 to BG-8 and the Dutch rules BR-NL-1, -3, -4, -10 ask."""

from collections.abc import Mapping

from lib.countries import HOME, country_code

from .elements import Part, cac, cbc

COC, OIN, VAT, MAIL = "0106", "0190", "9944", "EM"
COC_DIGITS, OIN_DIGITS = 8, 20

Copy = Mapping[str, str]


def supplier(issuer: Copy) -> Part:
    contact = cac(
        "Contact",
        cbc("Name", issuer["name"]),
        cbc("Telephone", issuer["phone"]),
        cbc("ElectronicMail", issuer["email"]),
    )
    return cac("AccountingSupplierParty", _party(issuer, contact))


def customer(addressee: Copy) -> Part:
    contact = cac(
        "Contact",
        cbc("Name", addressee["contact_name"]),
        cbc("ElectronicMail", addressee["email"]),
    )
    return cac("AccountingCustomerParty", _party(addressee, contact))


def country(copy: Copy) -> str:
    """The ISO code; who has no country filled in is at home."""
    return country_code(copy["country"]) or HOME


def registration(copy: Copy) -> tuple[str, str]:
    """Scheme and number of a registration in the Netherlands: CoC, or OIN of a government body.

    Both are empty for somebody who has neither, such as a private person.
    """
    number = "".join(copy["coc_number"].split())
    schemes = {COC_DIGITS: COC, OIN_DIGITS: OIN}
    if country(copy) != HOME or not number.isdigit() or len(number) not in schemes:
        return "", ""
    return schemes[len(number)], number


def _party(copy: Copy, contact: Part) -> Part:
    return cac(
        "Party",
        _endpoint(copy),
        cac("PartyName", cbc("Name", copy["name"])),
        cac("PostalAddress", *address(copy)),
        _tax_scheme(copy),
        cac("PartyLegalEntity", cbc("RegistrationName", copy["name"]), _legal_id(copy)),
        contact,
    )


def address(copy: Copy) -> tuple[Part, ...]:
    return (
        cbc("StreetName", copy["address"]),
        cbc("CityName", copy["city"]),
        cbc("PostalZone", copy["postal_code"]),
        cac("Country", cbc("IdentificationCode", country(copy))),
    )


def _endpoint(copy: Copy) -> Part:
    """Where documents for this party go: its registration, else its VAT number or e-mail address.

    The schemes are those of the code list EAS.
    """
    scheme, number = registration(copy)
    vat = _vat_number(copy)
    if scheme:
        return cbc("EndpointID", number, schemeID=scheme)
    if vat.startswith(HOME):
        return cbc("EndpointID", vat, schemeID=VAT)
    return cbc("EndpointID", copy["email"], schemeID=MAIL)


def _legal_id(copy: Copy) -> Part:
    scheme, number = registration(copy)
    if scheme:
        return cbc("CompanyID", number, schemeID=scheme)
    return cbc("CompanyID", copy["coc_number"])


def _tax_scheme(copy: Copy) -> Part:
    number = cbc("CompanyID", _vat_number(copy))
    if number is None:
        return None
    return cac("PartyTaxScheme", number, cac("TaxScheme", cbc("ID", "VAT")))


def _vat_number(copy: Copy) -> str:
    """Begins with the letters of a country (BR-CO-09), else it is none."""
    number = "".join(copy["vat_number"].split()).upper()
    return number if number[:2].isalpha() else ""
