"""Every URL: for anonymous users, for other organisations, by a link, from another site."""

import datetime
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Membership, Role, User
from audit.kinds import Kind
from audit.models import Entry
from billing.bookings.outbox import queue_sales_entry
from billing.invoices.issuing import mark_sent
from billing.models import (
    Batch,
    Booking,
    Difference,
    DifferenceKind,
    Invoice,
    InvoiceMail,
    InvoicingRun,
    MailKind,
    MailState,
    Origin,
    ReconciliationRun,
    Reminder,
    ReminderHold,
    ReminderSettings,
    ReminderStep,
)
from billing.reconciliation import runs
from billing.reconciliation.local_side import local_document
from billing.reconciliation.recording import ReconciliationResult, keep
from billing.reconciliation.sides import Discovery
from customers.models import ImportRun
from imports.models import ColumnMapping, FileImport, FileState
from imports.sources import take
from integrations.runs import RunState, claim_run
from privacy.models import DataExport, ExportScope
from projects.dated_rates import RateEdit, subject_of
from projects.models import DatedRate
from registrations.rates import rate_changes
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.long]

OUR_APPS = {
    "accounts", "audit", "billing", "customers", "imports", "integrations", "operations", "privacy",
    "projects",
    "registrations",
}  # fmt: skip
POLYGLOT = "'\"><b>bold</b>{{7*7}}"
TEXTS = [
    ("accounts.Organisation", "name"),
    ("accounts.User", "first_name"),
    ("customers.Customer", "name"),
    ("customers.Customer", "notes"),
    ("projects.Project", "name"),
    ("projects.Task", "name"),
    ("projects.ExpenseCategory", "name"),
    ("projects.Vehicle", "name"),
    ("registrations.TimeEntry", "description"),
    ("registrations.Expense", "description"),
    ("registrations.Trip", "origin"),
    ("registrations.Leave", "note"),
    ("billing.InvoiceLine", "description"),
    ("billing.Invoice", "notes"),
    ("billing.Invoice", "reference"),
    ("billing.Booking", "text"),
    ("billing.ReconciliationRun", "problem"),
    ("billing.InvoicingRun", "problem"),
    ("billing.Difference", "note"),
    ("billing.Difference", "number"),
    ("billing.InvoiceMail", "subject"),
    ("billing.InvoiceMail", "body"),
    ("billing.InvoiceMail", "to"),
    ("billing.ReminderHold", "reason"),
    ("billing.ReminderStep", "subject_en"),
    ("billing.ReminderStep", "body_en"),
    ("integrations.Connection", "pause_text"),
    ("integrations.Connection", "administration_name"),
    ("customers.ImportRun", "problem"),
    ("imports.FileImport", "name"),
    ("imports.FileImport", "remember_as"),
    ("imports.ColumnMapping", "name"),
]
# The database refuses changes of final invoices.
CHANGEABLE = {
    "billing.Invoice": {"status": "draft"},
    "billing.InvoiceLine": {"invoice__status": "draft"},
}
# The login page can be read in both languages.
FOR_EVERYBODY = {"accounts:language-switch"}
WORDS = {
    "billing:invoice-change": {"action": "mark-sent"},
    "billing:booking-action": {"action": "cancel"},
    "billing:invoice-selection": {"action": "mark-sent"},
    "billing:invoice-selection-change": {"action": "mark-sent"},
    "registrations:overview-change": {"name": "approve"},
    "registrations:overview-confirm": {"name": "reject"},
    "billing:invoice-settings-design": {"design": "modern"},
    "billing:invoice-settings-text": {"language": "nl"},
    "billing:reminder-hold": {"whose": "invoice"},
    "billing:interest-rates-edit": {"day": "2026-07-01"},
    "billing:interest-rates-delete": {"day": "2026-07-01"},
    "billing:reminder-settings-step": {"position": 1},
    "billing:reminder-settings-step-delete": {"position": 1},
    "billing:reminder-settings-step-text": {"position": 1, "language": "nl"},
    "accounts:email-confirm": {"token": "none"},
    "projects:project-row": {"kind": "task"},
    "accounts:connection-add": {"key": "none"},
    "imports:file-template": {"kind": "hours"},
    "registrations:rates": {"name": "task"},
}


