"""Encrypt secrets of users, bound to their organisation and field.

A cipher text that is copied to another row or field cannot be decrypted. A database without the
keys (a stolen backup, a copy for testing) reveals nothing and can send nothing.
"""

import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class CannotDecrypt(Exception):
    """The keys do not decrypt the stored secret, or it belongs to another row or field."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("CREDENTIAL_KEYS is empty: set at least one Fernet key.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return a cipher that encrypts with the first of CREDENTIAL_KEYS and decrypts with any."""
    return _cipher(tuple(settings.CREDENTIAL_KEYS))


def seal(value: str, *, organisation_id: int, field: str) -> str:
    """Encrypt a value, readable only for this organisation and field."""
    content = json.dumps({"o": organisation_id, "f": field, "v": value})
    return cipher().encrypt(content.encode()).decode()


def unseal(sealed: str, *, organisation_id: int, field: str) -> str:
    """Decrypt a value. Raises CannotDecrypt if the key, organisation or field does not match."""
    try:
        content = json.loads(cipher().decrypt(sealed.encode()))
    except InvalidToken:
        raise CannotDecrypt(field) from None
    if (content["o"], content["f"]) != (organisation_id, field):
        raise CannotDecrypt(field)
    return str(content["v"])
