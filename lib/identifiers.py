"""Validate IBAN, BIC, VAT, Chamber of Commerce and phone numbers; errors say what to correct.

Every function takes the typed text and returns the stored one: without spaces, in capitals; a
phone number keeps its spaces. They raise Django's ValidationError.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import bic, iban, numdb
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.nl import postcode
from stdnum.util import clean

from .text import clean_line

# What people write before a number: KvK 12345678, BTW-nr.: NL…, IBAN NL91 …
_COC_LABEL = re.compile(
    r"^(?:k\.?v\.?k\.?|coc|kamer van koophandel|chamber of commerce)[^0-9]*", re.IGNORECASE
)
_VAT_LABEL = re.compile(
    r"^(?:btw|vat|tva|ust)[ .-]*(?:id|nr|nummer|number|no)?[ .:-]*", re.IGNORECASE
)
_IBAN_LABEL = re.compile(r"(?i)^iban[^a-z0-9]*(?:nummer|nr|number)?[^a-z0-9]*")
_BIC_LABEL = re.compile(r"(?i)^(?:(?:bic|swift)[ -]?(?:code|nummer|number|nr)?[^a-z0-9]+)+")
_OIN_LABEL = re.compile(r"(?i)^oin[^0-9]*")
_POSTAL_LABEL = re.compile(r"(?i)^nl?[ -]+(?=[0-9])")
_PHONE_LABEL = re.compile(
    r"(?i)^(?:(?:tel|telefoon|telephone|phone|mob|mobiel|mobile)\b[.:]*|[tm]\b[.:]+|[tm](?= ))\s*"
)
_EXTENSION = re.compile(r"(?i)[ ,]*(?:\b(?:ext|extension|tst|toestel|x)\b[.:]?|#) ?[0-9]{1,6}$")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_PHONE = re.compile(r"[0-9 +()./-]+")
_WITHOUT_COUNTRY = re.compile(r"[0-9]{9}B[0-9]{2}")

# Numbers of the one-stop shops, for sellers outside the EU (art. 362 and 369q of Directive
# 2006/112/EC). They identify nobody as a taxable person, as art. 44 and 138 require.
_ONE_STOP = ("EU", "IM")

COC_DIGITS, OIN_DIGITS = 8, 20
FEWEST_PHONE_DIGITS = 3  # 112


def clean_iban(text: str) -> str:
    """Clean an international bank account number, such as NL91ABNA0417164300."""
    number = iban.compact(_IBAN_LABEL.sub("", clean_line(text)))
    _check_length_of_iban(number)
    try:
        return _checked_by_country(number)
    except InvalidChecksum:
        sentence = _("The check digits of this IBAN do not match. A character is wrong or missing.")
    except InvalidComponent:
        sentence = _("An IBAN begins with the letters of a country, such as NL.")
    except InvalidNumber:
        sentence = _("This is not an IBAN. It looks like NL91 ABNA 0417 1643 00.")
    raise ValidationError(sentence)


def clean_phone(text: str) -> str:
    """Clean a phone number, such as +31 20 123 45 67; an extension after it (`ext. 12`) is kept."""
    line = _PHONE_LABEL.sub("", clean_line(text))
    number = _EXTENSION.sub("", line)
    plain = _DASHES.sub("-", number)
    if not _PHONE.fullmatch(plain) or sum(map(str.isdigit, plain)) < FEWEST_PHONE_DIGITS:
        raise ValidationError(_("Use digits, spaces, + and - only, such as +31 20 123 45 67."))
    return plain + line[len(number) :]


def _check_length_of_iban(number: str) -> None:
    """Raise ValidationError if it does not begin with a country, or is not as long as there."""
    structure = _bban_of(number[:2])
    if not (number.isascii() and number.isalnum()):
        return
    if not structure:
        raise ValidationError(_("An IBAN begins with the letters of a country, such as NL."))
    length = 4 + sum(int(part) for part in re.findall(r"([0-9]+)!", structure))
    if len(number) != length:
        sentence = _(
            "An IBAN of %(country)s has %(length)d letters and digits; this one has %(count)d."
        )
        told = {"country": number[:2], "length": length, "count": len(number)}
        raise ValidationError(sentence % told)


def _checked_by_country(number: str) -> str:
    """Return the number. Raises InvalidNumber, also for check digits of its country.

    A bank that the library does not know is no reason to refuse a number: banks are founded.
    """
    try:
        return str(iban.validate(number))
    except InvalidComponent:
        # It is the bank, or the country itself, which this refuses once more.
        iban.validate(number, check_country=False)
        return number


@lru_cache(maxsize=1000)
def _bban_of(country: str) -> str:
    """Return how the rest of an IBAN of a country is built, such as 4!a10!n; empty if unknown."""
    found = numdb.get("iban").info(country)
    return str(found[0][1].get("bban", "")) if found else ""


def clean_bic(text: str) -> str:
    """Clean a bank identifier code, such as ABNANL2A."""
    try:
        return str(bic.validate(_BIC_LABEL.sub("", clean_line(text))))
    except InvalidComponent:
        sentence = _("The fifth and sixth letter of a BIC are a country, such as NL in ABNANL2A.")
    except InvalidNumber:
        sentence = _("A BIC has 8 or 11 letters and digits, such as ABNANL2A.")
    raise ValidationError(sentence)


def clean_vat_number(text: str) -> str:
    """Clean a VAT number of an EU country, such as NL123456782B12.

    A Greek one begins with EL, not with the ISO code GR: art. 215 of Directive 2006/112/EC.
    """
    number = _VAT_LABEL.sub("", clean_line(text))
    if _is_of_a_one_stop_shop(number):
        sentence = _(
            "A number that begins with EU or IM is of the one-stop shop and is no VAT number. "
            "Enter the one that begins with the letters of an EU country, such as DE."
        )
        raise ValidationError(sentence)
    try:
        return greek_prefix(str(vat.validate(number)))
    except InvalidChecksum:
        sentence = _("The check digits of this VAT number do not match. A character is wrong.")
    except InvalidComponent:
        sentence = _("A VAT number begins with the letters of an EU country, such as NL.")
    except InvalidNumber:
        sentence = _(
            "This VAT number is too long or too short, or contains a character that is not allowed."
        )
    raise ValidationError(sentence)


def is_vat_number(number: str) -> bool:
    """Return whether it is a VAT number of an EU country or of Northern Ireland, by its digits."""
    return bool(vat.is_valid(number)) and not _is_of_a_one_stop_shop(number)


def _is_of_a_one_stop_shop(number: str) -> bool:
    return clean(number, " -./").upper().startswith(_ONE_STOP)


def vat_number_cleaner(country: str) -> Callable[[str], str]:
    """Return a cleaner that knows the country: a Dutch number may lack its NL."""

    def clean_number(text: str) -> str:
        number = clean(_VAT_LABEL.sub("", clean_line(text)), " .-").upper()
        return clean_vat_number(f"NL{number}" if _is_dutch(number, country) else text)

    return clean_number


def _is_dutch(number: str, country: str) -> bool:
    return country == "NL" and bool(_WITHOUT_COUNTRY.fullmatch(number))


def greek_prefix(number: str) -> str:
    """Return a VAT number without blanks in capitals, with EL for Greece."""
    compact = "".join(number.split()).upper()
    return f"EL{compact[2:]}" if compact.startswith("GR") else compact


def clean_coc_number(text: str) -> str:
    """Clean a number of the Dutch Chamber of Commerce: 8 digits."""
    number = clean(_COC_LABEL.sub("", clean_line(text)), " .-/")
    if not (number.isascii() and number.isdigit()):
        raise ValidationError(_("A Chamber of Commerce number has digits only, such as 12345678."))
    if len(number) != COC_DIGITS:
        message = _("A Chamber of Commerce number has 8 digits; this one has %(count)d.")
        raise ValidationError(message % {"count": len(number)})
    return str(number)


def clean_registration(text: str) -> str:
    """Clean a Chamber of Commerce number, or the OIN of a government body: 20 digits."""
    number = clean(_OIN_LABEL.sub("", _COC_LABEL.sub("", clean_line(text))), " .-/")
    if number.isascii() and number.isdigit() and len(number) == OIN_DIGITS:
        return str(number)
    return clean_coc_number(text)


def clean_dutch_postal_code(text: str) -> str:
    """Clean a Dutch postal code; it is stored as printed on an envelope: 1234 AB."""
    try:
        return str(postcode.validate(_POSTAL_LABEL.sub("", clean_line(text))))
    except InvalidNumber:
        raise ValidationError(_("A Dutch postal code looks like 1234 AB.")) from None
