"""Entries in the words of the reader: fields by their labels, values as pages show them."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.login.browsers import browser_in_words
from lib.formats import amount
from lib.formats import day as shown_day
from lib.times import format_duration

from ..kinds import Action, Kind
from ..models import Entry

# What is not a field of the object, or has no label there.
LABELS: dict[str, str | Promise] = {
    "archived_at": gettext_lazy("archived"),
    "book_at_once": gettext_lazy("Book immediately"),
    "boxes": gettext_lazy("boxes"),
    "changed_count": gettext_lazy("rows changed"),
    "contacts": gettext_lazy("contacts"),
    "debtor_account": gettext_lazy("Debtors account"),
    "email": gettext_lazy("e-mail address"),
    "error_count": gettext_lazy("rows with an error"),
    "file_type": gettext_lazy("file type"),
    "first_name": gettext_lazy("first name"),
    "from_on": gettext_lazy("from"),
    "holidays": gettext_lazy("holidays of the year"),
    "instalments": gettext_lazy("instalments"),
    "is_active": gettext_lazy("active"),
    "is_default": gettext_lazy("default rate"),
    "kind": gettext_lazy("kind"),
    "last_name": gettext_lazy("last name"),
    "ledger_account": gettext_lazy("ledger account"),
    "left_out_count": gettext_lazy("rows left out"),
    "login_provider": gettext_lazy("account of a provider"),
    "members": gettext_lazy("team"),
    "new_count": gettext_lazy("rows added"),
    "nightly_import": gettext_lazy("Nightly import"),
    "no_reminders": gettext_lazy("no reminders"),
    "number": gettext_lazy("number"),
    "numbering": gettext_lazy("Invoice numbers"),
    "open_amount": gettext_lazy("open amount"),
    "paid_amount": gettext_lazy("paid"),
    "password": gettext_lazy("password"),
    "rate": gettext_lazy("rate"),
    "removed": gettext_lazy("rows removed"),
    "restored": gettext_lazy("rows restored"),
    "rounded_by": gettext_lazy("rounding"),
    "rows": gettext_lazy("rows"),
    "sealed_code_1": gettext_lazy("security code 1"),
    "sealed_code_2": gettext_lazy("security code 2"),
    "second_factor": gettext_lazy("second factor"),
    "starts_on": gettext_lazy("from"),
    "status": gettext_lazy("status"),
    "subscription": gettext_lazy("subscription"),
    "tasks": gettext_lazy("tasks"),
    "template": gettext_lazy("Invoice template"),
    "unchanged_count": gettext_lazy("rows there already"),
    "username": gettext_lazy("username"),
}
FACTORS = {
    "totp": gettext_lazy("app with codes"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery codes"),
}
# The work of the tasks that record something, in words.
JOBS = {
    "customers.tasks.run_import": gettext_lazy("import from e-Boekhouden"),
    "customers.tasks.start_due_imports": gettext_lazy("nightly import"),
    "imports.tasks.run_file_import": gettext_lazy("import of a file"),
    "billing.tasks.deliver_bookings": gettext_lazy("booking in e-Boekhouden"),
    "billing.tasks.sweep_bookings": gettext_lazy("booking in e-Boekhouden"),
    "billing.tasks.fetch_payments": gettext_lazy("fetching payments"),
    "billing.tasks.fetch_all_payments": gettext_lazy("fetching payments"),
    "billing.tasks.run_invoicing": gettext_lazy("creating invoices"),
    "billing.tasks.send_reminders": gettext_lazy("sending reminders"),
}
# Where an object is shown.
PAGES = {
    "customers.customer": "customers:customer-detail",
    "projects.project": "projects:project-detail",
    "projects.task": "projects:task-edit",
    "projects.expensecategory": "projects:category-edit",
    "projects.vehicle": "projects:vehicle-edit",
    "accounts.membership": "accounts:employee-edit",
    "registrations.timeentry": "registrations:hour-edit",
    "registrations.expense": "registrations:expense-edit",
    "registrations.trip": "registrations:trip-edit",
    "billing.invoice": "billing:invoice-detail",
    "billing.booking": "billing:booking-detail",
    "vat.vatrate": "billing:vat-rate-edit",
}
LONGEST = 60


@dataclass(frozen=True)
class FieldChange:
    """A field with its values before and after, in words; "" where there was none."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An entry as a line of the log."""

    entry: Entry
    who: str
    what: str
    on: str
    more: str
    before: str
    after: str
    url: str


def lines_of(entries: Iterable[Entry]) -> list[Line]:
    return [line_of(entry) for entry in entries]


