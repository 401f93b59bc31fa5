"""Change the reminder settings, and exclude invoices and customers."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from audit.changes import Changes, change, differences
from audit.kinds import Action, Kind
from audit.recording import About, record
from customers.models import Customer
from integrations.database_identity import this_database
from lib.text import fill

from ..events import add_event
from ..models import (
    MOST_STEPS,
    InterestRate,
    Invoice,
    ReminderHold,
    ReminderMode,
    ReminderSettings,
    ReminderStep,
)

# Days after the due date of the default steps.
DEFAULT_DAYS = (7, 14, 30)


class NotPossible(Exception):
    """There are four steps already, or the step is not the last one."""


def with_automatic_reminders() -> QuerySet[Organisation]:
    """Return organisations whose reminders are sent without a selection."""
    return Organisation.objects.filter(
        reminder_settings__is_on=True, reminder_settings__mode=ReminderMode.SEND
    )


def change_reminder_settings(organisation: Organisation, **choices: Any) -> ReminderSettings:
    """Store the choices, which hold for this database and no copy of it.

    Switching reminders on for the first time creates the default steps.
    """
    with transaction.atomic():
        stored = ReminderSettings.objects.select_for_update().filter(organisation=organisation)
        settings = stored.first() or ReminderSettings(organisation=organisation)
        changes = differences(settings, choices)
        for name, value in (choices | {"database_identity": this_database()}).items():
            setattr(settings, name, value)
        settings.save()
        _record(organisation, settings, changes)
        steps = ReminderStep.objects.filter(organisation=organisation)
        if settings.is_on and not steps.exists():
            ReminderStep.objects.bulk_create(
                ReminderStep(organisation=organisation, position=position, days=days)
                for position, days in enumerate(DEFAULT_DAYS, start=1)
            )
        return settings


def set_percentages(
    organisation: Organisation, starts_on: datetime.date, percentages: Mapping[str, Decimal]
) -> None:
    """Store the percentages of statutory interest from a day on, by kind."""
    with transaction.atomic():
        changes: Changes = {str(one): [None, f"{two:f}"] for one, two in percentages.items()}
        changes |= change("starts_on", None, starts_on)
        _record(organisation, None, changes, label=_("Statutory interest"))
        for kind, percentage in percentages.items():
            InterestRate.objects.update_or_create(
                organisation=organisation,
                kind=kind,
                starts_on=starts_on,
                defaults={"percentage": percentage},
            )


@transaction.atomic
def forget_percentages(organisation: Organisation, starts_on: datetime.date) -> bool:
    """Delete what was entered for a day; what is published counts again. Whether there was any."""
    own = InterestRate.objects.filter(organisation=organisation, starts_on=starts_on)
    deleted, _by_model = own.delete()
    if deleted:
        changes = change("starts_on", starts_on, None)
        _record(organisation, None, changes, label=_("Statutory interest"))
    return bool(deleted)


@transaction.atomic
def save_step(step: ReminderStep, *, values: Mapping[str, Any]) -> None:
    """Store a reminder step with these values, which a form may have set already."""
    changes = differences(step, values)
    for name, value in values.items():
        setattr(step, name, value)
    step.save()
    _record(step.organisation, step, changes, label=_step_name(step))


def _step_name(step: ReminderStep) -> str:
    return fill(_("Reminder %(position)s"), {"position": str(step.position)})


def _record(
    organisation: Organisation, on: Model | None, changes: Changes, *, label: str = ""
) -> None:
    """Record a change of the settings of reminders."""
    if changes:
        label = label or _("Reminders")
        about: About = {"organisation": organisation, "label": label, "changes": changes}
        record(Kind.SETTINGS, Action.CHANGED, on, **about)


def next_step(organisation: Organisation) -> ReminderStep:
    """Return a new last step, not stored yet. Raises NotPossible when there are four."""
    steps = list(ReminderStep.objects.filter(organisation=organisation))
    if len(steps) >= MOST_STEPS:
        raise NotPossible
    days = steps[-1].days + DEFAULT_DAYS[1] if steps else DEFAULT_DAYS[0]
    return ReminderStep(organisation=organisation, position=len(steps) + 1, days=days)


def delete_last_step(step: ReminderStep) -> None:
    """Delete the last step; the others keep their position, which sent reminders refer to."""
    later = ReminderStep.objects.filter(organisation=step.organisation, position__gt=step.position)
    with transaction.atomic():
        if later.exists():
            raise NotPossible
        changes: Changes = change("days", step.days, None)
        _record(step.organisation, step, changes, label=_step_name(step))
        step.delete()


def exclude(
    target: Invoice | Customer,
    *,
    reason: str,
    until: datetime.date | None,
    by: User,
    now: datetime.datetime,
) -> ReminderHold:
    """Stop the reminders of an invoice or customer; replaces an earlier exclusion."""
    key: dict[str, Any] = (
        {"invoice": target} if isinstance(target, Invoice) else {"customer": target}
    )
    details = {"reason": reason, "until": until, "by": by, "since": now}
    with transaction.atomic():
        hold, _is_new = ReminderHold.objects.update_or_create(
            **key, defaults=details | {"organisation": target.organisation}
        )
        if isinstance(target, Invoice):
            _add_event(target, "no-reminders", by=by, now=now, reason=reason)
        else:
            changes = change("no_reminders", False, True)
            record(Kind.CUSTOMER, Action.CHANGED, target, changes=changes, note=reason, by=by)
        return hold


def include(hold: ReminderHold, *, by: User, now: datetime.datetime) -> None:
    """Resume reminders."""
    with transaction.atomic():
        if hold.invoice:
            _add_event(hold.invoice, "reminders-again", by=by, now=now)
        elif hold.customer:
            changes = change("no_reminders", True, False)
            record(Kind.CUSTOMER, Action.CHANGED, hold.customer, changes=changes, by=by)
        hold.delete()


def _add_event(
    invoice: Invoice, kind: str, *, by: User, now: datetime.datetime, **details: str
) -> None:
    add_event(invoice=invoice, at=now, by=by, kind=kind, details=details)
