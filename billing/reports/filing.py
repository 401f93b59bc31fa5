"""Mark a VAT return as filed, or withdraw that mark; the amounts as filed are kept unchanged."""

import datetime
import hashlib
import json
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from registrations.periods import Period

from ..models import FiledPart, FiledReturn, FilingKind
from .vat_overview import Amounts
from .vat_return import Part, add_up, has_ended, kind_of, rows_of, vat_return


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
) -> FiledReturn:
    """Keep the amounts of the period as filed; `shown` is the fingerprint of what was shown.

    A period that was filed before gets a correction. Raises CannotFile with a sentence.
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
        return filed


def withdraw(filed: FiledReturn, *, by: User, now: datetime.datetime) -> bool:
    """Withdraw a mark that was made by mistake; False if that was done before."""
    mine = FiledReturn.objects.filter(pk=filed.pk, withdrawn_at=None)
    return bool(mine.update(withdrawn_at=now, withdrawn_by=by))


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
