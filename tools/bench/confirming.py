"""Confirm many invoices: the request that stores what was shown, and the worker that makes them."""

import time
from collections.abc import Iterator
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role
from billing.invoices.in_background import run_invoicing
from billing.models import InvoicingRun
from registrations.models import TimeEntry
from registrations.overview.filtered_rows import FilteredRows
from sandbox import Sandbox
from tests import factories

from .measuring import Figure
from .options import OPTIONS
from .pages import Browser
from .seeding import Agency

HOURS_EACH = 20
# Milliseconds.
REQUEST, MAKING = 1000, 12_000
QUERIES = 6


def confirming(agency: Agency) -> Iterator[Figure]:
    """Confirm as many invoices as documents are wanted, with twenty hours each."""
    count = OPTIONS.documents
    with Sandbox() as sandbox:
        member = _office(sandbox, count)
        browser, fields = Browser(member), _choices(member)
        began = time.perf_counter()
        token = browser.token_of(reverse("billing:eboekhouden-dialog"), fields)
        name = f"{count} invoices of {count * HOURS_EACH:,} hours"
        yield Figure.of(f"{name}: the dialog", time.perf_counter() - began)
        began = time.perf_counter()
        browser.post(reverse("billing:eboekhouden-book"), lambda: {**fields, "token": token})()
        yield Figure.of(f"{name}: the request", time.perf_counter() - began, REQUEST)
        for run in InvoicingRun.objects.filter(organisation=member.organisation_id):
            yield _made(name, member, count, run)


def _made(name: str, member: Membership, count: int, run: InvoicingRun) -> Figure:
    """Let a worker make the invoices of a confirmation that was too large for the request."""
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        run_invoicing(run.pk, clock=timezone.now)
    seconds = time.perf_counter() - began
    made = member.organisation.invoices.count()
    note = f"{made} made, {len(queries) / count:.1f} queries an invoice (at most {QUERIES})"
    return Figure.of(f"{name}: all made", seconds, MAKING, note=note, queries=len(queries))


def _choices(member: Membership) -> dict[str, object]:
    newest = TimeEntry.objects.filter(organisation=member.organisation_id).latest("pk").pk
    selected = FilteredRows("hours", member.pk, "period=all&status=not_invoiced", newest)
    today = timezone.localdate().isoformat()
    return {"hours-filter": selected.token, "grouping": "task", "per": "customer", "date": today}


def _office(sandbox: Sandbox, count: int) -> Membership:
    """Return the administrator of an organisation with unbilled hours of so many customers."""
    organisation = factories.create_organisation(**factories.LAWFUL_ISSUER)
    member = factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    factories.create_vat_rate(organisation=organisation, is_default=True)
    factories.create_connection(organisation=organisation, sandbox=sandbox)
    task = factories.create_task(organisation=organisation)
    for number in range(count):
        customer = factories.create_customer(
            organisation=organisation, remote_id=number + 1, **factories.LAWFUL_ADDRESSEE
        )
        project = factories.create_project(customer=customer)
        TimeEntry.objects.bulk_create(
            TimeEntry(
                organisation=organisation,
                membership=member,
                project=project,
                task=task,
                date=timezone.localdate(),
                minutes=60,
                hourly_rate=Decimal(95),
                amount=Decimal(95),
                is_billable=True,
            )
            for _number in range(HOURS_EACH)
        )
    return member
