"""Connect an organisation with its administration: test and save.

Codes are stored only if they work, or if e-Boekhouden could not be reached to test them.
"""

import copy
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from accounts import notices
from accounts.models import User
from audit.changes import Changes, change, differences
from audit.kinds import Kind
from audit.recording import record_changes
from audit.security import log_event
from lib.stored_texts import in_every_language

from .database_identity import adopt
from .eboekhouden.errors import EBoekhoudenError, MessageInvalid, NotConfigured
from .error_messages import field_at_fault, sentence, undecryptable
from .events import record
from .models import Connection, CostCentre, LedgerAccount
from .nightly import next_night
from .secrets import CannotDecrypt
from .switching import (
    SERVICE,
    AdministrationTaken,
    StillInDoubt,
    activate,
    check_nothing_in_doubt,
    deactivate,
    pause,
    refuse_taken,
    resume,
)
from .testing import Findings, probe

__all__ = [
    "AdministrationTaken",
    "ConnectionTest",
    "CredentialsInput",
    "activate",
    "deactivate",
    "pause",
    "resume",
    "save_connection",
    "test_connection",
]

Choice = TypeVar("Choice", LedgerAccount, CostCentre)
CREDENTIALS = {
    "username": gettext_lazy("Username"),
    "sealed_code_1": gettext_lazy("Security code 1"),
    "sealed_code_2": gettext_lazy("Security code 2"),
}
SETTINGS = {
    "template": gettext_lazy("Invoice template"),
    "ledger_account": gettext_lazy("Ledger account"),
    "debtor_account": gettext_lazy("Debtors account"),
    "numbering": gettext_lazy("Invoice numbers"),
    "book_at_once": gettext_lazy("Book immediately"),
    "nightly_import": gettext_lazy("Nightly import"),
}


@dataclass(frozen=True)
class CredentialsInput:
    """The username and codes as typed; an empty code means the stored one."""

    username: str
    code_1: str = field(default="", repr=False)
    code_2: str = field(default="", repr=False)


@dataclass(frozen=True)
class ConnectionTest:
    """The result of a test, in words. `is_wrong`: these codes certainly do not work."""

    ok: bool
    text: str
    field: str = ""
    is_wrong: bool = False


@sensitive_variables()
def test_connection(
    connection: Connection, *, typed: CredentialsInput, by: User, now: datetime.datetime
) -> ConnectionTest:
    """Log in with the typed codes. On success, store them with what was found, and end a pause."""
    candidate = _candidate(connection, typed)
    if not candidate.has_codes:
        text = _("Enter the username and both security codes first.")
        return ConnectionTest(ok=False, text=text, is_wrong=True)
    try:
        findings = probe(candidate)
        _store_success(connection, candidate, findings, by=by, now=now)
    except (AdministrationTaken, StillInDoubt) as taken:
        return ConnectionTest(ok=False, text=str(taken), field="code_2", is_wrong=True)
    except CannotDecrypt:
        return ConnectionTest(ok=False, text=str(undecryptable()), field="code_1", is_wrong=True)
    except EBoekhoudenError as error:
        return _record_failure(connection, candidate, error, by=by, now=now)
    return ConnectionTest(ok=True, text=_("The connection works."))


@sensitive_variables()
def save_connection(
    connection: Connection,
    *,
    typed: CredentialsInput,
    settings: Mapping[str, object],
    by: User,
    now: datetime.datetime,
) -> ConnectionTest | None:
    """Store the settings and test new codes first. Nothing is stored if `is_wrong`.

    Returns the result of the test, or None if nothing had to be tested. If e-Boekhouden cannot be
    reached, everything is stored without a test.
    """
    candidate = _candidate(connection, typed)
    tested = None
    if candidate.has_codes and (_renewed(connection, candidate) or not connection.tested_at):
        tested = test_connection(connection, typed=typed, by=by, now=now)
        if tested.is_wrong:
            return tested
    try:
        with transaction.atomic():
            if not (tested and tested.ok):
                _store_untested(connection, candidate, by=by, now=now)
            _store_settings(connection, settings, by=by, now=now)
    except (AdministrationTaken, StillInDoubt) as refused:
        return ConnectionTest(ok=False, text=str(refused), field="code_2", is_wrong=True)
    connection.refresh_from_db()
    return tested


def _candidate(connection: Connection, typed: CredentialsInput) -> Connection:
    """Return a copy of the connection with the typed values; empty codes keep the stored ones."""
    candidate = copy.copy(connection)
    candidate.username = typed.username
    try:
        stored = connection.codes() if connection.has_codes else ("", "")
    except CannotDecrypt:
        stored = ("", "")
    candidate.set_codes(
        typed.code_1 if typed.code_1 != stored[0] else "",
        typed.code_2 if typed.code_2 != stored[1] else "",
    )
    return candidate