def _names(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern) and pattern.name and namespace in OUR_APPS:
            yield f"{namespace}:{pattern.name}", tuple(pattern.pattern.converters)


PAGES = sorted(_names(get_resolver("timechimp_eb.urls")))
ABOUT_SOMETHING = [name for name, parts in PAGES if "pk" in parts]


def _everything(organisation) -> dict[str, int]:
    """Create one object of each kind; return ids by the name in the URL."""
    user = factories.create_user(first_name="Canary")
    member = factories.create_membership(
        organisation=organisation, user=user, role=Role.ADMINISTRATOR
    )
    connection = factories.create_connection(organisation=organisation)
    rate = factories.create_vat_rate(organisation=organisation)
    project = factories.create_project(organisation=organisation, name="Canary project")
    task = factories.create_task(organisation=organisation, name="Canary task")
    line = factories.create_invoice_line(project=project)
    line.invoice.due_on = datetime.date(2026, 1, 1)
    line.invoice.save()
    invoice = mark_sent(line.invoice, by=user, now=timezone.now())
    batch = Batch.objects.create(organisation=organisation)
    booking = queue_sales_entry(invoice, connection, by=user, now=timezone.now(), batch=batch)
    about = {"project": project, "membership": member}
    finding = _vanished(booking, by=user)
    draft = factories.create_invoice_line(project=project).invoice
    mail, hold = _reminded(invoice, by=user)
    return {
        "invoice": draft.pk,
        "mail": mail.pk,
        "reminder": invoice.pk,
        "reminder-hold-remove": hold.pk,
        "booking": booking.pk,
        "batch": batch.pk,
        "invoicing": _confirmed(organisation, by=user).pk,
        "difference": finding.pk,
        "vat-rate": rate.pk,
        "employee": member.pk,
        "user": member.pk,
        "approvals": member.pk,
        "customer": project.customer_id,
        "import-run": ImportRun.objects.create(organisation=organisation, connection=connection).pk,
        "file": _read_file(organisation, by=user, state=FileState.FINISHED).pk,
        "file-columns": (read := _read_file(organisation, by=user)).pk,
        "file-start": read.pk,
        "file-delete": read.pk,
        "file-change": read.pk,
        "columns": _remembered(organisation).pk,
        "project": project.pk,
        "task": task.pk,
        "category": factories.create_expense_category(organisation=organisation).pk,
        "vehicle": factories.create_vehicle(organisation=organisation).pk,
        "hour": factories.create_time_entry(**about, task=task).pk,
        "expense": factories.create_expense(**about).pk,
        "trip": factories.create_trip(**about).pk,
        "export": exported(member).pk,
        "favourite-trip": factories.create_favourite_trip(membership=member).pk,
        "invitation": invitation_of(user),
        "connection": connected_account(user),
        "contract": factories.create_contract(membership=member).pk,
        "leave": factories.create_leave(membership=member, note="Canary").pk,
        "rates": task.pk,
        **_dated_rate(task, by=member),
        "entry": Entry.objects.filter(organisation=organisation).latest("pk").pk,
    }


def invitation_of(user: User) -> int:
    """Let another organisation invite the person."""
    elsewhere = factories.create_organisation(name="Canary Elsewhere")
    return factories.create_membership(
        organisation=elsewhere, user=user, is_active=False, awaits_consent=True
    ).pk


def connected_account(user: User) -> int:
    """Connect an account of a provider that is no longer set."""
    return SocialAccount.objects.create(user=user, provider="google", uid=f"Canary {user.pk}").pk


def exported(member: Membership) -> DataExport:
    """Record an export that a person asked for, and that is not made yet."""
    about = {"organisation": member.organisation, "membership": member, "started_by": member.user}
    return DataExport.objects.create(**about, scope=ExportScope.OWN, state=RunState.FAILED)


