"""Types of requests, by who makes them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import Membership, Organisation, User


class SiteRequest(HttpRequest):
    """A request of anyone; anonymous users have no membership."""

    htmx: HtmxDetails
    membership: Membership | None
    organisation: Organisation | None
    lacks_second_factor: bool


class UserRequest(SiteRequest):
    """A request of a logged-in person, who may have no membership."""

    user: User


class MemberRequest(UserRequest):
    """A request of a member of the organisation whose data the page shows."""

    membership: Membership
    organisation: Organisation
