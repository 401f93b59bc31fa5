"""What the form of a project changes in its rows, in words, as the audit trail keeps it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from audit.changes import Changes, as_stored, change
from projects.editing import Agreement
from projects.models import Subscription

from .rows import MemberRowForm, TaskRowForm


def row_changes(
    agreement: Agreement,
    *,
    is_new: bool,
    tasks: Iterable[TaskRowForm],
    members: Iterable[MemberRowForm],
    instalments: Iterable[Mapping[str, Any]],
    subscription: Subscription,
) -> Changes:
    """Compare the rows that the form was drawn with and those that it stores; asks no query."""
    stored_tasks = [
        _task(one.task, one.initial) for one in tasks if one.initial.get("chosen") and not is_new
    ]
    stored_members = [
        _member(one.membership, one.initial)
        for one in members
        if _was_member(one.initial) and not is_new
    ]
    found = change("tasks", stored_tasks, [_task(one.task, vars(one)) for one in agreement.tasks])
    after = [_member(one.membership, vars(one)) for one in agreement.members]
    found |= change("members", stored_members, after)
    rows = list(agreement.instalments)
    if rows or agreement.removed_instalments:
        before = [_instalment(one) for one in instalments]
        found |= change("instalments", before, [_instalment(vars(one)) for one in rows])
    if agreement.subscription is not None:
        found |= _subscription(subscription, agreement.subscription)
    return found


def _was_member(initial: Mapping[str, Any]) -> bool:
    return bool(initial.get("chosen") or initial.get("is_manager"))


def _task(task: object, values: Mapping[str, Any]) -> str:
    amounts = [values.get("hourly_rate"), values.get("fixed_price")]
    return _with(str(task), amounts, "" if values.get("is_billable") else "0")


def _member(person: object, values: Mapping[str, Any]) -> str:
    return _with(str(person), [values.get("hourly_rate")], "*" if values.get("is_manager") else "")


def _instalment(values: Mapping[str, Any]) -> str:
    return f"{values['description']} {values['date']} {values['amount']:f}"


def _with(name: str, amounts: Iterable[Decimal | None], mark: str) -> str:
    """Return a name with its amounts; a star marks a project manager, a nought is not billable."""
    parts = [f"{amount:f}" for amount in amounts if amount is not None]
    return f"{name} ({', '.join([*parts, *filter(None, [mark])])})" if parts or mark else name


def _subscription(stored: Subscription, values: Mapping[str, Any]) -> Changes:
    names = ("description", "frequency", "quantity", "price", "starts_on", "ends_on")
    before = [stored.before(name) for name in names] if stored.pk else []
    return change("subscription", _joined(before), _joined(values[name] for name in names))


def _joined(values: Iterable[Any]) -> str:
    return ", ".join(str(as_stored(one)) for one in values if one not in (None, ""))
