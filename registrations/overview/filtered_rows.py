"""All rows of a filter as a selection: the filter travels, signed, instead of the ids."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.db.models import Max, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Membership, Organisation

from ..models import RegistrationQuerySet
from ..worth import groups_of
from .filters import RegistrationFilter
from .overviews import OVERVIEWS

SALT = "registrations.filtered-rows"
BY_KIND = {overview.key: overview for overview in OVERVIEWS}


@dataclass(frozen=True)
class FilteredRows:
    """The rows of one kind that a filter of a member finds, without some of them.

    Rows that are registered after the selection do not belong to it: `newest` is the last id.
    """

    kind: str
    member: int
    query: str
    newest: int
    without: tuple[int, ...] = ()

    @property
    def token(self) -> str:
        """The signed form, in which a page carries it; without the rows that are left out."""
        content = [self.kind, self.member, self.query, self.newest]
        return signing.dumps(content, salt=SALT, compress=True)

    @classmethod
    def read(cls, token: str, *, kind: str, without: tuple[int, ...] = ()) -> "FilteredRows":
        """Read a token. Raises SuspiciousOperation if it was not signed for this kind of rows."""
        try:
            signed_kind, member, query, newest = signing.loads(token, salt=SALT)
        except signing.BadSignature as error:
            raise SuspiciousOperation("This selection was not made here.") from error
        if signed_kind != kind:
            raise SuspiciousOperation("A selection of another kind of registrations.")
        return cls(kind, member, query, newest, without)

    def rows(self, organisation: Organisation) -> RegistrationQuerySet:
        """Return the rows now; none if the member left or the filter names what is gone."""
        overview = BY_KIND[self.kind]
        member = organisation.memberships.select_related("user").filter(pk=self.member).first()
        rows: RegistrationQuerySet = overview.model.objects.filter(organisation=organisation)
        if member is None:
            return rows.none()
        visible = rows.visible_to(member).filter(pk__lte=self.newest)
        query = QueryDict(self.query)
        found = overview.filterset(
            query, visible, membership=member, today=timezone.localdate()
        ).rows
        return found.exclude(pk__in=self.without) if self.without else found


def select_all(found: RegistrationFilter, *, kind: str, by: Membership) -> FilteredRows:
    """Return all rows of the filter as a selection. A named period becomes its days."""
    newest = found.queryset.aggregate(newest=Max("pk"))["newest"] or 0
    return FilteredRows(kind, by.pk, query_of(found), newest)


def query_of(found: RegistrationFilter) -> str:
    """Return the query string of the filter alone, the same for the same filter."""
    days = found.period_chosen.in_address() if found.is_valid() else {}
    values = {
        name: sorted(found.data.getlist(name))
        for name in found.filters
        if name in found.data and name not in ("period", "since", "until")
    }
    return urlencode(sorted({**values, **days}.items()), doseq=True)


def figures_of(rows: QuerySet[Any]) -> dict[str, Any]:
    """Return what the selection bar adds up: numbers, and the quantities by project and rate.

    Amounts are in cents, kilometres in tenths, minutes as worked; those by rate are the rounded
    ones. Hours without a rate are worth nothing, and so are trips that are not billed.
    """
    found: dict[str, Any] = {"count": 0, "minutes": 0, "tenths": 0, "amount": 0, "groups": []}
    for group in groups_of(rows):
        found["count"] += group["n"]
        found["minutes"] += group.get("minutes_sum", 0)
        found["tenths"] += group.get("tenths_sum", 0)
        if "hourly_rate" not in group and "rate" not in group:
            found["amount"] += group["cents"]
        elif rate := _rate_of(group):
            minutes = group.get("minutes_sum", 0) + group.get("rounded_sum", 0)
            figures = [minutes, group.get("tenths_sum", 0)]
            found["groups"].append([group["project"], str(rate), *figures])
    return found


def _rate_of(group: dict[str, Any]) -> Any:
    if "rate" in group:
        return group["rate"] if group["is_billable"] else None
    return group["hourly_rate"]
