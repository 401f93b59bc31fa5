"""Encrypt stored secrets anew under the first of CREDENTIAL_KEYS, while the program runs."""

from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction

from lib.encryption import cipher

from .models import Connection

FIELDS = ("sealed_code_1", "sealed_code_2")


@dataclass
class Rotation:
    """How many secrets are under the first key, were put there, or cannot be decrypted."""

    current: int = 0
    old: int = 0
    unreadable: list[str] = field(default_factory=list)


def rotate(*, is_check: bool) -> Rotation:
    """Encrypt each secret that is under an older key anew; with `is_check` only count them.

    Each row is locked and written by itself, so that codes that somebody enters meanwhile stay,
    and a run that was broken off can be started again.
    """
    found = Rotation()
    for pk in Connection.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Connection.objects.select_for_update().get(pk=pk)
            _rotate_row(row, found, is_check=is_check)
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row:
                _rotate_factor(row, found, is_check=is_check)
    return found


def _rotate_factor(row: Authenticator, found: Rotation, *, is_check: bool) -> None:
    """Encrypt the secret of an app or of recovery codes anew; a passkey has none."""
    for name in ("secret", "seed"):
        again = _renewed(row.data.get(name, ""), found, f"second factor {row.pk}")
        if again and not is_check:
            row.data[name] = again
            row.save(update_fields=["data"])


def _rotate_row(connection: Connection, found: Rotation, *, is_check: bool) -> None:
    renewed = {}
    for name in FIELDS:
        sealed = getattr(connection, name)
        again = _renewed(sealed, found, f"organisation {connection.organisation_id}, {name}")
        if again:
            renewed[name] = again
    if renewed and not is_check:
        Connection.objects.filter(pk=connection.pk).update(**renewed)


def _renewed(sealed: str, found: Rotation, where: str) -> str:
    """Return the secret under the first key; empty if there is none, or it is there already."""
    if not sealed:
        return ""
    if is_current(sealed):
        found.current += 1
        return ""
    try:
        again = cipher().rotate(sealed.encode()).decode()
    except InvalidToken:
        found.unreadable.append(where)
        return ""
    found.old += 1
    return again


def is_current(sealed: str) -> bool:
    """Return whether a secret is encrypted with the first key."""
    try:
        Fernet(settings.CREDENTIAL_KEYS[0]).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True
