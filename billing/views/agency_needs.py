"""What needs somebody, in words, each with the list that it opens."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from lib.formats import day, euro
from lib.text import fill
from lib.times import format_duration

from ..bookings.presenters import describe_booking
from ..reports.needs import Need, NeedKind

# So many names are written out.
MOST_NAMED = 3


@dataclass(frozen=True)
class ShownNeed:
    """A line of the part: a tag, a sentence with its figures, more about it, and a link."""

    tag: str
    state: str
    title: str
    about: str
    url: str
    link: str


def describe_needs(
    needs: Iterable[Need], *, by: Membership, today: datetime.date
) -> list[ShownNeed]:
    """Return the lines of the part, in the active language."""
    found = []
    for need in needs:
        match need.kind:
            case NeedKind.BOOKING:
                found.append(_booking(need))
            case NeedKind.APPROVAL:
                found.append(_approval(need))
            case NeedKind.OVERDUE:
                found.append(_overdue(need, today=today))
            case NeedKind.DRAFT:
                found.append(_draft(need))
            case NeedKind.DUE:
                found.append(_due(need))
            case NeedKind.BUDGET:
                found.append(_budget(need))
            case NeedKind.HOURS:
                found.append(_hours(need, by=by))
    return found


def _booking(need: Need) -> ShownNeed:
    shown = [describe_booking(one, now=timezone.now()) for one in need.bookings]
    url = f"{reverse('billing:booking-list')}?show=needs-you"
    first = shown[0]
    if need.count == 1:
        parts = (first.document, str(first.booking.customer or ""), _amount(first.gross))
        title = ", ".join(part for part in parts if part)
        return ShownNeed(first.tag, first.state, title, first.text, url, _("Decide…"))
    text = ngettext(
        "%(count)d booking needs a decision",
        "%(count)d bookings need a decision",
        need.count,
    )
    title = text % {"count": need.count}
    about = _listed([one.document for one in shown], count=need.count)
    return ShownNeed(first.tag, first.state, title, about, url, _("Decide…"))


def _approval(need: Need) -> ShownNeed:
    assert need.since is not None  # noqa: S101 - approvals have their week
    people = ngettext("%(count)d person", "%(count)d people", need.count) % {"count": need.count}
    told = {
        "week": need.since.isocalendar().week,
        "weeks": need.weeks,
        "people": people,
        "time": format_duration(need.minutes),
    }
    if need.weeks > 1:
        title = fill(_("%(weeks)s more weeks of %(people)s, %(time)s"), told)
    else:
        title = fill(_("Week %(week)s of %(people)s, %(time)s"), told)
    if need.others:
        text = ngettext("+ %d expense or trip", "+ %d expenses and trips", need.others)
        title = f"{title} {text % need.others}"
    url = f"{reverse('registrations:approvals')}?date={need.since.isoformat()}&show=needs"
    about = _listed(need.names, count=need.count)
    return ShownNeed("amber", _("To approve"), title, about, url, _("Approve…"))


def _overdue(need: Need, *, today: datetime.date) -> ShownNeed:
    text = ngettext(
        "%(count)d overdue invoice, %(amount)s",
        "%(count)d overdue invoices, %(amount)s",
        need.count,
    )
    title = text % {"count": need.count, "amount": _amount(need.amount)}
    late = (today - need.since).days if need.since else 0
    about = ngettext("oldest %d day overdue", "oldest %d days overdue", late) % late
    url = f"{reverse('billing:report-outstanding-invoices')}?age=overdue"
    return ShownNeed("red", _("Overdue"), title, about, url, _("Look at them"))


def _draft(need: Need) -> ShownNeed:
    text = ngettext("%(count)d draft, %(amount)s", "%(count)d drafts, %(amount)s", need.count)
    title = text % {"count": need.count, "amount": _amount(need.amount)}
    about = _("the oldest of %s") % day(need.since) if need.since else ""
    url = f"{reverse('billing:invoice-list')}?status=draft"
    return ShownNeed("draft", _("Draft"), title, about, url, _("Look at them"))


def _due(need: Need) -> ShownNeed:
    assert need.since is not None  # noqa: S101 - each has its day
    url = reverse("billing:unbilled")
    if need.count == 1:
        told = {"name": ", ".join(need.names), "amount": _amount(need.amount)}
        title = fill("%(name)s, %(amount)s", told)
        url = f"{url}?project={need.project}"
        about = _("since %s") % day(need.since)
    else:
        text = ngettext(
            "%(count)d agreed amount, %(amount)s",
            "%(count)d agreed amounts, %(amount)s",
            need.count,
        )
        title = text % {"count": need.count, "amount": _amount(need.amount)}
        about = _listed(need.names, count=len(need.names))
    return ShownNeed("amber", _("To invoice"), title, about, url, _("Invoice…"))


def _budget(need: Need) -> ShownNeed:
    if need.count == 1:
        told = {"project": need.names[0], "percentage": need.percentage}
        title = fill(_("%(project)s used %(percentage)s%% of its budget, or more"), told)
        url = reverse("projects:project-detail", args=[need.project])
        return ShownNeed("amber", _("Budget"), title, "", url, _("Look at it"))
    text = ngettext(
        "%(count)d project used much of its budget",
        "%(count)d projects used much of their budgets",
        need.count,
    )
    about = _listed(need.names, count=need.count)
    url = f"{reverse('projects:project-list')}?order=-used"
    return ShownNeed(
        "amber", _("Budget"), text % {"count": need.count}, about, url, _("Look at them")
    )


def _hours(need: Need, *, by: Membership) -> ShownNeed:
    assert need.since is not None  # noqa: S101 - they are of a week
    text = ngettext(
        "%(time)s missing of %(count)d person",
        "%(time)s missing of %(count)d people",
        need.count,
    )
    title = text % {"time": format_duration(need.minutes), "count": need.count}
    about = _listed(need.names, count=need.count)
    url = "#agency-missing"
    if by.approves:
        week = need.since.isoformat()
        url = f"{reverse('registrations:approvals')}?date={week}&show=all"
    return ShownNeed("amber", _("Missing"), title, about, url, _("Look at them"))


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else euro(amount)


def _listed(names: list[str], *, count: int) -> str:
    """Return the first names, and how many more there are."""
    text = ", ".join(names[:MOST_NAMED])
    more = count - len(names[:MOST_NAMED])
    if more <= 0:
        return text
    told = ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
    return f"{text} {told}"
