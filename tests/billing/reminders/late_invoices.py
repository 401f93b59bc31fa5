"""Overdue invoices and reminder steps, for the tests of reminders."""

import datetime

from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import override

from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import mark_sent
from billing.models import (
    Invoice,
    Origin,
    Reminder,
    ReminderSettings,
    ReminderStep,
)
from billing.reminders.due import due_reminders, plan_of
from billing.reminders.loading import Surroundings
from billing.reminders.obstacles import why_not
from tests import factories
from tests.billing.issued import as_if

NOW = timezone.now()
DAY = datetime.timedelta(days=1)


def turn_on(organisation, *days: int, **choices) -> None:
    """Reminders so many days after the due date."""
    ReminderSettings.objects.update_or_create(
        organisation=organisation, defaults={"is_on": True} | choices
    )
    for position, number in enumerate(days, start=1):
        ReminderStep.objects.create(organisation=organisation, position=position, days=number)


def late_invoice(agency, *, days: int, today: datetime.date | None = None, **fields) -> Invoice:
    """Sent from here, and so many days overdue; every one of a customer of its own."""
    customer = fields.pop("customer", None) or factories.create_customer(
        organisation=agency.organisation,
        name=fields.pop("name", "De Groene Tuin"),
        email=fields.pop("email", "anna@groen.example"),
    )
    known = set(Invoice.objects.values_list("pk", flat=True))
    agency.hours(project=factories.create_project(customer=customer))
    draft_invoices(agency.order(origin=Origin.HERE), now=timezone.now())
    invoice = Invoice.objects.exclude(pk__in=known).get()
    mark_sent(invoice, by=agency.member.user, now=timezone.now())
    due_on = (today or timezone.localdate()) - days * DAY
    as_if(invoice, due_on=due_on, **fields)
    invoice.refresh_from_db()
    return invoice


def at(day: datetime.date, hour: int = 8) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))


def steps_taken(invoice: Invoice) -> list[int]:
    return sorted(Reminder.objects.filter(invoice=invoice).values_list("step", flat=True))


def reason(agency, *, now: datetime.datetime = NOW, today: datetime.date | None = None) -> str:
    """Why no reminder is sent for the only invoice that is due."""
    today = today or localdate()
    plan = plan_of(agency.organisation)
    (invoice,) = due_reminders(agency.organisation, plan, today=today)
    around = Surroundings.of(agency.organisation, [invoice], plan=plan, now=now, today=today)
    with override("en"):
        return why_not(invoice, around, now=now)