def line_of(entry: Entry) -> Line:
    """Return an entry in words; its first change stands for the others."""
    changes = changes_of(entry.object_type, entry.changes)
    first = changes[0] if changes else None
    return Line(
        entry=entry,
        who=who_of(entry),
        what=kind_of(entry),
        on=_on(entry, first),
        more=_more(entry, len(changes)),
        before=_short(first.before if first else ""),
        after=_short(first.after if first and first.after else action_of(entry)),
        url=url_of(entry),
    )


def who_of(entry: Entry) -> str:
    """Return the person, or the program with its job; somebody whose account is gone too."""
    job = str(JOBS.get(entry.job, entry.job))
    if entry.user_id is None:
        return _("The program: %(job)s") % {"job": job} if job else _("The program")
    name = str(entry.user) if entry.user else _("somebody who is gone")
    return f"{name} ({job})" if job else name


def kind_of(entry: Entry) -> str:
    return str(Kind(entry.kind).label) if entry.kind in Kind.values else entry.kind


def action_of(entry: Entry) -> str:
    return str(Action(entry.action).label) if entry.action in Action.values else entry.action


def where_of(entry: Entry) -> str:
    """Return the browser and the address; empty for the program, or once they are forgotten."""
    browser = browser_in_words(entry.user_agent) if entry.user_agent else ""
    return ", ".join(filter(None, [browser, entry.address]))


def url_of(entry: Entry) -> str:
    """Return the page of the object, which may be gone."""
    page = PAGES.get(entry.object_type)
    is_there = page and entry.object_id and entry.action != Action.DELETED
    return reverse(page, args=[entry.object_id]) if page and is_there else ""


def changes_of(object_type: str, changes: Mapping[str, Any]) -> list[FieldChange]:
    """Return the changed fields in words."""
    model = _model(object_type)
    return [
        FieldChange(
            label_of(model, name), _in_words(model, name, pair[0]), _in_words(model, name, pair[1])
        )
        for name, pair in changes.items()
    ]


def label_of(model: type[models.Model] | None, name: str) -> str:
    """Return what a field is called."""
    field = _field(model, name)
    own = str(getattr(field, "verbose_name", ""))
    if field is not None and own and own != name.replace("_", " "):
        return own
    return str(LABELS.get(name, own or name.replace("_", " ")))


def _on(entry: Entry, first: FieldChange | None) -> str:
    if entry.row_count:
        rows = ngettext("%(count)d row", "%(count)d rows", entry.row_count)
        counted = rows % {"count": entry.row_count}
        return f"{entry.label} · {counted}" if entry.label else counted
    is_one_field = first and entry.action == Action.CHANGED
    return " · ".join(filter(None, [entry.label, first.name if first and is_one_field else ""]))


def _more(entry: Entry, count: int) -> str:
    more = ""
    if count > 1:
        text = ngettext("and %(count)d more field", "and %(count)d more fields", count - 1)
        more = text % {"count": count - 1}
    action = action_of(entry) if count and entry.action != Action.CHANGED else ""
    return " · ".join(filter(None, [action, entry.note, more]))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _in_words(model: type[models.Model] | None, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    field = _field(model, name)
    if field is not None and (found := _of_field(field, value)):
        return found
    if name == "second_factor":
        return str(FACTORS.get(str(value), value))
    return _amount(name, value) or _day(value) or str(value)


def _of_field(field: Any, value: Any) -> str:
    """Return a choice by its label, minutes as a duration, an amount and a day as pages do."""
    for key, label in getattr(field, "flatchoices", None) or ():
        if str(key) == str(value):
            return str(label)
    if field.name.endswith("minutes") and isinstance(value, int):
        return format_duration(value)
    if isinstance(field, models.DecimalField):
        return _decimal(value)
    return _day(value) if isinstance(field, models.DateField) else ""


AMOUNTS = ("rate", "hourly_rate", "paid_amount", "open_amount", "gross", "percentage")


def _amount(name: str, value: Any) -> str:
    return _decimal(value) if name in AMOUNTS else ""


def _decimal(value: Any) -> str:
    try:
        return amount(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


def _day(value: Any) -> str:
    if not isinstance(value, str) or len(value) != len("2026-11-26"):
        return ""
    try:
        return shown_day(datetime.date.fromisoformat(value))
    except ValueError:
        return ""


def _model(object_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(object_type) if object_type else None
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def values_in_words(entry: Entry) -> Iterator[str]:
    """Yield each change as `field: before → after`."""
    for one in changes_of(entry.object_type, entry.changes):
        yield f"{one.name}: {one.before or '–'} → {one.after or '–'}"
