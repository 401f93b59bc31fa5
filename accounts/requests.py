"""What a request carries besides what Django gives it, by who makes it; for types only."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import Membership, Organisation, User


class SiteRequest(HttpRequest):
    """Anybody's: somebody who is not logged in has no place in an organisation."""

    htmx: HtmxDetails
    membership: Membership | None
    organisation: Organisation | None


class UserRequest(SiteRequest):
    """Of somebody who is logged in, perhaps without a place in any organisation."""

    user: User


class MemberRequest(UserRequest):
    """Of somebody with a place in the organisation whose data the page shows."""

    membership: Membership
    organisation: Organisation
