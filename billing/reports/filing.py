"""Mark a VAT return as filed, or withdraw that mark; the amounts as filed are kept unchanged."""

import datetime
import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import record
from registrations.periods import Period

from ..models import FiledPart, FiledReturn, FilingKind
from .parts import Part, add_up
from .vat_overview import Amounts
from .vat_return import has_ended, kind_of, rows_of, vat_return


class CannotFile(Exception):
    """The period cannot be marked as filed; the text is for users."""


def why_not_fileable(organisation: Organisation, period: Period, *, today: datetime.date) -> str:
    """Return the reason why the period cannot be marked as filed; empty if it can."""
    if not kind_of(period):
        return _("Choose a whole month, quarter or year to mark its return as filed.")
    if not has_ended(period, today):
        return _("This period has not ended yet. Its return can be marked as filed afterwards.")
    others = overlapping(organisation, period)
    if others is None:
        return ""
    text = _(
        "The return of %(period)s overlaps this period and is marked as filed. "
        "Withdraw that mark first."
    )
    return text % {"period": others}


def overlapping(organisation: Organisation, period: Period) -> FiledReturn | None:
    """Return a filed return that shares days with this period and is of another period."""
    first, last = _days(period)
    shared = organisation.filed_returns.in_force().filter(first__lte=last, last__gte=first)
    return shared.exclude(first=first, last=last).first()


def latest_of(organisation: Organisation, period: Period) -> FiledReturn | None:
    """Return the filing that counts for exactly this period."""
    first, last = _days(period)
    filed = organisation.filed_returns.in_force().filter(first=first, last=last)
    return filed.select_related("filed_by").last()


def next_unfiled(organisation: Organisation, period: Period) -> Period:
    """Return the first later period of the same length whose return is not filed yet."""
    first, last = _days(period)
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    later = organisation.filed_returns.in_force().filter(last__gt=last)
    filed = list(later.values_list("first", "last"))
    found = period
    while True:
        since, _until = _days(found)
        found = Period.months(since.year, since.month + length, length=length)
        since, until = _days(found)
        if not any(start <= until and since <= end for start, end in filed):
            return found


def fingerprint(found: Mapping[Part, Amounts]) -> str:
    """Return a digest of the amounts per invoice and box, to see whether they changed."""
    rows = sorted((*part, str(one.net), str(one.vat)) for part, one in found.items())
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def file_return(
    organisation: Organisation,
    period: Period,
    *,
    kind: str,
    shown: str,
    by: User,
    now: datetime.datetime,
    today: datetime.date,
    counts_in: datetime.date | None = None,
) -> FiledReturn:
    """Keep the amounts of the period as filed; `shown` is the fingerprint of what was shown.

    A period that was filed before gets a correction; one in a later return counts in the first
    that is not filed, which `counts_in` says if a person saw it. Raises CannotFile with a sentence.
    """
    first, last = _days(period)
    with transaction.atomic():
        # Two people who file at once wait for each other.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        if why := why_not_fileable(organisation, period, today=today):
            raise CannotFile(why)
        if bool(latest_of(organisation, period)) == (kind == FilingKind.RETURN):
            raise CannotFile(
                _("Someone else marked or withdrew this return. Check the page and try again.")
            )
        target = _target(organisation, period, kind=kind, shown=counts_in)
        found = vat_return(organisation, period).parts
        if fingerprint(found) != shown:
            raise CannotFile(
                _("The amounts have changed since you opened the page. Check them and try again.")
            )
        filed = FiledReturn.objects.create(
            organisation=organisation,
            first=first,
            last=last,
            kind=kind,
            counts_in=target,
            boxes=_stored(add_up(found)),
            filed_at=now,
            filed_by=by,
        )
        FiledPart.objects.bulk_create(
            (
                FiledPart(
                    filed_return=filed,
                    invoice_id=part.invoice_id,
                    box=part.box,
                    net=amounts.net,
                    vat=amounts.vat,
                )
                for part, amounts in found.items()
            ),
            batch_size=500,
        )
        changes = change("kind", None, kind) | change("boxes", None, _in_words(filed.boxes))
        label = _days_in_words(filed)
        record(Kind.VAT_RETURN, Action.FILED, filed, label=label, changes=changes, by=by)
        return filed


def _target(
    organisation: Organisation, period: Period, *, kind: str, shown: datetime.date | None
) -> datetime.date | None:
    """Return the first day of the period whose return gets the correction. Raises CannotFile."""
    if kind != FilingKind.IN_NEXT_RETURN:
        return None
    first, _last = _days(next_unfiled(organisation, period))
    if shown not in (None, first):
        raise CannotFile(
            _("Someone else marked or withdrew this return. Check the page and try again.")
        )
    return first


def withdraw(filed: FiledReturn, *, by: User, now: datetime.datetime) -> bool:
    """Withdraw a mark that was made by mistake; False if that was done before.

    Raises CannotFile if the period was corrected after it: that correction is the difference with
    this mark, so it goes first.
    """
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=filed.organisation_id)
        same = FiledReturn.objects.in_force().filter(
            organisation=filed.organisation_id, first=filed.first, last=filed.last
        )
        latest = same.last()
        if latest and latest.pk != filed.pk and same.filter(pk=filed.pk).exists():
            raise CannotFile(_("This return was corrected later. Withdraw that correction first."))
        mine = FiledReturn.objects.filter(pk=filed.pk, withdrawn_at=None)
        is_done = bool(mine.update(withdrawn_at=now, withdrawn_by=by))
        if is_done:
            record(Kind.VAT_RETURN, Action.WITHDRAWN, filed, label=_days_in_words(filed), by=by)
        return is_done


def _days_in_words(filed: FiledReturn) -> str:
    return f"{filed.first:%d-%m-%Y} – {filed.last:%d-%m-%Y}"


def _in_words(boxes: Mapping[str, Mapping[str, str]]) -> str:
    """Return the turnover and the VAT of each box, as they were filed."""
    return ", ".join(f"{box}: {one['turnover']} / {one['whole_vat']}" for box, one in boxes.items())


def _days(period: Period) -> tuple[datetime.date, datetime.date]:
    """Return first and last day. Raises ValueError for an open period, which no return has."""
    if period.first is None or period.last is None:
        raise ValueError(period)
    return period.first, period.last


def _stored(boxes: Mapping[str, Amounts]) -> dict[str, dict[str, str]]:
    return {
        row.box.value: {
            "net": str(row.amounts.net),
            "vat": str(row.amounts.vat),
            "turnover": str(row.turnover),
            "whole_vat": str(row.vat),
        }
        for row in rows_of(boxes)
        if not row.why_empty
    }
