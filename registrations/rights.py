"""Rights to see and change registrations; docs/rights.md has them by page."""

from django.db.models import Q

from accounts.models import Membership


def sees_everything(membership: Membership) -> bool:
    """Return True if the member sees the registrations of everybody on every project."""
    return membership.is_manager_of_all or membership.is_invoicer


def sees_others(membership: Membership) -> bool:
    """Return True if the member sees registrations of others: on every project, or on their own."""
    return membership.is_manager or membership.is_invoicer


def sees_all_of(membership: Membership, person: Membership) -> bool:
    """Return True if the member sees every registration of the person."""
    return membership.pk == person.pk or sees_everything(membership)


def sees_leave_of(membership: Membership, person: Membership) -> bool:
    """Return True if the member sees the leave of the person, and so what is expected of them."""
    return membership.pk == person.pk or membership.is_manager_of_all


def of_seen(membership: Membership) -> Q:
    """Return the condition for registrations that the member sees, within the organisation."""
    if sees_everything(membership):
        return Q()
    own = Q(membership=membership)
    return own | Q(project__in=membership.managed_projects.all()) if membership.is_manager else own


def may_register_for(membership: Membership, other: Membership) -> bool:
    """Return True for oneself; with the right to it also for others of the organisation."""
    same = membership.organisation_id == other.organisation_id
    return membership.pk == other.pk or (same and membership.registers_for_others)


def may_register_on(membership: Membership, *, person: Membership, project_id: int | None) -> bool:
    """Return True for oneself; for others on the projects that the member manages.

    What has no project is registered for others by who manages all of them.
    """
    if membership.pk == person.pk or membership.is_manager_of_all:
        return True
    return project_id is not None and membership.managed_projects.filter(pk=project_id).exists()
