"""Filters and sort orders for lists of people, read from the query string."""

from typing import Self

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lib.form_fields import LineFilter

from .models import Membership, MembershipQuerySet, Role

STATES = [("active", _("Active")), ("inactive", _("Inactive")), ("all", _("All"))]
ORDERS = {
    "name": ("user__first_name", "user__last_name"),
    "email": ("user__email",),
    "role": ("role", "user__first_name"),
    "rate": ("rate_today", "user__first_name"),
    "login": ("user__last_login", "user__first_name"),
}


class MembershipFilter(django_filters.FilterSet):
    """Filter on name or e-mail, role, and whether the membership is active."""

    q = LineFilter(label=_("Search name or e-mail"), method="matching")
    role = django_filters.MultipleChoiceFilter(
        label=_("Role"), choices=Role, widget=forms.CheckboxSelectMultiple
    )
    state = django_filters.ChoiceFilter(
        label=_("Status"), choices=STATES, empty_label=None, method="in_state"
    )

    class Meta:
        model = Membership
        fields = ()

    def matching(self, people: MembershipQuerySet, name: str, text: str) -> MembershipQuerySet:
        return people.matching(text)

    def in_state(self, people: MembershipQuerySet, name: str, state: str) -> MembershipQuerySet:
        return people if state == "all" else people.filter(is_active=state == "active")

    @classmethod
    def active_by_default(cls, query: QueryDict, people: MembershipQuerySet) -> Self:
        """Filter that shows only active members unless another state was chosen."""
        query = query.copy()
        if query.get("state") not in dict(STATES):
            query["state"] = "active"
        return cls(query, queryset=people)
