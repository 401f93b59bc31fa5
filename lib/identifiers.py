"""Validate IBAN, BIC, VAT and Chamber of Commerce numbers; errors say what to correct.

Every function takes the typed text and returns the stored one: without spaces, in capitals. They
raise Django's ValidationError.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import bic, iban
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent
from stdnum.exceptions import ValidationError as InvalidNumber
from stdnum.nl import postcode
from stdnum.util import clean

COC_DIGITS, OIN_DIGITS = 8, 20


def clean_iban(text: str) -> str:
    """Clean an international bank account number, such as NL91ABNA0417164300."""
    try:
        return str(iban.validate(text))
    except InvalidChecksum:
        sentence = _("The check digits of this IBAN do not match. A character is wrong or missing.")
    except InvalidComponent:
        sentence = _("An IBAN begins with the letters of a country, such as NL.")
    except InvalidNumber:
        sentence = _("This is not an IBAN. It looks like NL91 ABNA 0417 1643 00.")
    raise ValidationError(sentence)


def clean_bic(text: str) -> str:
    """Clean a bank identifier code, such as ABNANL2A."""
    try:
        return str(bic.validate(text))
    except InvalidComponent:
        sentence = _("The fifth and sixth letter of a BIC are a country, such as NL in ABNANL2A.")
    except InvalidNumber:
        sentence = _("A BIC has 8 or 11 letters and digits, such as ABNANL2A.")
    raise ValidationError(sentence)


def clean_vat_number(text: str) -> str:
    """Clean a VAT number of an EU country, such as NL123456782B12."""
    try:
        return str(vat.validate(text))
    except InvalidChecksum:
        sentence = _("The check digits of this VAT number do not match. A character is wrong.")
    except InvalidComponent:
        sentence = _("A VAT number begins with the letters of an EU country, such as NL.")
    except InvalidNumber:
        sentence = _(
            "This VAT number is too long or too short, or contains a character that is not allowed."
        )
    raise ValidationError(sentence)


def clean_coc_number(text: str) -> str:
    """Clean a number of the Dutch Chamber of Commerce: 8 digits."""
    number = clean(text, " .-").strip()
    if not (number.isascii() and number.isdigit()):
        raise ValidationError(_("A Chamber of Commerce number has digits only, such as 12345678."))
    if len(number) != COC_DIGITS:
        message = _("A Chamber of Commerce number has 8 digits; this one has %(count)d.")
        raise ValidationError(message % {"count": len(number)})
    return str(number)


def clean_registration(text: str) -> str:
    """Clean a Chamber of Commerce number, or the OIN of a government body: 20 digits."""
    number = clean(text, " .-").strip()
    if number.isascii() and number.isdigit() and len(number) == OIN_DIGITS:
        return str(number)
    return clean_coc_number(text)


def clean_dutch_postal_code(text: str) -> str:
    """Clean a Dutch postal code; it is stored as printed on an envelope: 1234 AB."""
    try:
        return str(postcode.validate(text))
    except InvalidNumber:
        raise ValidationError(_("A Dutch postal code looks like 1234 AB.")) from None
