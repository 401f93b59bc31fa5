"""Somebody lost the phone with the second factor, and the recovery codes: others remove it."""

import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef

from audit.changes import DOTS, Changes
from audit.kinds import Action, Kind
from audit.security import log_event

from ..entries import record_for_person
from ..models import Membership, MembershipQuerySet, User
from ..notices import FACTOR_RESET, tell_about_person
from ..people import end_sessions


def with_factors(people: MembershipQuerySet) -> MembershipQuerySet:
    """Add `has_factor`: whether the person has a second factor."""
    factors = Authenticator.objects.filter(user=OuterRef("user"))
    return people.annotate(has_factor=Exists(factors))


def may_reset(membership: Membership, *, by: Membership) -> bool:
    """Return whether an administrator may remove the factor of a person.

    Not one's own, which has its page, and not that of who works elsewhere too: it guards that
    organisation as well.
    """
    elsewhere = membership.user.memberships.active().exclude(pk=membership.pk)
    return membership.user_id != by.user_id and not elsewhere.exists()


@transaction.atomic
def reset_factor(person: User, *, by: User | None, now: datetime.datetime) -> bool:
    """Remove all second factors and recovery codes, end all sessions, and mail who must know.

    Returns False if there was none. The password stays, so a new factor can be set up.
    """
    removed, _rows = Authenticator.objects.filter(user=person).delete()
    if not removed:
        return False
    end_sessions(person)
    changes: Changes = {"second_factor": [DOTS, None]}
    record_for_person(person, Kind.ACCESS, Action.DELETED, changes=changes, by=by)
    log_event("security.factor_removed", person=person.pk, factor="all")
    tell_about_person(FACTOR_RESET, person, by=by, now=now)
    return True
