"""Login by e-mail address and password, through allauth; a request reads its person once."""

from allauth.account.auth_backends import AuthenticationBackend

from ..models import Membership, User


class MemberBackend(AuthenticationBackend):
    """allauth's backend; the person of a request comes with their memberships in one query."""

    def get_user(self, user_id: int) -> User | None:
        """Return the person of a session with their active memberships; None if blocked."""
        memberships = list(Membership.objects.of_request().filter(user=user_id))
        if not memberships:
            return super().get_user(user_id)  # without a membership, or deleted
        user = memberships[0].user
        for membership in memberships:
            membership.user = user
        user.active_memberships = memberships
        return user if self.user_can_authenticate(user) else None
