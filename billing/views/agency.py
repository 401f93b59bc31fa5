"""Agency: what waits to be billed and paid, who misses hours, the billable share, turnover."""

import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import agency_required
from accounts.models import Organisation
from accounts.requests import MemberRequest
from lib.formats import euro
from lib.text import fill
from lib.times import format_duration
from registrations.progress.agency import WeekShare, billable_by_week, team_hours

from ..reports.agency import YearTurnover, turnover_of_year
from ..reports.columns import Columns, Value, columns
from .dashboard import waiting_money

ALL = Decimal(100)
# From this turnover of a month on, the axis counts in thousands.
THOUSANDS_FROM = 10_000


@require_safe
@agency_required
def agency(request: MemberRequest) -> HttpResponse:
    """Show the figures of the agency: money for who may invoice, people for managers of all."""
    organisation, today = request.organisation, timezone.localdate()
    weeks = billable_by_week(organisation, today=today)
    context: dict[str, Any] = {
        "today": today,
        "weeks": weeks,
        "hours_url": reverse("registrations:overview-hours"),
        "shares": _shares(weeks, target=organisation.billable_target),
        "target": organisation.billable_target,
    }
    if request.membership.is_manager_of_all:
        context["team"] = team_hours(organisation, today=today)
    if request.membership.is_invoicer:
        context |= _money(organisation, today=today)
    return render(request, "billing/agency.html", context)


def _money(organisation: Organisation, *, today: datetime.date) -> dict[str, Any]:
    turnover = turnover_of_year(organisation, today=today)
    unit = _unit(turnover)
    return {
        **waiting_money(organisation, today=today),
        "turnover": turnover,
        "turnover_url": reverse("billing:report-turnover-invoices"),
        "turnover_plot": _turnover(turnover, unit=unit),
        "in_thousands": unit > 1,
    }


def _shares(weeks: list[WeekShare], *, target: int | None) -> Columns:
    start = reverse("registrations:overview-hours")
    text = _("Week %(number)s: %(percent)s%% billable, %(billable)s of %(total)s")
    groups = []
    for week in weeks:
        percent = week.percent
        told = {
            "number": week.monday.isocalendar().week,
            "percent": "–" if percent is None else percent,
            "billable": format_duration(week.billable),
            "total": format_duration(week.minutes),
        }
        value = Value(
            Decimal(percent or 0),
            f"{start}?{week.query}&billable=yes",
            fill(text, told),
            "" if percent is None else str(percent),
            "" if week.is_over else "open",
        )
        groups.append((str(told["number"]), [value]))
    return columns(groups, highest=ALL, target=None if target is None else Decimal(target))


def _turnover(found: YearTurnover, *, unit: int) -> Columns:
    start = reverse("billing:report-turnover-invoices")
    groups = []
    for month in found.months:
        name = date_format(month.month, "F")
        before = Value(
            month.before,
            f"{start}?key={month.key_before}&{found.query_before}",
            f"{name} {found.year - 1}: {euro(month.before)}",
            style="before",
        )
        values = [before]
        if month.now is not None:
            url = f"{start}?key={month.key}&{found.query}"
            values.append(Value(month.now, url, f"{name} {found.year}: {euro(month.now)}"))
        groups.append((date_format(month.month, "M"), values))
    return columns(groups, unit=unit)


def _unit(found: YearTurnover) -> int:
    highest = max(max(one.now or 0, one.before) for one in found.months)
    return 1000 if highest >= THOUSANDS_FROM else 1
