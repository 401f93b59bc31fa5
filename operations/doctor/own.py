"""What an organisation reads about itself on the System page, beside the installation."""

import datetime
from collections.abc import Iterator

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from billing.models import Booking, Difference, InvoiceMail, MailState, ReconciliationRun
from billing.models.booking import NEEDS_ATTENTION, OPEN_STATES
from integrations.models import Connection, connection_of

from .findings import Finding, Level
from .installation import BOOKING_AGE, FAILED_MAILS_OF, ago

# A check runs every night.
CHECK_AGE = datetime.timedelta(hours=36)


def own_parts(organisation: Organisation, *, now: datetime.datetime) -> Iterator[Finding]:
    """Yield the lines about the mails, the connection, the bookings and the books; four queries."""
    yield _mails(organisation, now=now)
    connection = connection_of(organisation)
    if connection is None or not connection.is_active:
        yield Finding(Level.GOOD, _("e-Boekhouden is switched off"))
        return
    yield _connection(connection, now=now)
    yield _bookings(organisation, now=now)
    yield _books(organisation, now=now)


def _mails(organisation: Organisation, *, now: datetime.datetime) -> Finding:
    failed = InvoiceMail.objects.filter(
        invoice__organisation=organisation,
        state=MailState.FAILED,
        started_at__gte=now - FAILED_MAILS_OF,
    ).count()
    if not failed:
        return Finding(Level.GOOD, _("Mails are sent"), _("None failed in the last day."))
    text = ngettext(
        "%(count)s mail with an invoice failed in the last day; its invoice says why.",
        "%(count)s mails with an invoice failed in the last day; their invoices say why.",
        failed,
    )
    title = _("Mails could not be delivered")
    return Finding(Level.REMARK, title, text % {"count": failed}, "invoices")


def _connection(connection: Connection, *, now: datetime.datetime) -> Finding:
    about = "connection"
    if connection.is_paused:
        text = _("Nothing is sent until you test the connection successfully.")
        return Finding(Level.TROUBLE, _("The connection with e-Boekhouden is paused"), text, about)
    if connection.must_compare_first:
        text = _("Booking resumes after the comparison with e-Boekhouden.")
        return Finding(Level.REMARK, _("Restored from a backup"), text, "books")
    if connection.tested_at is None:
        text = _("Test it before you invoice.")
        return Finding(Level.REMARK, _("The connection is not tested yet"), text, about)
    text = _("Tested %(age)s ago.") % {"age": ago(connection.tested_at, now)}
    title = _("e-Boekhouden is connected")
    return Finding(Level.GOOD, title, text, about, seen_at=connection.tested_at)


def _bookings(organisation: Organisation, *, now: datetime.datetime) -> Finding:
    unfinished, needing = Q(state__in=OPEN_STATES), Q(state__in=NEEDS_ATTENTION)
    found = Booking.objects.filter(unfinished | needing, organisation=organisation).aggregate(
        waiting=Count("pk", filter=unfinished),
        oldest=Min("created_at", filter=unfinished),
        needing=Count("pk", filter=needing),
    )
    about = "bookings"
    if found["needing"]:
        text = ngettext(
            "%(count)s booking waits for your decision.",
            "%(count)s bookings wait for your decision.",
            found["needing"],
        )
        title = _("Bookings need you")
        return Finding(Level.TROUBLE, title, text % {"count": found["needing"]}, about)
    if found["oldest"] and now - found["oldest"] > BOOKING_AGE:
        text = _("The oldest is from %(age)s ago.") % {"age": ago(found["oldest"], now)}
        return Finding(Level.TROUBLE, _("Bookings are not finished"), text, about)
    text = ngettext("%(count)s is on its way.", "%(count)s are on their way.", found["waiting"])
    return Finding(
        Level.GOOD, _("No booking waits long"), text % {"count": found["waiting"]}, about
    )


def _books(organisation: Organisation, *, now: datetime.datetime) -> Finding:
    about = "books"
    open_ones = Difference.objects.filter(organisation=organisation).needs_attention().count()
    if open_ones:
        text = ngettext(
            "%(count)s difference was reviewed by nobody.",
            "%(count)s differences were reviewed by nobody.",
            open_ones,
        )
        title = _("The books differ")
        return Finding(Level.TROUBLE, title, text % {"count": open_ones}, about)
    last = (
        ReconciliationRun.objects.filter(organisation=organisation, ended_at__isnull=False)
        .order_by("-created_at", "-pk")
        .first()
    )
    if last is None or last.ended_at is None:
        return Finding(Level.REMARK, _("The books were not compared yet"), "", about)
    values = {"age": ago(last.ended_at, now), "count": last.booking_count}
    if last.state != "finished":
        text = _("The check of %(age)s ago did not come to its end.") % values
        return Finding(Level.REMARK, _("The books were not compared completely"), text, about)
    text = _("%(count)s bookings were compared %(age)s ago.") % values
    if now - last.ended_at > CHECK_AGE:
        title = _("The last comparison is old")
        return Finding(Level.REMARK, title, text, about, seen_at=last.ended_at)
    return Finding(Level.GOOD, _("The books agree"), text, about, seen_at=last.ended_at)
