"""The filters of the log, read from the query string."""

import datetime

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from lib.days import ONE_DAY
from lib.folding import Folded, fold
from lib.form_fields import DayFilter, LineFilter
from lib.text import search_words
from registrations import periods, pickers
from registrations.models import KINDS
from registrations.overview.filters import Picked

from ..kinds import MONEY, Action, Kind
from ..models import Entry


class By(Picked):
    """Filter by people that the menu fetches; an entry knows their accounts."""

    def filter(self, rows: QuerySet[Entry], value: QuerySet[Membership]) -> QuerySet[Entry]:
        return rows.filter(user__in=[one.user_id for one in value]) if value else rows


class EntryFilter(filters.FilterSet):
    """Filter on text, period, person, kind of thing, what was done, and one object."""

    q = LineFilter(label=_("Search number, name, value…"), method="find")
    period = filters.ChoiceFilter(
        label=_("Period"),
        choices=[choice for choice in periods.CHOICES if choice[0] != "all"],
        method="within",
        empty_label=_("All periods"),
        widget=forms.RadioSelect,
    )
    since = DayFilter(label=_("From"), method="part_of_period")
    until = DayFilter(label=_("Until"), method="part_of_period")
    who = By(field_name="user", label=_("Who"), model=Membership, source="filter-employees")
    kind = filters.MultipleChoiceFilter(
        label=_("What"), choices=Kind, widget=forms.CheckboxSelectMultiple, distinct=False
    )
    action = filters.MultipleChoiceFilter(
        label=pgettext_lazy("audit log", "Change"),
        choices=Action,
        widget=forms.CheckboxSelectMultiple,
        distinct=False,
    )
    only = filters.ChoiceFilter(
        label=_("Everything"),
        choices=[("money", _("Money only")), ("program", _("By the program"))],
        empty_label=_("Everything"),
        method="narrowed",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Entry
        fields = ()

    def __init__(self, query: QueryDict, *, membership: Membership, today: datetime.date) -> None:
        super().__init__(query, Entry.objects.filter(organisation=membership.organisation_id))
        self.today, self.object = today, _object_in(query)
        self.filters["who"].queryset = pickers.filter_employees(membership)

    @property
    def rows(self) -> QuerySet[Entry]:
        """The filtered entries; none if the query string has an invalid filter."""
        rows: QuerySet[Entry] = self.qs if self.is_valid() else self.queryset.none()
        if self.object:
            object_type, object_id = self.object
            rows = rows.filter(object_type=object_type, object_id=object_id)
        return rows

    def find(self, rows: QuerySet[Entry], _name: str, text: str) -> QuerySet[Entry]:
        rows = rows.annotate(folded=Folded("words"))
        for word in search_words(text):
            rows = rows.filter(folded__contains=fold(word))
        return rows

    def within(self, rows: QuerySet[Entry], _name: str, value: str) -> QuerySet[Entry]:
        period = periods.named(value, today=self.today)
        if value == "custom":
            cleaned = self.form.cleaned_data
            period = periods.Period(cleaned.get("since"), cleaned.get("until"))
        if period.first:
            rows = rows.filter(at__gte=_midnight(period.first))
        if period.last:
            rows = rows.filter(at__lt=_midnight(period.last + ONE_DAY))
        return rows

    def part_of_period(self, rows: QuerySet[Entry], _name: str, _value: object) -> QuerySet[Entry]:
        return rows

    def narrowed(self, rows: QuerySet[Entry], _name: str, value: str) -> QuerySet[Entry]:
        """Return the entries about money, or what nobody did but the program."""
        return rows.filter(user=None) if value == "program" else rows.filter(kind__in=sorted(MONEY))


def _object_in(query: QueryDict) -> tuple[str, int] | None:
    """Return the type and the id of the object that an address names: customers.customer:12.

    A registration is named by its kind: hours:12.
    """
    object_type, _colon, pk = query.get("on", "").rpartition(":")
    is_number = pk.isascii() and pk.isdigit() and len(pk) <= 18
    if not object_type or not is_number:
        return None
    kind = KINDS.get(object_type)
    return kind._meta.label_lower if kind else object_type, int(pk)


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
