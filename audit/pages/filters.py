"""The filters of the log, read from the query string."""

import datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership, Organisation
from lib.folding import Folded, fold
from lib.form_fields import DayFilter, LineFilter
from lib.text import search_words
from registrations import periods
from registrations.models import KINDS

from ..kinds import MONEY, Action, Kind
from ..models import Entry

# Whom the program is, among the people to choose from.
PROGRAM = "0"


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
    who = filters.MultipleChoiceFilter(
        label=_("Who"),
        method="done_by",
        widget=forms.CheckboxSelectMultiple,
        choices=(),
        distinct=False,
    )
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
        choices=[("money", _("Money only"))],
        empty_label=_("Everything"),
        method="about_money",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Entry
        fields = ()

    def __init__(
        self, query: QueryDict, *, organisation: Organisation, today: datetime.date
    ) -> None:
        super().__init__(query, Entry.objects.filter(organisation=organisation))
        self.today, self.object = today, _object_in(query)
        self.filters["who"].extra["choices"] = lambda: _people(organisation)

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
            rows = rows.filter(at__lt=_midnight(period.last + periods.ONE_DAY))
        return rows

    def part_of_period(self, rows: QuerySet[Entry], _name: str, _value: object) -> QuerySet[Entry]:
        return rows

    def done_by(self, rows: QuerySet[Entry], _name: str, chosen: list[str]) -> QuerySet[Entry]:
        people = [int(one) for one in chosen if one != PROGRAM]
        if PROGRAM not in chosen:
            return rows.filter(user__in=people) if people else rows
        if not people:
            return rows.filter(user=None)
        return rows.filter(user__in=people) | rows.filter(user=None)

    def about_money(self, rows: QuerySet[Entry], _name: str, _value: str) -> QuerySet[Entry]:
        return rows.filter(kind__in=sorted(MONEY))


def _people(organisation: Organisation) -> list[tuple[str, Any]]:
    """Return everybody who worked here, and the program."""
    rows = Membership.objects.filter(organisation=organisation).select_related("user")
    people = [(str(one.user_id), str(one)) for one in rows]
    return [(PROGRAM, _("The program")), *people]


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
