"""Saved views of Overview: filters, order, grouping and columns under a name, for one person.

A view keeps the query of the address. Periods such as "this month" stay relative to the day.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Membership
from lib.text import fill

from ..models import SavedView

# What a view keeps besides the filters of its list.
KEPT = ("order", "size", "group", "without")
LONGEST = 2000
# More views than this in a menu are not found again.
MOST = 50


def views_of(membership: Membership, kind: str) -> list[SavedView]:
    """Return the views of a person of one list, by name; one query."""
    return list(SavedView.objects.filter(membership=membership, kind=kind)[:MOST])


def query_to_keep(given: QueryDict, filters: Iterable[str]) -> str:
    """Return the part of an address that a view keeps. Raises ValidationError if it is too long."""
    found = QueryDict(mutable=True)
    for name in (*filters, *KEPT):
        if values := [value for value in given.getlist(name) if value]:
            found.setlist(name, values)
    query: str = found.urlencode()
    if len(query) > LONGEST:
        raise ValidationError(_("These are too many filters for one view. Clear some of them."))
    return query


@transaction.atomic
def save_view(
    membership: Membership, *, kind: str, name: str, query: str, is_default: bool
) -> SavedView:
    """Store a new view. Raises ValidationError for an empty name, and for one that is in use."""
    mine = SavedView.objects.filter(membership=membership, kind=kind)
    if mine.count() >= MOST:
        raise ValidationError(_("There are %d views. Delete one first.") % MOST)
    view = SavedView(membership=membership, kind=kind, query=query)
    _name(view, name)
    view.save()
    if is_default:
        pin(view)
    return view


@transaction.atomic
def rename(view: SavedView, name: str) -> None:
    """Give a view another name. Raises ValidationError as `save_view` does."""
    _name(view, name)
    view.save(update_fields=["name"])


@transaction.atomic
def pin(view: SavedView) -> None:
    """Let this view open first, in place of the one that did."""
    others = SavedView.objects.filter(membership=view.membership_id, kind=view.kind)
    others.filter(is_default=True).update(is_default=False)
    SavedView.objects.filter(pk=view.pk).update(is_default=True)


def unpin(view: SavedView) -> None:
    SavedView.objects.filter(pk=view.pk).update(is_default=False)


def _name(view: SavedView, name: str) -> None:
    field: Any = SavedView._meta.get_field("name")
    cleaned = field.clean(name, view)
    same = SavedView.objects.filter(
        membership=view.membership_id, kind=view.kind, name__iexact=cleaned
    )
    if same.exclude(pk=view.pk).exists():
        text = _("You have a view named %(name)s. Choose another name.")
        raise ValidationError(fill(text, {"name": cleaned}))
    view.name = cleaned
