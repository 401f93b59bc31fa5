"""Erase a person from an organisation: delete what is not fiscal, pseudonymise the rest.

Registrations, invoices and what others did refer to a membership and a user. These rows remain and
lose everything that says who it was; no frozen document changes. Of somebody who also works in
another organisation only this membership is erased: it gets a user of its own, without a login.
"""

import datetime
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import (
    AccountMail,
    Contract,
    Membership,
    Organisation,
    Role,
    User,
)
from accounts.people import end_sessions
from billing.models import AgencyArrangement, FiledReturn, InvoiceEvent
from imports.models import ImportedRow
from integrations.runs import UNDER_WAY
from lib import kept_uploads
from lib.erased import ERASED
from projects.models import BudgetWarning, Project
from registrations.history import KIND_OF
from registrations.models import (
    KINDS,
    Decision,
    Expense,
    FavouriteTrip,
    FavouriteWork,
    Leave,
    LeaveGrant,
    LeaveStatus,
    SavedView,
    Status,
    Timer,
    WeekReminder,
)

from . import events, fates, retention
from .erasure_files import remember
from .exports import delete_file
from .models import DataExport, Erasure, ErasureKind
from .tables import TABLES, model_of


class Obstacle(StrEnum):
    """What must be finished before a person can be erased; the page says how."""

    ALREADY = "already"
    ONESELF = "oneself"
    LAST_ADMINISTRATOR = "last-administrator"
    SUBMITTED = "submitted"
    UNBILLED = "unbilled"
    ON_DRAFT = "on-draft"
    LEAVE = "leave"
    RUNNING = "running"


@dataclass
class Plan:
    """What erasing would do: what stands in its way with counts, what goes and what is kept."""

    obstacles: dict[Obstacle, int] = field(default_factory=dict)
    deleted: list[fates.Deleted] = field(default_factory=list)
    kept: list[fates.Kept] = field(default_factory=list)
    # Also works in another organisation: the account and its name there stay.
    works_elsewhere: bool = False
    pseudonym: str = ""

    @property
    def is_possible(self) -> bool:
        return not self.obstacles