def _dated_rate(row, *, by) -> dict[str, int]:
    """Set a rate of a task or a project from a day on, by a change that can be undone."""
    edit = RateEdit(subject_of(row), None, factories.TODAY, Decimal("97.31"))
    change = rate_changes.save(row, edit, seen="", changes_rows=False, by=by, now=timezone.now())
    dated = DatedRate.objects.filter(organisation=row.organisation).latest("pk")
    return {"rate": dated.pk, "rate-undo": change.pk}


def _reminded(invoice: Invoice, *, by: User) -> tuple[InvoiceMail, ReminderHold]:
    """Send a first reminder for an overdue invoice; its customer gets no second one."""
    organisation, now = invoice.organisation, timezone.now()
    ReminderSettings.objects.create(organisation=organisation, is_on=True)
    for position, days in enumerate((7, 14), start=1):
        ReminderStep.objects.create(organisation=organisation, position=position, days=days)
    mail = InvoiceMail.objects.create(
        invoice=invoice,
        kind=MailKind.REMINDER,
        to="canary@x.example",
        subject="Canary",
        body="Canary",
        state=MailState.SENT,
        started_at=now,
        by=by,
    )
    long_ago = datetime.date(2026, 1, 10)
    Reminder.objects.create(invoice=invoice, step=1, day=long_ago, mail=mail, queued_at=now)
    return mail, ReminderHold.objects.create(
        organisation=organisation, customer=invoice.customer, reason="Canary", since=now, by=by
    )


def _read_file(organisation, *, by: User, state: str = FileState.DRAFT) -> FileImport:
    """Read a file with hours of the canary."""
    content = io.BytesIO(b"Datum;Medewerker;Project;Taak;Uren\n22-11-2026;Canary;Nobody;None;1:30")
    about = {"organisation": organisation, "by": by, "kind": "hours", "name": "Canary.csv"}
    found = take(content, **about)
    found.state, found.error_count = state, 1
    found.save()
    return found


def _remembered(organisation) -> ColumnMapping:
    """Remember columns of other headings than those of the file."""
    about = {"organisation": organisation, "kind": "hours", "name": "Canary"}
    return ColumnMapping.objects.create(**about, headings=["canary"], mapping=["date"])


def _confirmed(organisation, *, by: User) -> InvoicingRun:
    """Create a confirmation of which nothing was made."""
    choices = {"grouping": "task", "per": "customer", "date": "2026-11-22", "discount": "0"}
    return InvoicingRun.objects.create(
        organisation=organisation,
        state=RunState.FAILED,
        problem="Canary",
        started_by=by,
        origin=Origin.EBOEKHOUDEN,
        work=[],
        options=choices,
        total=1,
        row_count=1,
        gross=1,
    )


def _vanished(booking: Booking, *, by: User) -> Difference:
    """Create a difference of the daily check about a booking."""
    now, day = timezone.now(), factories.TODAY
    run = runs.start_check(booking.organisation, since=day, until=day, by=by, now=now)
    run = claim_run(ReconciliationRun, run.pk, now=now) or run
    ours = local_document(booking, is_judged=True)
    gone = Discovery(kind=DifferenceKind.VANISHED, reason="entry", number=ours.number, local=ours)
    keep(run, ReconciliationResult([gone], ["Canary"]), figures={}, now=now)
    return Difference.objects.get(organisation=booking.organisation)


def _address(name: str, ids: dict[str, int]) -> str:
    words = dict(WORDS.get(name, {}))
    if "pk" in dict(PAGES)[name]:
        short = name.split(":")[1]
        words["pk"] = next(
            ids[one] for one in sorted(ids, key=len, reverse=True) if short.startswith(one)
        )
    return reverse(name, kwargs=words)


def _stored() -> dict[str, list[tuple[object, ...]]]:
    """Return all stored rows of organisations, without sessions, logins and notes of downloads."""
    rows = {
        model._meta.label: model._default_manager.order_by("pk")
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
    }
    rows["audit.Entry"] = rows["audit.Entry"].exclude(kind=Kind.EXPORT)
    return {label: list(some.values_list()) for label, some in rows.items()}


