"""Clean e-mail addresses that people type, paste or import.

The domain is stored as the ASCII name that mail servers look up, converted by IDNA 2008 (RFC
5891): other conversions lead `faß.example` to the domain of somebody else.
"""

import re

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from .text import clean_line

# An address between angle brackets has a name before it: Jan de Vries <jan@example.nl>.
_QUOTED_NAME = re.compile(r'"[^"]*"\s*(?=<)')
_IN_BRACKETS = re.compile(r"(^|[;,])[^<>;@]*<\s*([^<>]*?)\s*>")
# Mail programs write the address as its own name: jan@example.nl <jan@example.nl>.
_NAMED_AFTER_ITSELF = re.compile(r"([^\s<>;,\"]+@[^\s<>;,\"]+)\s*<\s*\1\s*>", re.IGNORECASE)
_SEPARATORS = re.compile(r"[;,\s]+")
_SCHEME = re.compile(r"^mailto:", re.IGNORECASE)
# An address may begin with them, but who types `/jan@example.nl` means another one.
_STRAY_SIGNS = ("/", "|", "&", "'", "`")


def clean_address(text: str) -> str:
    """Return one address as it is stored and mailed. Raises ValidationError saying what to do."""
    addresses = split_addresses(text)
    if len(addresses) > 1:
        raise ValidationError(_("Enter one e-mail address; these are %d.") % len(addresses))
    return addresses[0] if addresses else ""


def split_addresses(text: str) -> list[str]:
    """Return the addresses in a text, each once, in their order.

    They may be separated by commas, semicolons, blanks or line breaks, and have names. Raises
    ValidationError naming the first part that is no address.
    """
    single = _NAMED_AFTER_ITSELF.sub(r"\1", _QUOTED_NAME.sub("", clean_line(text)))
    bare = _IN_BRACKETS.sub(r"\1 \2 ", single)
    parts = [_SCHEME.sub("", part) for part in _SEPARATORS.split(bare) if part]
    return list(dict.fromkeys(_checked(part) for part in parts))


def _checked(part: str) -> str:
    local, at, domain = part.rpartition("@")
    try:
        address = f"{local}{at}{_ascii(domain)}"
        _reject_stray_sign(address)
        validate_email(address)
    except (ValidationError, idna.IDNAError):
        sentence = _("“%(address)s” is not an e-mail address. Correct it.")
        raise ValidationError(sentence % {"address": part}) from None
    return address


def _reject_stray_sign(address: str) -> None:
    if address.startswith(_STRAY_SIGNS):
        raise ValidationError(address)


def _ascii(domain: str) -> str:
    """Return the domain in lower case, as it is looked up. Raises IDNAError."""
    if domain.isascii():
        return domain.lower()
    return idna.encode(domain.lower(), uts46=False).decode()
