"""Close an organisation: at once nothing is written any more, and after 30 days access ends.

Closing takes the codes of e-Boekhouden away. Within 30 days an administrator can reopen it. Then
the people are erased as of an employee who left, and what the books do not need is deleted. What
they need stays as it is, and no page leads to it any more.
"""

import datetime
from collections.abc import Iterator
from enum import StrEnum

from django.db import models, transaction
from django.utils.translation import gettext_lazy

from accounts.logos import remove_logo
from accounts.models import Membership, Organisation, User
from accounts.notices import CLOSED, tell_about_organisation
from billing.documents.archive.storing import complete_archive
from billing.models import (
    Booking,
    Invoice,
    InvoiceMail,
    InvoiceStatus,
    MailState,
    Reminder,
    ReminderSettings,
)
from billing.models.booking import NEEDS_ATTENTION, OPEN_STATES
from customers.models import Contact, Customer
from imports.models import ColumnMapping, FileImport
from integrations.events import record
from integrations.models import Connection, CostCentre, LedgerAccount
from integrations.runs import UNDER_WAY
from integrations.switching import StillInDoubt, check_nothing_in_doubt

from . import erasing, events
from .exports import delete_file
from .models import DataExport
from .retention import REOPENING
from .tables import TABLES, model_of


class Unfinished(StrEnum):
    """What must be finished before an organisation can be closed."""

    BOOKINGS = "bookings"
    DRAFTS = "drafts"
    RUNNING = "running"
    MAILS = "mails"


class CannotClose(Exception):
    """Something is unfinished; nothing was changed. `unfinished` has the counts."""

    def __init__(self, unfinished: dict[Unfinished, int]) -> None:
        super().__init__(", ".join(unfinished))
        self.unfinished = unfinished


def unfinished(organisation: Organisation) -> dict[Unfinished, int]:
    """Return what stands in the way, with counts; empty if nothing does."""
    open_states = (*OPEN_STATES, *NEEDS_ATTENTION)
    counts = {
        Unfinished.BOOKINGS: Booking.objects.filter(
            organisation=organisation, state__in=open_states
        ).count(),
        Unfinished.DRAFTS: Invoice.objects.filter(
            organisation=organisation, status=InvoiceStatus.DRAFT
        ).count(),
        Unfinished.RUNNING: sum(runs.count() for runs in _running(organisation)),
        Unfinished.MAILS: sum(mails.count() for mails in _unsent(organisation)),
    }
    return {what: count for what, count in counts.items() if count}


def _running(organisation: Organisation) -> Iterator["models.QuerySet[models.Model]"]:
    """Yield the long runs of each kind that are not over."""
    for label in TABLES:
        model = model_of(label)
        if {"heartbeat_at", "organisation"} <= {one.name for one in model._meta.fields}:
            runs = model._default_manager.filter(organisation=organisation)
            yield runs.filter(state__in=UNDER_WAY)


def _unsent(organisation: Organisation) -> Iterator["models.QuerySet[models.Model]"]:
    """Yield the e-mails of invoices, and the reminders, that are on their way."""
    yield InvoiceMail.objects.filter(invoice__organisation=organisation, state=MailState.SENDING)
    yield Reminder.objects.filter(invoice__organisation=organisation, mail=None)


@transaction.atomic
def close(organisation: Organisation, *, by: User, now: datetime.datetime) -> None:
    """Close the organisation. Raises CannotClose."""
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if locked.is_closed:
        return
    if found := unfinished(locked):
        raise CannotClose(found)
    _revoke_connection(locked, by=by, now=now)
    ReminderSettings.objects.filter(organisation=locked).update(is_on=False)
    Organisation.objects.filter(pk=locked.pk).update(closed_at=now)
    tell_about_organisation(CLOSED, locked, by=by, now=now)
    events.record(events.CLOSED, organisation=locked.pk, by=by.pk)


def _revoke_connection(organisation: Organisation, *, by: User, now: datetime.datetime) -> None:
    """Switch the connection off and delete its codes at once. Raises CannotClose."""
    connection = Connection.objects.filter(organisation=organisation).first()
    if connection is None:
        return
    try:
        check_nothing_in_doubt(connection, now=now)
    except StillInDoubt:
        raise CannotClose({Unfinished.BOOKINGS: 1}) from None
    Connection.objects.filter(pk=connection.pk).update(
        is_active=False,
        next_import_at=None,
        username="",
        sealed_code_1="",
        sealed_code_2="",
        administration_key="",
        tested_at=None,
    )
    text = gettext_lazy("The organisation was closed: switched off, and the codes deleted.")
    record(connection, text, by=by, now=now)


def reopenable_until(organisation: Organisation) -> datetime.datetime | None:
    """Return until when an administrator can reopen it; None if it is not closed or has ended."""
    if organisation.closed_at is None or organisation.ended_at is not None:
        return None
    return organisation.closed_at + REOPENING


@transaction.atomic
def reopen(organisation: Organisation, *, by: User) -> bool:
    """Reopen the organisation; False if it is not closed, or its access has ended.

    The connection stays off, without codes, and so do automatic reminders.
    """
    closed = Organisation.objects.filter(pk=organisation.pk, ended_at=None)
    reopened = closed.exclude(closed_at=None).update(closed_at=None)
    if reopened:
        events.record(events.REOPENED, organisation=organisation.pk, by=by.pk)
    return bool(reopened)


# --- After 30 days --------------------------------------------------------------------------------


def due_to_end(now: datetime.datetime) -> "models.QuerySet[Organisation]":
    return Organisation.objects.filter(closed_at__lte=now - REOPENING, ended_at=None)


def end(organisation: Organisation, *, now: datetime.datetime) -> None:
    """End the access, erase the people, and delete what the books do not need.

    Each person is a transaction of their own, and what is done already is skipped: after an
    interruption it goes on. It is marked as ended last.
    """
    complete_archive(now=now)  # a file that is still to be made needs the logo and the receipts
    for export in DataExport.objects.filter(organisation=organisation).exclude(file=""):
        delete_file(export)
    for file_import in FileImport.objects.filter(organisation=organisation):
        _delete_import(file_import)
    for member in Membership.objects.filter(organisation=organisation).select_related(
        "user", "organisation"
    ):
        if not member.user.is_erased:
            erasing.erase_anyway(member, by=None, now=now)
    with transaction.atomic():
        _delete_the_rest(organisation)
        Organisation.objects.filter(pk=organisation.pk).update(ended_at=now)
    events.record(events.ENDED, organisation=organisation.pk)


def _delete_import(file_import: FileImport) -> None:
    for file in (file_import.content, file_import.upload):
        if file:
            file.storage.delete(str(file.name))
    file_import.delete()


def _delete_the_rest(organisation: Organisation) -> None:
    """Delete what no document of the books needs; its details remain, as the books name it."""
    for rows in (
        ColumnMapping.objects.filter(organisation=organisation),
        LedgerAccount.objects.filter(connection__organisation=organisation),
        CostCentre.objects.filter(connection__organisation=organisation),
        Contact.objects.filter(customer__organisation=organisation),
    ):
        rows.delete()
    Customer.objects.filter(organisation=organisation).update(
        contact_name="", email="", phone="", notes="", imported={}
    )
    if organisation.logo:
        remove_logo(organisation)
