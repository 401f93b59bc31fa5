"""Mails about what concerns security: to the person, and to the administrators around them."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from .mails import queue_mail
from .models import Organisation, User

# Each one has its sentences in templates/accounts/mail/security.txt.
PASSWORD, ADDRESS, ROLE, IBAN, CREDENTIALS = "password", "address", "role", "iban", "credentials"
ACCOUNT_CONNECTED, ACCOUNT_DISCONNECTED = "account_connected", "account_disconnected"
CLOSED = "closed"
FACTOR_ADDED, FACTOR_REMOVED, CODES = "factor_added", "factor_removed", "recovery_codes"
FACTOR_RESET = "factor_reset"


def administrators(organisation: Organisation) -> list[User]:
    """Return the administrators who can log in."""
    able = organisation.memberships.able_to_administrate().select_related("user")
    return [one.user for one in able]


def tell_about_person(event: str, person: User, *, by: User | None, now: datetime.datetime) -> None:
    """Tell the person, and the administrators of where they work.

    Of another address the person gets a mail of its own, at the old one.
    """
    told = {person.pk: person}
    for membership in person.memberships.active().select_related("organisation"):
        told |= {one.pk: one for one in administrators(membership.organisation)}
    if event == ADDRESS:
        told.pop(person.pk, None)
    _queue(list(told.values()), event, by=by, now=now, person=str(person))


def tell_about_organisation(
    event: str,
    organisation: Organisation,
    *,
    by: User | None,
    now: datetime.datetime,
    person: User | None = None,
) -> None:
    """Tell the administrators, and the person whom it concerns."""
    told = {one.pk: one for one in administrators(organisation)}
    if person:
        told[person.pk] = person
    names = {"organisation": organisation.name, "person": str(person or "")}
    _queue(list(told.values()), event, by=by, now=now, **names)


def _queue(
    told: list[User], event: str, *, by: User | None, now: datetime.datetime, **names: str
) -> None:
    details = {"event": event, "by": str(by or ""), "at": now.isoformat(), **names}
    for user in told:
        queue_mail(user, "security", **details)


def on_password(request: HttpRequest, user: User, **_: Any) -> None:
    tell_about_person(PASSWORD, user, by=user, now=timezone.now())


def on_factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    is_codes = authenticator.type == "recovery_codes"
    event = CODES if is_codes else FACTOR_ADDED
    tell_about_person(event, user, by=user, now=timezone.now())


def on_factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    if authenticator.type != "recovery_codes":
        tell_about_person(FACTOR_REMOVED, user, by=user, now=timezone.now())
