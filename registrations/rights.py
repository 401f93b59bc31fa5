"""Rights to see and change registrations."""

from accounts.models import Membership


def sees_everything(membership: Membership) -> bool:
    """Return True if the member sees all registrations, with amounts; others see only their own."""
    return membership.is_manager or membership.is_invoicer


def may_register_for(membership: Membership, other: Membership) -> bool:
    """Return True for oneself; for managers also for others of the organisation."""
    same = membership.organisation_id == other.organisation_id
    return membership.pk == other.pk or (same and membership.is_manager)
