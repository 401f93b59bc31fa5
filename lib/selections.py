"""Selections that a browser keeps, and that end after an action; static/js/selection.js has them.

A scope is the list that a selection belongs to: overview, unbilled, invoices or reminders.
"""

from django.http import HttpRequest

SESSION_KEY = "selection_done"


def end_selection(request: HttpRequest, *scopes: str) -> None:
    """Let the next page clear the selections of these lists."""
    _add(request, [{"scope": scope, "row": ""} for scope in scopes])


def deselect(request: HttpRequest, scope: str, *, kind: str, pk: int) -> None:
    """Let the next page take one row out of a selection, because it no longer exists."""
    _add(request, [{"scope": scope, "row": f"{kind}:{pk}"}])


def finished_selections(request: HttpRequest) -> list[dict[str, str]]:
    """Return what this page has to clear, once; a part of a page clears nothing."""
    session = getattr(request, "session", None)
    if session is None or getattr(request, "htmx", False):
        return []
    ended: list[dict[str, str]] = session.pop(SESSION_KEY, [])
    return ended


def _add(request: HttpRequest, ended: list[dict[str, str]]) -> None:
    request.session[SESSION_KEY] = [*request.session.get(SESSION_KEY, []), *ended]
