"""What users trust us with is encrypted, and bound to its organisation and field.

A cipher text that is copied to another row or field does not open there, and a database without the
keys (a stolen backup, a copy for testing) gives nothing away and can send nothing.
"""

import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class CannotDecrypt(Exception):
    """The keys of this installation do not open the stored secret, or it belongs elsewhere."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("CREDENTIAL_KEYS is empty: set at least one Fernet key.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Encrypts with the first of CREDENTIAL_KEYS, decrypts with any."""
    return _cipher(tuple(settings.CREDENTIAL_KEYS))


def seal(value: str, *, organisation_id: int, field: str) -> str:
    """The value as it may be stored, readable only for this organisation and field."""
    content = json.dumps({"o": organisation_id, "f": field, "v": value})
    return cipher().encrypt(content.encode()).decode()


def unseal(sealed: str, *, organisation_id: int, field: str) -> str:
    """The value that was sealed. Raises CannotDecrypt when it is not ours to read."""
    try:
        content = json.loads(cipher().decrypt(sealed.encode()))
    except InvalidToken:
        raise CannotDecrypt(field) from None
    if (content["o"], content["f"]) != (organisation_id, field):
        raise CannotDecrypt(field)
    return str(content["v"])
