"""The bar, the tabs and the settings menu, from navigation.py, for the current member."""

from django.http import HttpRequest
from django.template import Context

from accounts.models import Membership
from ui import navigation


def _location(
    request: HttpRequest | None,
) -> tuple[navigation.Section, navigation.Entry] | tuple[None, None]:
    match = getattr(request, "resolver_match", None)
    return navigation.location_of(match.view_name) if match else (None, None)


def navigation_bar(context: Context) -> dict[str, object]:
    """The items of the bar, with the create menu and the personal menu."""
    request = context.get("request")
    membership = getattr(request, "membership", None)
    section, _entry = _location(request)
    return {
        "request": request,
        "user": context.get("user"),
        "organisation": getattr(request, "organisation", None),
        "membership": membership,
        "items": _items(membership),
        "current": section.key if section else "",
        "creatable": navigation.visible(navigation.QUICK_CREATE, membership=membership),
        "personal": navigation.visible(navigation.PERSONAL, membership=membership),
        "settings_url": _settings_url(membership),
        "attention_url": _attention_url(membership),
        "attention_count": context.get("attention_count"),
        **_approvals(context, membership),
        "running_timer": context.get("running_timer"),
        "timer_start_url": context.get("timer_start_url"),
    }


def _approvals(context: Context, membership: Membership | None) -> dict[str, object]:
    """Return where approvals are, for who approves, and whether something waits there."""
    if membership is None or not membership.approves:
        return {"approvals_url": "", "needs": context.get("attention_count") or 0}
    waits = bool(context.get("approvals_waiting"))
    entry = next(one for one in navigation.OVERVIEW.entries if one.counter)
    return {
        "approvals_url": entry.url,
        "approvals_waiting": waits,
        "needs": (context.get("attention_count") or 0) + int(waits),
    }


def navigation_tabs(context: Context) -> dict[str, object]:
    """The tabs of the section of this page; the settings have a menu at the side instead."""
    request = context.get("request")
    membership = getattr(request, "membership", None)
    section, current = _location(request)
    if section is None or section is navigation.SETTINGS:
        return {
            "tabs": [],
            "section": section,
            "organisation": getattr(membership, "pk", None),
        }
    # The page that refuses somebody has no tabs of a section that is not theirs.
    is_theirs = membership is not None and section.may_see(membership)
    entries = navigation.visible(section.entries, membership=membership) if is_theirs else []
    tabs = [
        {
            "entry": entry,
            "current": entry == current,
            "count": context.get(entry.counter),
        }
        for entry in entries
    ]
    return {"tabs": tabs, "section": section}


def settings_menu(context: Context) -> dict[str, object]:
    """The pages of Settings, with the current one marked."""
    request = context.get("request")
    membership = getattr(request, "membership", None)
    _section, current = _location(request)
    entries = navigation.visible(navigation.SETTINGS.entries, membership=membership)
    return {"entries": [{"entry": entry, "current": entry == current} for entry in entries]}


def _items(membership: Membership | None) -> list[dict[str, object]]:
    return [
        {
            "section": section,
            "url": navigation.visible(section.entries, membership=membership)[0].url,
        }
        for section in navigation.sections_for(membership)
    ]


def _settings_url(membership: Membership | None) -> str:
    entries = navigation.visible(navigation.SETTINGS.entries, membership=membership)
    allowed = membership is not None and navigation.SETTINGS.may_see(membership)
    return entries[0].url if allowed and entries else ""


def _attention_url(membership: Membership | None) -> str:
    bookings = next(entry for entry in navigation.FINANCE.entries if entry.counter)
    allowed = membership is not None and navigation.FINANCE.may_see(membership)
    return bookings.url if allowed else ""
