"""Memberships: adding, changing and deactivating people. One administrator always remains."""

import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit.changes import change, contents, differences
from audit.kinds import Action, Kind
from audit.recording import record, record_changes
from audit.security import log_event

from .models import Language, Membership, Organisation, Role, User
from .notices import ROLE, tell_about_organisation

# What an entry says of a new member.
RECORDED = (
    *("role", "may_invoice", "manages_all_projects", "may_see_amounts"),
    *("may_register_for_others", "may_approve", "hourly_rate"),
)


class AlreadyMember(Exception):
    """The person already has a membership in the organisation; see `membership`."""

    def __init__(self, membership: Membership) -> None:
        super().__init__(str(membership))
        self.membership = membership


class LastAdministrator(Exception):
    """The change would leave no administrator who can log in."""


class NotAccepted(Exception):
    """The person has an account and has not accepted the invitation yet."""


class WasErased(Exception):
    """The person was erased: only a pseudonym is left."""


@transaction.atomic
def add_member(
    organisation: Organisation,
    *,
    email: str,
    first_name: str,
    last_name: str = "",
    language: str = Language.ENGLISH,
    password: str | None = None,
    is_agreed: bool = False,
    **details: object,
) -> Membership:
    """Create a membership for the person with this address.

    A person who already has an account keeps their name and password, and is no member before they
    accept, unless it is `is_agreed` already. `details` are the role, the rights and the hourly
    rate (euros excl. VAT). Raises AlreadyMember.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        names = {"first_name": first_name, "last_name": last_name, "language": language}
        user = User.objects.create_user(email, password, **names)
    elif not is_agreed:
        details |= {"is_active": False, "awaits_consent": True}
    membership, is_new = Membership.objects.get_or_create(
        organisation=organisation, user=user, defaults=details
    )
    if not is_new:
        raise AlreadyMember(membership)
    _open_login(user)
    is_invited = membership.awaits_consent
    kind, action = (Kind.INVITATION, Action.INVITED) if is_invited else (Kind.PERSON, Action.ADDED)
    fields = [name for name in details if name in RECORDED]
    record(kind, action, membership, changes=contents(membership, fields))
    log_event("security.member_added", organisation=organisation.pk, member=membership.pk)
    return membership


def may_rename(membership: Membership) -> bool:
    """Return False if the person also works elsewhere: then only they change their name."""
    return not membership.user.memberships.exclude(pk=membership.pk).exists()


@transaction.atomic
def change_employee(
    membership: Membership, *, first_name: str, last_name: str, hourly_rate: Decimal | None
) -> None:
    """Change the rate (euros excl. VAT), and the name if the person works nowhere else."""
    changes = differences(membership, {"hourly_rate": hourly_rate})
    Membership.objects.filter(pk=membership.pk).update(hourly_rate=hourly_rate)
    if may_rename(membership):
        names = {"first_name": first_name, "last_name": last_name}
        changes |= differences(membership.user, names)
        User.objects.filter(pk=membership.user_id).update(**names)
    record_changes(Kind.PERSON, membership, changes)


@transaction.atomic
def change_rights(
    membership: Membership, *, role: str, by: User | None = None, **rights: bool
) -> None:
    """Change role and rights; a right that is not given stays. Raises LastAdministrator.

    The person and the administrators are told.
    """
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator_besides(membership)
    changed = Membership.objects.filter(pk=membership.pk).exclude(role=role, **rights)
    if changed.update(role=role, **rights):
        organisation, user = membership.organisation, membership.user
        record_changes(Kind.RIGHTS, membership, differences(membership, {"role": role, **rights}))
        log_event("security.rights_changed", organisation=organisation.pk, member=membership.pk)
        tell_about_organisation(ROLE, organisation, by=by, now=timezone.now(), person=user)


@transaction.atomic
def deactivate(membership: Membership) -> None:
    """Deactivate the membership; registrations are kept. Raises LastAdministrator.

    The person loses access to this organisation at once. Without another membership, active or
    waiting for the answer to an invitation, the person cannot log in.
    """
    _keep_an_administrator_besides(membership)
    Membership.objects.filter(pk=membership.pk).update(is_active=False)
    if not membership.user.memberships.active_or_invited().exists():
        User.objects.filter(pk=membership.user_id).update(is_active=False)
        end_sessions(membership.user)
    record(Kind.PERSON, Action.DEACTIVATED, membership, changes=change("is_active", True, False))
    log_event(
        "security.member_deactivated",
        organisation=membership.organisation_id,
        member=membership.pk,
    )


@transaction.atomic
def activate(membership: Membership) -> None:
    """Reactivate the membership with the role and rate it had. Raises NotAccepted, WasErased."""
    if membership.awaits_consent:
        raise NotAccepted(str(membership))
    if membership.user.is_erased:
        raise WasErased(str(membership))
    Membership.objects.filter(pk=membership.pk).update(is_active=True)
    _open_login(membership.user)
    record(Kind.PERSON, Action.ACTIVATED, membership, changes=change("is_active", False, True))


@transaction.atomic
def accept(membership: Membership) -> None:
    """Make the person a member, as they want."""
    Membership.objects.filter(pk=membership.pk).update(is_active=True, awaits_consent=False)
    record(Kind.INVITATION, Action.ACCEPTED, membership)
    log_event(
        "security.member_added", organisation=membership.organisation_id, member=membership.pk
    )


@transaction.atomic
def decline(membership: Membership) -> None:
    """Delete an invitation that the person does not want."""
    record(Kind.INVITATION, Action.DECLINED, membership)
    Membership.objects.filter(pk=membership.pk, awaits_consent=True).delete()


@transaction.atomic
def end_sessions_here(membership: Membership, *, now: datetime.datetime) -> None:
    """End the person's access to this organisation on all devices, until they log in again.

    Elsewhere the person stays logged in.
    """
    if may_rename(membership):
        end_sessions(membership.user)
    else:
        Membership.objects.filter(pk=membership.pk).update(sessions_end_before=now)
    record(Kind.ACCESS, Action.SESSIONS_ENDED, membership)
    log_event(
        "security.sessions_ended", organisation=membership.organisation_id, member=membership.pk
    )


def end_sessions(user: User) -> None:
    """End all sessions of the person, at their next request."""
    User.objects.filter(pk=user.pk).update(login_generation=F("login_generation") + 1)


def _open_login(user: User) -> None:
    User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)


def _keep_an_administrator_besides(membership: Membership) -> None:
    """Raise LastAdministrator if no other administrator can log in.

    The lock on the organisation makes two administrators who demote each other wait for each other.
    """
    organisation = Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    able = organisation.memberships.able_to_administrate()
    is_one = able.filter(pk=membership.pk).exists()
    if is_one and not able.exclude(pk=membership.pk).exists():
        raise LastAdministrator(str(membership))
