"""Decorators for views: who may open a page.

Members without the right get a 403 page; anonymous users are redirected to the login page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from .models import Membership
from .requests import MemberRequest, SiteRequest

P = ParamSpec("P")
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
SiteView = Callable[Concatenate[SiteRequest, P], HttpResponseBase]


def _allow(may: Callable[[Membership], bool]) -> Callable[[MemberView[P]], SiteView[P]]:
    def decorate(view: MemberView[P]) -> SiteView[P]:
        @login_required
        @wraps(view)
        def guarded(request: SiteRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.membership is None or not may(request.membership):
                raise PermissionDenied(_("You do not have the right to open this page."))
            return view(cast(MemberRequest, request), *args, **kwargs)

        return guarded

    return decorate


member_required = _allow(lambda membership: True)
manager_required = _allow(lambda membership: membership.is_manager)
managers_of_all_required = _allow(lambda membership: membership.is_manager_of_all)
approver_of_all_required = _allow(
    lambda membership: membership.is_manager_of_all and membership.approves
)
invoicer_required = _allow(lambda membership: membership.is_invoicer)
# The page of the agency: of who may invoice, and of managers of all who see amounts.
agency_required = _allow(lambda membership: membership.sees_agency)
# Pages of managers that are about rates and prices.
prices_required = _allow(lambda membership: membership.is_manager and membership.sees_amounts)
approver_required = _allow(lambda membership: membership.approves)
administrator_required = _allow(lambda membership: membership.is_administrator)
