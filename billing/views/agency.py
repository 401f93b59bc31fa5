"""Agency: money that waits, what needs somebody, missing hours, billable share, turnover.

Each person has these parts in an order of their own.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import agency_required, approver_of_all_required
from accounts.models import Membership, Organisation
from accounts.requests import MemberRequest
from lib.formats import euro
from lib.text import fill
from lib.times import format_duration
from registrations.periods import monday_of
from registrations.progress.agency import WeekShare, billable_by_week, team_hours
from registrations.views.reminding import remind

from ..reports import arrangement
from ..reports.agency import YearTurnover, turnover_of_year
from ..reports.columns import Columns, Value, columns
from ..reports.needs import needs_of
from .agency_needs import describe_needs
from .dashboard import waiting_money

ALL = Decimal(100)
# From this turnover of a month on, the axis counts in thousands.
THOUSANDS_FROM = 10_000
NAMES = {
    arrangement.MONEY: gettext_lazy("Money that waits"),
    arrangement.NEEDS: gettext_lazy("Needs you"),
    arrangement.HOURS: gettext_lazy("Hours of everybody"),
    arrangement.SHARE: gettext_lazy("Billable share per week"),
    arrangement.TURNOVER: gettext_lazy("Turnover per month"),
}


@dataclass(frozen=True)
class Part:
    """A part of the page at its place; `is_wide` if it takes the whole width."""

    key: str
    name: str
    is_wide: bool
    is_first: bool
    is_last: bool

    @property
    def template(self) -> str:
        return f"billing/agency/{self.key}.html"


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
    needs = needs_of(
        request.membership,
        today=today,
        team=context.get("team"),
        outstanding=context.get("outstanding"),
    )
    shown = _shown(request.membership)
    context |= {
        "needs": describe_needs(needs, by=request.membership, today=today),
        "parts": _parts(shown),
        "arranging": bool(request.GET.get("arrange")),
        "said": _said(request.GET.get("moved", ""), shown),
    }
    return render(request, "billing/agency.html", context)


@require_POST
@agency_required
def agency_arrange(request: MemberRequest) -> HttpResponse:
    """Move a part of the page to another place, for this person; or take the order at first."""
    part, to = request.POST.get("part", ""), request.POST.get("to", "")
    shown = _shown(request.membership)
    if part in shown:
        arrangement.move(request.membership, part, to=to, shown=shown)
    elif to == "first-order":
        arrangement.reset(request.membership)
    moved = f"&moved={part}" if part in shown else ""
    return redirect(f"{reverse('billing:agency')}?arrange=1{moved}")


@require_POST
@agency_required
@approver_of_all_required
def agency_remind(request: MemberRequest) -> HttpResponse:
    """Mail everybody who misses hours in the days of the page; one mail a day each at most."""
    team = team_hours(request.organisation, today=timezone.localdate())
    remind(request, team.late, monday=monday_of(team.first))
    return redirect("billing:agency")


def _shown(membership: Membership) -> list[str]:
    """Return the keys of the parts that the member sees, in their order."""
    unseen = set()
    if not membership.is_invoicer:
        unseen |= {arrangement.MONEY, arrangement.TURNOVER}
    if not membership.is_manager_of_all:
        unseen.add(arrangement.HOURS)
    return [part for part in arrangement.order_of(membership) if part not in unseen]


def _parts(shown: Sequence[str]) -> list[Part]:
    return [
        Part(
            key,
            str(NAMES[key]),
            is_wide=_is_wide(shown, place),
            is_first=place == 0,
            is_last=place == len(shown) - 1,
        )
        for place, key in enumerate(shown)
    ]


def _is_wide(shown: Sequence[str], place: int) -> bool:
    """Whether a part takes the whole width: the tiles, and a card with no other beside it."""
    if shown[place] == arrangement.MONEY:
        return True
    begin = place
    while begin and shown[begin - 1] != arrangement.MONEY:
        begin -= 1
    is_left = (place - begin) % 2 == 0
    is_last = place + 1 == len(shown) or shown[place + 1] == arrangement.MONEY
    return is_left and is_last


def _said(moved: str, shown: Sequence[str]) -> str:
    """Return where the part is that was moved last."""
    if moved not in shown:
        return ""
    told = {"name": NAMES[moved], "place": shown.index(moved) + 1, "count": len(shown)}
    return fill(_("%(name)s is now part %(place)s of %(count)s."), told)


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
