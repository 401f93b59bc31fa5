"""Seller and buyer, by EN 16931 BG-4 to BG-8 and the Dutch rules BR-NL-1, -3, -4 and -10."""

from lib.countries import HOME

from .elements import Part, cac, cbc
from .identifiers import Snapshot, country, endpoint, registration, vat_number


def supplier(issuer: Snapshot, *, with_vat: bool) -> Part:
    """Return the seller; without its VAT number where the invoice is out of scope (BR-O-02)."""
    contact = cac(
        "Contact",
        cbc("Name", issuer["name"]),
        cbc("Telephone", issuer["phone"]),
        cbc("ElectronicMail", issuer["email"]),
    )
    return cac("AccountingSupplierParty", _party(issuer, contact, with_vat=with_vat))


def customer(addressee: Snapshot, *, with_vat: bool) -> Part:
    """Return the buyer; without its VAT number where the invoice is out of scope (BR-O-02)."""
    contact = cac(
        "Contact",
        cbc("Name", addressee["contact_name"]),
        cbc("ElectronicMail", addressee["email"]),
    )
    return cac("AccountingCustomerParty", _party(addressee, contact, with_vat=with_vat))


def meets_nlcius(addressee: Snapshot) -> bool:
    """Whether a buyer has what NLCIUS asks of a Dutch one: address (BR-NL-4), number (BR-NL-10)."""
    if country(addressee) != HOME:
        return True
    address_lines = (addressee[name].strip() for name in ("address", "postal_code", "city"))
    return bool(registration(addressee)[0]) and all(address_lines)


def _party(party: Snapshot, contact: Part, *, with_vat: bool) -> Part:
    scheme, electronic = endpoint(party)
    return cac(
        "Party",
        cbc("EndpointID", electronic, schemeID=scheme),
        cac("PartyName", cbc("Name", party["name"])),
        cac("PostalAddress", *address(party)),
        _tax_scheme(party) if with_vat else None,
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


def _legal_id(party: Snapshot) -> Part:
    scheme, number = registration(party)
    if scheme:
        return cbc("CompanyID", number, schemeID=scheme)
    return cbc("CompanyID", party["coc_number"])


def _tax_scheme(party: Snapshot) -> Part:
    number = cbc("CompanyID", vat_number(party))
    if number is None:
        return None
    return cac("PartyTaxScheme", number, cac("TaxScheme", cbc("ID", "VAT")))
