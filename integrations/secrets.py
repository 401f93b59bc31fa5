"""Encrypt secrets of users, bound to their organisation and field.

A cipher text that is copied to another row or field cannot be decrypted. A database without the
keys (a stolen backup, a copy for testing) reveals nothing and can send nothing.
"""

import json

from cryptography.fernet import InvalidToken

from lib.encryption import cipher


class CannotDecrypt(Exception):
    """The keys do not decrypt the stored secret, or it belongs to another row or field."""


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
