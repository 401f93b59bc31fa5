"""The cipher for secrets of users, under CREDENTIAL_KEYS."""

from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("CREDENTIAL_KEYS is empty: set at least one Fernet key.")
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Return a cipher that encrypts with the first of CREDENTIAL_KEYS and decrypts with any."""
    return _cipher(tuple(settings.CREDENTIAL_KEYS))