def _renewed(connection: Connection, candidate: Connection) -> list[str]:
    return [name for name in CREDENTIALS if getattr(connection, name) != getattr(candidate, name)]


def _store_success(
    connection: Connection,
    candidate: Connection,
    findings: Findings,
    *,
    by: User,
    now: datetime.datetime,
) -> None:
    try:
        with transaction.atomic():
            resume(connection, by=by, now=now)
            adopt(connection, now=now)
            _store_credentials(
                connection,
                candidate,
                by=by,
                now=now,
                administration_name=findings.administration,
                relation_count=findings.relations,
                tested_at=now,
            )
            _replace(LedgerAccount, connection, findings.ledger_accounts, key="code")
            _replace(CostCentre, connection, findings.cost_centres, key="remote_id")
            record(connection, gettext_lazy("Tested: the connection works."), by=by, now=now)
    except IntegrityError as error:
        refuse_taken(error)
    connection.refresh_from_db()


def _store_untested(
    connection: Connection, candidate: Connection, *, by: User, now: datetime.datetime
) -> None:
    if not _renewed(connection, candidate):
        return
    try:
        with transaction.atomic():
            _store_credentials(
                connection, candidate, by=by, now=now, tested_at=None, administration_name=""
            )
    except IntegrityError as error:
        refuse_taken(error)


def _store_credentials(
    connection: Connection,
    candidate: Connection,
    *,
    by: User,
    now: datetime.datetime,
    **found: object,
) -> None:
    renewed = _renewed(connection, candidate)
    values = {name: getattr(candidate, name) for name in renewed}
    if {"sealed_code_1", "sealed_code_2"} & set(renewed):
        values |= {"codes_set_at": now, "codes_set_by": by}
        notices.tell_about_organisation(
            notices.CREDENTIALS, connection.organisation, by=by, now=now
        )
    if "sealed_code_2" in renewed:
        if candidate.administration_key != connection.administration_key:
            check_nothing_in_doubt(connection, now=now)
        values["administration_key"] = candidate.administration_key
    Connection.objects.filter(pk=connection.pk).update(**values, **found)
    if renewed:
        _record_renewed(connection, candidate, renewed, by=by)
        record(connection, in_every_language(lambda: _changed(renewed)), by=by, now=now)


def _record_renewed(
    connection: Connection, candidate: Connection, renewed: list[str], *, by: User
) -> None:
    """Record which credentials changed; of a code no more than that."""
    changes: Changes = {}
    for name in renewed:
        changes |= change(name, getattr(connection, name), getattr(candidate, name))
    record_changes(Kind.CONNECTION, connection, changes, label=SERVICE, by=by)
    log_event("security.codes_changed", organisation=connection.organisation_id)


def _store_settings(
    connection: Connection, settings: Mapping[str, object], *, by: User, now: datetime.datetime
) -> None:
    changed = {
        name: settings[name] for name in SETTINGS if settings[name] != getattr(connection, name)
    }
    if not changed:
        return
    values = dict(changed)
    recorded = differences(connection, changed)
    record_changes(Kind.CONNECTION, connection, recorded, label=SERVICE, by=by)
    if "nightly_import" in changed:
        due = next_night(connection.organisation_id, now=now)
        values["next_import_at"] = due if settings["nightly_import"] else None
    Connection.objects.filter(pk=connection.pk).update(**values)
    before = {name: getattr(connection, name) for name in changed}
    text = in_every_language(
        lambda: "; ".join(
            f"{SETTINGS[name]}: {_shown(before[name])} → {_shown(value)}"
            for name, value in changed.items()
        )
    )
    record(connection, text, by=by, now=now)


def _changed(renewed: list[str]) -> str:
    names = ", ".join(str(CREDENTIALS[name]) for name in renewed)
    return _("Changed: %(what)s.") % {"what": names}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return str(value) or "–"


def _replace(model: type[Choice], connection: Connection, rows: list[Choice], *, key: str) -> None:
    """Make the stored list equal to the fetched one; rows in both keep their id."""
    known = model._default_manager.filter(connection=connection)
    known.exclude(**{f"{key}__in": [getattr(row, key) for row in rows]}).delete()
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["connection", key],
        update_fields=["name", "category"] if model is LedgerAccount else ["name"],
    )


def _record_failure(
    connection: Connection,
    candidate: Connection,
    error: EBoekhoudenError,
    *,
    by: User,
    now: datetime.datetime,
) -> ConnectionTest:
    """Record the failure. If codes in use are no longer accepted, pause the connection."""
    text = sentence(error)
    is_wrong = isinstance(error, NotConfigured | MessageInvalid)
    if is_wrong and not _renewed(connection, candidate):
        pause(connection, code=error.code, text=text, now=now)
    failed = in_every_language(lambda: _("Test failed: %(text)s") % {"text": text})
    record(connection, failed, by=by, now=now, good=False)
    return ConnectionTest(ok=False, text=str(text), field=field_at_fault(error), is_wrong=is_wrong)
