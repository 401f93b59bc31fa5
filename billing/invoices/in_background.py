"""Make many invoices in the background: a worker carries out what a person confirmed.

Small confirmations are carried out in the request itself (creating.py). Above some size the request
stores what was asked for, with the token of what was shown, and a worker makes all invoices in one
transaction, or none.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from integrations.models import Connection
from integrations.runs import (
    CannotRun,
    Clock,
    RunState,
    beat_beside,
    carry_out,
    claimable,
    delete_old,
    end,
    enqueue_run,
    start,
)
from lib.formats import euro, number
from lib.stored_texts import in_every_language

from ..models import Batch, InvoicingRun, Origin
from ..numbering import why_held
from ..unbilled.requested_rows import RequestedRows, requested_rows
from .creating import InvoiceRequest, ProposalChanged, draft_invoices, invoice_in_eboekhouden
from .proposals import Figures, Options, figures_of

KEPT = datetime.timedelta(days=90)


class CannotInvoice(CannotRun):
    """The reason why confirmed invoices cannot be made now, as a sentence for users."""


def why_not_invoiced(origin: str, connection: Connection | None) -> str:
    """Return why nothing can be booked in e-Boekhouden at all; empty if it can."""
    if origin == Origin.HERE:
        return ""
    if connection is None or not connection.is_active:
        return _("The connection with e-Boekhouden is not switched on.")
    if not connection.has_codes:
        return _("The username or a security code is missing.")
    if not connection.template:
        return _("No invoice template is set.")
    return why_held(connection.organisation)


# --- Confirming -----------------------------------------------------------------------------------


def needs_worker(token: str) -> Figures | None:
    """Return what the token says was shown, if that is too much for one request; else None."""
    shown = figures_of(token)
    if shown is None:
        return None
    is_small = (
        shown.invoices <= settings.INVOICES_IN_REQUEST and shown.rows <= settings.ROWS_IN_REQUEST
    )
    return None if is_small else shown


def start_invoicing(
    requested: RequestedRows,
    options: Options,
    token: str,
    *,
    shown: Figures,
    by: User,
    now: datetime.datetime,
) -> InvoicingRun:
    """Queue a confirmation; if the same one is under way, return that one."""
    runs = InvoicingRun.objects.filter(organisation=requested.organisation)
    delete_old(runs, before=now - KEPT)
    return start(
        runs.filter(digest=shown.digest),
        organisation=requested.organisation,
        origin=options.origin,
        work=[[name, str(value)] for name, value in requested.fields()],
        options=options.to_json(),
        token=token,
        digest=shown.digest,
        total=shown.invoices,
        row_count=shown.rows,
        gross=Decimal(shown.cents) / 100,
        started_by=by,
        created_at=now,
    )


def enqueue_waiting(*, now: datetime.datetime) -> None:
    """Ask a worker for every confirmation that waits for one, or whose worker has died."""
    for run_id in claimable(InvoicingRun.objects.all(), now=now).values_list("pk", flat=True):
        enqueue_run(InvoicingRun, run_id)


# --- Carrying out ---------------------------------------------------------------------------------


def run_invoicing(run_id: int, *, clock: Clock) -> None:
    """Make the invoices of a confirmation; do nothing when another worker holds it.

    If it fails, no invoice is made and the run has the reason. Rights and the connection are
    checked again, because they may have changed since the person confirmed.
    """

    def work(run: InvoicingRun) -> None:
        by, connection = _allowed(run)
        try:
            with transaction.atomic():
                batch = _make(run, by, connection, clock=clock)
                # Last, because it locks the run: a worker that lost it makes nothing.
                end(run, RunState.FINISHED, now=clock(), batch=batch, done=run.total)
        except ProposalChanged as changed:
            raise CannotInvoice(_what_changed(run, changed.proposal.figures)) from None

    carry_out(InvoicingRun, run_id, work, clock=clock)


def _allowed(run: InvoicingRun) -> tuple[User, Connection | None]:
    """Return the person and the connection. Raises CannotInvoice."""
    members = run.organisation.memberships.active().filter(user__is_active=True)
    member = members.select_related("user").filter(user=run.started_by_id).first()
    if member is None:
        raise CannotInvoice(
            gettext_lazy("The person who confirmed is no longer a member of the organisation.")
        )
    if not member.is_invoicer:
        text = gettext_lazy(
            "%(name)s may no longer create invoices. Someone with that right can confirm."
        )
        raise CannotInvoice(in_every_language(lambda: text % {"name": member}))
    connection = Connection.objects.filter(organisation=run.organisation).first()
    if why_not_invoiced(run.origin, connection):
        raise CannotInvoice(in_every_language(lambda: why_not_invoiced(run.origin, connection)))
    return member.user, connection


def _make(
    run: InvoicingRun, by: User, connection: Connection | None, *, clock: Clock
) -> Batch | None:
    """Make the invoices; return the batch of those in e-Boekhouden. Raises ProposalChanged."""

    def progress(made: int) -> None:
        beat_beside(run, now=clock(), done=made)

    options = Options.from_json(run.options, origin=Origin(run.origin))
    request = InvoiceRequest(run.organisation, work_of(run).work, options, run.token, by)
    if connection is None or run.is_here:
        draft_invoices(request, now=clock(), progress=progress)
        return None
    return invoice_in_eboekhouden(request, connection=connection, now=clock(), progress=progress)


def work_of(run: InvoicingRun) -> RequestedRows:
    """Return the work that the person selected."""
    fields = QueryDict(mutable=True)
    for name, value in run.work:
        fields.appendlist(name, value)
    return requested_rows(run.organisation, fields, today=timezone.localdate())


def _what_changed(run: InvoicingRun, now: Figures) -> Any:
    """Return a sentence in every language: what was shown, and what it would be now."""
    current = now.invoices, now.rows, Decimal(now.cents) / 100

    def say() -> str:
        if not now.invoices:
            return _("All of these registrations were billed or changed after they were shown.")
        if current == run.figures:
            return _(
                "A text, a date, a rate or an account changed after it was "
                "shown. The number of invoices and their total are the same."
            )
        figures = {"shown": _in_words(run.figures), "now": _in_words(current)}
        return (
            _(
                "The registrations changed after they were shown. Shown "
                "were %(shown)s. Now there would be %(now)s."
            )
            % figures
        )

    return in_every_language(say)


def _in_words(figures: tuple[int, int, Decimal]) -> str:
    """Return `500 invoices with 10,000 registrations, € 1,234.00`."""
    invoices, rows, gross = figures
    of_invoices = ngettext("%(shown)s invoice", "%(shown)s invoices", invoices)
    of_rows = ngettext("%(shown)s registration", "%(shown)s registrations", rows)
    return _("%(invoices)s with %(rows)s, %(gross)s") % {
        "invoices": of_invoices % {"shown": number(invoices)},
        "rows": of_rows % {"shown": number(rows)},
        "gross": euro(gross),
    }