@pytest.fixture
def theirs() -> dict[str, int]:
    return _everything(factories.create_organisation(name="Canary B.V."))


def _logged_in(role: str, **options: object) -> tuple[Client, Membership]:
    member = factories.create_membership(role=role)
    client = Client(**options)
    client.force_login(member.user)
    return client, member


def test_an_anonymous_user_reaches_nothing_and_changes_nothing(client, theirs):
    before = _stored()

    for name, _parts in PAGES:
        if name in FOR_EVERYBODY:
            continue
        for ask in (client.get, client.post):
            answer = ask(_address(name, theirs))
            assert answer.status_code in {302, 405}, (name, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith(reverse("account_login")), name

    assert _stored() == before


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_belongs_to_another_organisation_does_not_exist(theirs, role, method):
    client, _member = _logged_in(role)
    before = _stored()

    assert len(ABOUT_SOMETHING) > 20
    for name in ABOUT_SOMETHING:
        answer = getattr(client, method)(_address(name, theirs))
        assert answer.status_code in {403, 404, 405}, (name, answer.status_code)

    assert _stored() == before


@pytest.mark.parametrize("role", Role.values)
def test_no_list_or_form_shows_anything_of_another_organisation(theirs, role):
    client, _member = _logged_in(role)
    read = 0

    for name, parts in PAGES:
        if not parts:
            answer = client.get(_address(name, theirs))
            assert answer.status_code in {200, 302, 403, 404, 405}, (name, answer.status_code)
            if answer.status_code == 200 and not answer.streaming:
                assert "Canary" not in answer.content.decode(), name
                read += 1

    assert read > 5


def test_reading_a_page_changes_nothing():
    client, member = _logged_in(Role.ADMINISTRATOR)
    ours = _everything(member.organisation)
    before = _stored()

    for name, _parts in PAGES:
        answer = client.get(_address(name, ours))
        assert answer.status_code in {200, 302, 404, 405, 422}, (name, answer.status_code)

    assert _stored() == before


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_page_has_the_name_of_another_companys_product(language):
    client, member = _logged_in(Role.ADMINISTRATOR)
    User.objects.filter(pk=member.user_id).update(language=language)
    ours = _everything(member.organisation)
    read = 0

    for name, _parts in PAGES:
        answer = client.get(_address(name, ours))
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            page = answer.content.decode()
            assert "timechimp" not in page.casefold(), name
            if "<html" in page:
                assert f'lang="{language}"' in page, name
            read += 1

    assert read > 50


def test_the_head_of_a_page_can_be_asked_wherever_the_page_can():
    client, member = _logged_in(Role.ADMINISTRATOR)
    ours = _everything(member.organisation)

    assert len(PAGES) > 100
    for name, _parts in PAGES:
        address = _address(name, ours)
        assert client.head(address).status_code == client.get(address).status_code, name


def test_a_form_of_another_site_is_refused_everywhere():
    client, member = _logged_in(Role.ADMINISTRATOR, enforce_csrf_checks=True)
    ours = _everything(member.organisation)
    before = _stored()

    for name, _parts in PAGES:
        answer = client.post(_address(name, ours))
        assert answer.status_code in {403, 405}, (name, answer.status_code)

    assert _stored() == before


def test_what_people_and_services_wrote_stays_text_and_codes_stay_inside():
    client, member = _logged_in(Role.ADMINISTRATOR)
    ours = _everything(member.organisation)
    for model, name in TEXTS:
        # The id makes names unique.
        text = Concat(Value(POLYGLOT), Cast("pk", CharField()))
        changeable = apps.get_model(model)._default_manager.filter(**CHANGEABLE.get(model, {}))
        changeable.update(**{name: text})
    Booking.objects.update(state="rejected", code="X1")
    shown = 0

    for name, _parts in PAGES:
        answer = client.get(_address(name, ours))
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            page = answer.content.decode()
            assert POLYGLOT not in page, name
            assert "<b>bold" not in page, name
            assert not any(code in page for code in factories.CODES), name
            shown += escape(POLYGLOT) in page

    assert shown > 20
