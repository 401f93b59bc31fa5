"""Look up a rate by date. A rate holds until the next one of the same subject begins."""

import datetime
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.db.models import Q, QuerySet

from .models import SUBJECTS, DatedRate, RateKind, Subject, TripSettings

# A rate of a subject from a date on, in euros excl. VAT.
Dated = tuple[Subject, datetime.date, Decimal]


@dataclass(frozen=True)
class RateEdit:
    """A change of the rates of one subject: the date that is taken away, and a rate that is set."""

    subject: Subject
    removes: datetime.date | None = None
    from_on: datetime.date | None = None
    rate: Decimal | None = None

    def applied(self, rows: Iterable[Dated]) -> list[Dated]:
        """Return the rates as they are after the change."""
        gone = {(self.subject, self.removes), (self.subject, self.from_on)}
        kept = [row for row in rows if (row[0], row[1]) not in gone]
        if self.from_on is not None and self.rate is not None:
            kept.append((self.subject, self.from_on, self.rate))
        return kept


class RateTable:
    """Rates of several subjects; looking one up reads nothing."""

    def __init__(self, rows: Iterable[Dated]) -> None:
        self._rows = list(rows)
        self._rates: dict[Subject, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
        for subject, from_on, rate in sorted(self._rows):
            self._rates[subject].append((from_on, rate))

    def edited(self, edit: RateEdit) -> "RateTable":
        """Return the rates as they are after a change."""
        return RateTable(edit.applied(self._rows))

    def at(
        self, day: datetime.date, *, subject: Subject, beginning: Decimal | None
    ) -> Decimal | None:
        """Return the rate of a subject on a day; `beginning` is the one before all dates."""
        rates = self._rates.get(subject, [])
        place = bisect_right(rates, day, key=lambda one: one[0])
        return rates[place - 1][1] if place else beginning


def dated_rates(wanted: Q, *, edit: RateEdit | None = None) -> RateTable:
    """Return the sales rates that the condition selects, with a change that is not saved yet."""
    names = [f"{name}_id" for name in SUBJECTS]
    found = DatedRate.objects.filter(wanted, kind=RateKind.SALES).order_by()
    rows = [
        (_subject(ids), from_on, rate)
        for from_on, rate, *ids in found.values_list("from_on", "rate", *names)
    ]
    return RateTable(edit.applied(rows) if edit else rows)


class TripRates:
    """The rates of an organisation in euros excl. VAT a kilometre, read in two queries."""

    def __init__(self, organisation_id: int, *, edit: RateEdit | None = None) -> None:
        found = TripSettings.objects.filter(organisation=organisation_id).first()
        self._settings = found or TripSettings()
        wanted = Q(organisation=organisation_id, trip_settings__isnull=False)
        self._table = dated_rates(wanted, edit=edit)

    def at(self, day: datetime.date) -> Decimal:
        """Return euros excl. VAT a kilometre on a day."""
        beginning = Decimal(self._settings.rate)
        if self._settings.pk is None:
            return beginning
        subject = Subject("trip_settings", self._settings.pk)
        return self._table.at(day, subject=subject, beginning=beginning) or Decimal(0)


def _subject(ids: list[int | None]) -> Subject:
    return next(Subject(name, pk) for name, pk in zip(SUBJECTS, ids, strict=True) if pk is not None)


def subject_of(row: models.Model) -> Subject:
    """Return the subject that an object with rates is."""
    name = next(name for name, model in SUBJECTS.items() if isinstance(row, model))
    return Subject(name, row.pk)


def rates_of(subject: Subject, kind: str = RateKind.SALES) -> QuerySet[DatedRate]:
    """Return the dated rates of a subject, earliest first."""
    return DatedRate.objects.filter(**{subject.name: subject.pk}, kind=kind).order_by("from_on")
