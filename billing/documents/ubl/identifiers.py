"""The identifiers of seller and buyer: registration, VAT number and electronic address.

The schemes are those of ISO 6523 (ICD) and of the code list EAS of the Connecting Europe Facility.
"""

import re
from collections.abc import Mapping

from lib.countries import HOME, country_code, is_country
from lib.identifiers import greek_prefix, is_vat_number

Snapshot = Mapping[str, str]

COC, OIN, MAIL = "0106", "0190", "EM"
COC_DIGITS, OIN_DIGITS = 8, 20
# Prefixes of VAT numbers that are no codes of ISO 3166: Greece and Northern Ireland (BR-CO-09).
OTHER_PREFIXES = frozenset({"EL", "XI"})
# Two letters, and then at least two digits somewhere: BTW-NUMMER is not from Bhutan.
VAT_NUMBER = re.compile(r"[A-Z]{2}(?=(?:[A-Z+*]*[0-9]){2})[0-9A-Z+*]{2,16}")
LABEL = re.compile(r"^(?:BTW|VAT|TVA|UST)(?:ID|NR|NUMMER|NO)*")
# The scheme of a VAT number in the code list EAS, by its prefix.
VAT_SCHEMES = {
    "AT": "9914", "BG": "9926", "CY": "9928", "CZ": "9929", "DE": "9930", "DK": "0198",
    "EE": "9931", "EL": "9933", "ES": "9920", "FI": "0213", "FR": "9957", "HR": "9934",
    "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937", "LU": "9938", "LV": "9939",
    "MT": "9943", "NL": "9944", "PL": "9945", "PT": "9946", "RO": "9947", "SI": "9949",
    "SK": "9950",
}  # fmt: skip
# A VAT number that contains the number of another scheme: that of the register of companies.
REGISTERS = {
    "BE": ("0208", re.compile(r"BE(\d{10})")),
    "SE": ("0007", re.compile(r"SE(\d{10})\d{2}")),
    "NO": ("0192", re.compile(r"NO(\d{9})(?:MVA)?")),
}
# Outside the EU the check digits are unknown here, so the form must fit exactly.
FORMS = {
    "GB": ("9932", re.compile(r"GB(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})")),
    "CH": ("9927", re.compile(r"CHE\d{9}(?:MWST|TVA|IVA)?")),
}


def country(party: Snapshot) -> str:
    """Return the ISO code; an empty country is the Netherlands, an unknown one stays as it is."""
    return country_code(party["country"]) or HOME


def registration(party: Snapshot) -> tuple[str, str]:
    """Return scheme and number of a Dutch registration: CoC, or OIN of a government body.

    Both are empty for a party with neither, such as a private person.
    """
    number = re.sub(r"[\s.\-/]", "", party["coc_number"])
    schemes = {COC_DIGITS: COC, OIN_DIGITS: OIN}
    is_number = number.isascii() and number.isdigit() and len(number) in schemes
    if country(party) != HOME or not is_number:
        return "", ""
    return schemes[len(number)], number


def vat_number(party: Snapshot) -> str:
    """Return the VAT number; empty if it does not begin with the code of a country (BR-CO-09)."""
    bare = re.sub(r"[\s.\-/:]", "", party["vat_number"]).upper()
    number = greek_prefix(LABEL.sub("", bare))
    is_known = is_country(number[:2]) or number[:2] in OTHER_PREFIXES
    return number if VAT_NUMBER.fullmatch(number) and is_known else ""


def endpoint(party: Snapshot) -> tuple[str, str]:
    """Return scheme and electronic address: the registration, else the VAT number, else the e-mail.

    Both are empty without any.
    """
    scheme, number = registration(party)
    if not scheme:
        scheme, number = _vat_endpoint(vat_number(party))
    if scheme:
        return scheme, number
    mail = party["email"].strip()
    return (MAIL, mail) if mail else ("", "")


def _vat_endpoint(number: str) -> tuple[str, str]:
    prefix = number[:2]
    for schemes in (REGISTERS, FORMS):
        scheme, form = schemes.get(prefix, ("", re.compile("")))
        match = form.fullmatch(number) if scheme else None
        if match:
            return scheme, match.group(form.groups)
    if prefix in VAT_SCHEMES and is_vat_number(number):
        return VAT_SCHEMES[prefix], number
    return "", ""
