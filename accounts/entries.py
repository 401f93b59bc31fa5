"""Entries of the audit trail about a person, in each organisation where they work."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from audit.changes import DOTS, Changes
from audit.kinds import Action, Kind
from audit.recording import entry, store
from audit.security import log_event

from .models import User

RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES


def record_for_person(
    person: User,
    kind: Kind,
    action: Action,
    *,
    note: str = "",
    changes: Changes | None = None,
    **who: User | None,
) -> None:
    """Record what happened to the account of a person; nothing if they work nowhere.

    The person did it, unless `by` is somebody else, or None for a command.
    """
    by = who.get("by", person)
    memberships = person.memberships.active().order_by("pk")
    label = str(person)
    store(
        entry(kind, action, one, label=label, note=note, changes=changes or {}, by=by)
        for one in memberships
    )


@transaction.atomic
def on_login(request: HttpRequest, user: User, **_: Any) -> None:
    record_for_person(user, Kind.LOGIN, Action.LOGGED_IN)
    log_event("security.login", person=user.pk)


@transaction.atomic
def on_logout(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Record a logout; a session that ended by itself has no person."""
    if user is not None:
        record_for_person(user, Kind.LOGIN, Action.LOGGED_OUT)
        log_event("security.logout", person=user.pk)


@transaction.atomic
def on_wrong_password(credentials: dict[str, Any], **_: Any) -> None:
    """Record an attempt with the address of a person; one with another address is a log line."""
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    person = User.objects.filter(email=typed).first()
    if person:
        record_for_person(person, Kind.LOGIN, Action.LOGIN_FAILED)
    log_event("security.login_failed", person=person.pk if person else None, factor="password")


@transaction.atomic
def on_wrong_code(user: User, authenticator: Authenticator, **_: Any) -> None:
    record_for_person(user, Kind.LOGIN, Action.LOGIN_FAILED, note=authenticator.type)
    log_event("security.login_failed", person=user.pk, factor=authenticator.type)


@transaction.atomic
def on_password(user: User, **_: Any) -> None:
    changes: Changes = {"password": [DOTS, DOTS]}
    record_for_person(user, Kind.ACCESS, Action.CHANGED, changes=changes)
    log_event("security.password_changed", person=user.pk)


@transaction.atomic
def on_factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    changes: Changes = {"second_factor": [None, authenticator.type]}
    record_for_person(user, Kind.ACCESS, Action.ADDED, changes=changes)
    is_codes = authenticator.type == RECOVERY_CODES
    event = "security.recovery_codes_made" if is_codes else "security.factor_added"
    log_event(event, person=user.pk, factor=authenticator.type)


@transaction.atomic
def on_factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    changes: Changes = {"second_factor": [authenticator.type, None]}
    record_for_person(user, Kind.ACCESS, Action.DELETED, changes=changes)
    log_event("security.factor_removed", person=user.pk, factor=authenticator.type)