class CannotErase(Exception):
    """Something is unfinished; nothing was changed. `plan` says what."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(", ".join(plan.obstacles))
        self.plan = plan


def pseudonym_of(membership: Membership) -> str:
    """Return the name that remains, in the language of the organisation."""
    with override(membership.organisation.language):
        return _("Former employee %(number)d") % {"number": membership.pk}


# --- Preview --------------------------------------------------------------------------------------


def plan_of(membership: Membership, *, by: User) -> Plan:
    """Return what erasing this person would do now; changes nothing."""
    plan = Plan(pseudonym=pseudonym_of(membership), works_elsewhere=_works_elsewhere(membership))
    plan.obstacles = {what: n for what, n in _obstacles(membership, by=by) if n}
    plan.deleted = [one for one in _deleted(membership) if one.count]
    plan.kept = [one for one in _kept(membership) if one.count]
    return plan


def _works_elsewhere(membership: Membership) -> bool:
    return membership.user.memberships.exclude(pk=membership.pk).exists()


def _obstacles(membership: Membership, *, by: User) -> Iterator[tuple[Obstacle, int]]:
    yield Obstacle.ALREADY, int(membership.user.is_erased)
    yield Obstacle.ONESELF, int(membership.user_id == by.pk)
    able = membership.organisation.memberships.able_to_administrate()
    is_last = able.filter(pk=membership.pk).exists() and able.count() == 1
    yield Obstacle.LAST_ADMINISTRATOR, int(is_last)
    for obstacle, rows in (
        (Obstacle.SUBMITTED, fates.submitted),
        (Obstacle.UNBILLED, fates.unbilled),
        (Obstacle.ON_DRAFT, fates.on_draft),
    ):
        yield obstacle, sum(rows(model, membership).count() for model in KINDS.values())
    pending = Leave.objects.filter(membership=membership, status=LeaveStatus.SUBMITTED)
    yield Obstacle.LEAVE, pending.count()
    yield Obstacle.RUNNING, sum(1 for _run in _running(membership))


def _running(membership: Membership) -> Iterator[models.Model]:
    """Yield the long runs that the person started here and that are not over."""
    for label in TABLES:
        model = model_of(label)
        if {"started_by", "organisation", "state"} <= {one.name for one in model._meta.fields}:
            yield from model._default_manager.filter(
                organisation=membership.organisation_id,
                started_by=membership.user_id,
                state__in=UNDER_WAY,
            )


def _deleted(membership: Membership) -> Iterator[fates.Deleted]:
    for model in KINDS.values():
        count = fates.deletable(model, membership).count()
        yield fates.Deleted(fates.DELETED_NAMES[model], count)
    for what, rows in _belongings(membership):
        yield fates.Deleted(what, rows.count())
    if not _works_elsewhere(membership):
        for what, rows in _account(membership.user):
            yield fates.Deleted(what, rows.count())


def _kept(membership: Membership) -> Iterator[fates.Kept]:
    yield from fates.kept(membership)
    made = InvoiceEvent.objects.filter(
        invoice__organisation=membership.organisation_id, by=membership.user_id
    )
    last = made.aggregate(last=models.Max("at"))["last"]
    if last:
        yield fates.Kept(
            gettext_lazy("What this person did with invoices"),
            made.count(),
            retention.fiscal_until(last.date(), membership.organisation),
            gettext_lazy("it is part of the books"),
        )
    filed = FiledReturn.objects.filter(
        organisation=membership.organisation_id, filed_by=membership.user_id
    )
    last = filed.aggregate(last=models.Max("last"))["last"]
    if last:
        yield fates.Kept(
            gettext_lazy("VAT returns that this person filed"),
            filed.count(),
            retention.fiscal_until(last, membership.organisation),
            gettext_lazy("they are part of the books"),
        )


def _belongings(membership: Membership) -> Iterator[tuple[Any, "models.QuerySet[Any]"]]:
    """Yield what belongs to the membership and goes with it, each with a name."""
    for what, model in (
        (gettext_lazy("Leave, with the notes"), Leave),
        (gettext_lazy("Leave balances"), LeaveGrant),
        (gettext_lazy("Contract hours"), Contract),
        (gettext_lazy("Favourites"), FavouriteWork),
        (gettext_lazy("Favourite trips"), FavouriteTrip),
        (gettext_lazy("Saved views"), SavedView),
        (gettext_lazy("Running timer"), Timer),
        (gettext_lazy("Reminders to submit a week"), WeekReminder),
        (gettext_lazy("Warnings of budgets"), BudgetWarning),
        (gettext_lazy("Order of the parts of Agency"), AgencyArrangement),
        (gettext_lazy("Exports of data"), DataExport),
    ):
        yield what, model._default_manager.filter(membership=membership)
    yield (
        gettext_lazy("Projects as project manager"),
        Project.managers.through._default_manager.filter(membership=membership),
    )


def _account(user: User) -> Iterator[tuple[Any, "models.QuerySet[Any]"]]:
    """Yield what belongs to the account and goes with it."""
    yield gettext_lazy("Sessions, with address and browser"), UserSession.objects.filter(user=user)
    yield gettext_lazy("Second factors"), Authenticator.objects.filter(user=user)
    yield gettext_lazy("Waiting mails"), AccountMail.objects.filter(user=user)
    yield gettext_lazy("Confirmed e-mail addresses"), EmailAddress.objects.filter(user=user)


# --- Erasing --------------------------------------------------------------------------------------


@transaction.atomic
def erase(membership: Membership, *, by: User, now: datetime.datetime) -> Erasure:
    """Erase the person from this organisation. Raises CannotErase."""
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    locked = Membership.objects.select_related("user", "organisation").get(pk=membership.pk)
    plan = plan_of(locked, by=by)
    if not plan.is_possible:
        raise CannotErase(plan)
    return erase_anyway(locked, by=by, now=now)


@transaction.atomic
def erase_anyway(membership: Membership, *, by: User | None, now: datetime.datetime) -> Erasure:
    """Erase the person without a look at obstacles, and record that it was done."""
    known_since, organisation = membership.user.date_joined, membership.organisation
    row_id = membership.pk
    counts = carry_out(membership, now=now)
    erasure = Erasure.objects.create(
        organisation=organisation,
        kind=ErasureKind.PERSON,
        row_id=row_id,
        known_since=known_since,
        at=now,
        by=by,
        counts=counts,
    )
    remember(erasure)
    by_id = by.pk if by else None
    events.record(
        events.ERASED, organisation=organisation.pk, membership=row_id, by=by_id, **counts
    )
    return erasure


@transaction.atomic
def carry_out(membership: Membership, *, now: datetime.datetime) -> dict[str, int]:
    """Delete and pseudonymise, without a look at obstacles; return the counts.

    Who has not accepted an invitation yet has nothing here: only the invitation is deleted.
    """
    if membership.awaits_consent:
        membership.delete()
        return {Membership._meta.label: 1}
    user, is_elsewhere = membership.user, _works_elsewhere(membership)
    counts = _delete_registrations(membership)
    _delete_exports(membership)
    for _what, rows in _belongings(membership):
        counts[rows.model._meta.label] = rows.count()
        rows.delete()
    ImportedRow.objects.filter(
        file_import__organisation=membership.organisation_id,
        model=Membership._meta.model_name,
        object_id=membership.pk,
    ).update(before=None, set_to=None, reason="")
    Membership.objects.filter(pk=membership.pk).update(
        role=Role.EMPLOYEE,
        may_invoice=False,
        is_active=False,
        awaits_consent=False,
        sessions_end_before=now,
    )
    if is_elsewhere:
        _part_from(membership, user, now=now)
    else:
        _pseudonymise(membership, user, now=now)
    return counts


def _delete_registrations(membership: Membership) -> dict[str, int]:
    """Delete what need not be kept; an approved row is opened first, as people do it."""
    counts = {}
    for model in KINDS.values():
        ids = list(fates.deletable(model, membership).values_list("pk", flat=True))
        mine = model.objects.filter(pk__in=ids)
        mine.filter(status=Status.APPROVED).update(status=Status.OPEN)
        delete_with_history(mine)
        counts[model._meta.label] = len(ids)
    return counts


def delete_with_history(rows: "models.QuerySet[Any]") -> None:
    """Delete registrations of one kind and what was decided on them; receipts after the commit."""
    ids = list(rows.values_list("pk", flat=True))
    files = _receipts(rows) if rows.model is Expense else []
    rows.delete()
    Decision.objects.filter(kind=KIND_OF[rows.model], row_id__in=ids).delete()
    _delete_after_commit(files)


def _receipts(rows: "models.QuerySet[Any]") -> list[str]:
    return list(rows.exclude(receipt="").values_list("receipt", flat=True))


def _delete_after_commit(names: list[str]) -> None:
    storage = Expense._meta.get_field("receipt").storage

    def delete() -> None:
        for name in names:
            with suppress(FileNotFoundError):
                storage.delete(name)

    if names:
        transaction.on_commit(delete)


def _delete_exports(membership: Membership) -> None:
    """Delete the files of exports about the person, and of those that the person asked for."""
    asked_for = models.Q(organisation=membership.organisation_id, started_by=membership.user_id)
    exports = DataExport.objects.filter(asked_for | models.Q(membership=membership))
    for export in exports.exclude(file=""):
        delete_file(export)


def _pseudonymise(membership: Membership, user: User, *, now: datetime.datetime) -> None:
    """Empty the account: its row keeps what others refer to, and nothing of the person."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    for _what, rows in _account(user):
        rows.delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(
        **_identity(membership, now=now),
        password=user.password,
        last_login=None,
        is_superuser=False,
    )
    end_sessions(user)
    transaction.on_commit(lambda: kept_uploads.forget_all(user_id=user.pk))


def _part_from(membership: Membership, user: User, *, now: datetime.datetime) -> None:
    """Give the membership a user of its own, and what the person did here with it."""
    left = User(**_identity(membership, now=now))
    left.set_unusable_password()
    left.save()
    Membership.objects.filter(pk=membership.pk).update(user=left)
    for label, table in TABLES.items():
        model = model_of(label)
        if not table.organisation or model in (User, Membership):
            continue
        for column in model._meta.concrete_fields:
            if column.related_model is User:
                mine = {table.organisation: membership.organisation_id, column.name: user}
                model._default_manager.filter(**mine).update(**{column.name: left})


def _identity(membership: Membership, *, now: datetime.datetime) -> dict[str, Any]:
    """Return what the account becomes; `date_joined` tells it from the one in a backup."""
    return {
        "email": f"former-{membership.pk}{ERASED}",
        "first_name": pseudonym_of(membership),
        "last_name": "",
        "language": membership.organisation.language,
        "is_active": False,
        "date_joined": now,
    }
