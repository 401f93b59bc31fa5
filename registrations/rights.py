"""Who sees and changes which rows."""

from accounts.models import Membership


def sees_everything(membership: Membership) -> bool:
    """All rows of the organisation, with their amounts; others see their own, without."""
    return membership.is_manager or membership.is_invoicer


def may_register_for(membership: Membership, other: Membership) -> bool:
    """For oneself; managers for everybody of the organisation."""
    same = membership.organisation_id == other.organisation_id
    return membership.pk == other.pk or (same and membership.is_manager)
