"""A large confirmation: the request stores it, and a worker makes all invoices or none."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing import tasks
from billing.invoices.in_background import enqueue_waiting, run_invoicing
from billing.models import Batch, Booking, Invoice, InvoicingRun, Origin
from integrations.models import Connection
from integrations.runs import ABANDONED_AFTER, RunState, claim_run
from integrations.switching import pause
from registrations.models import Status, TimeEntry
from tests import factories

DIALOG, BOOK = "billing:eboekhouden-dialog", "billing:eboekhouden-book"
HERE, DRAFT = "billing:invoice-from-rows", "billing:invoice-draft"
# Later than the end of the lease of a worker that died now.
AFTERWARDS = ABANDONED_AFTER + datetime.timedelta(seconds=1)


def first_choices() -> dict[str, str]:
    """What the dialog proposes, as the browser posts it."""
    return {"grouping": "task", "per": "customer", "date": timezone.localdate().isoformat()}


@pytest.fixture(autouse=True)
def _a_single_invoice_is_too_much_for_a_request(settings):
    settings.INVOICES_IN_REQUEST = 0


def confirm(browser, rows, *, here: bool = False, **choices: str):
    """Open the dialog for the rows, and confirm what it shows; return the answer."""
    shown = browser.post(reverse(HERE if here else DIALOG), rows | first_choices() | choices)
    token = shown.context["proposal"].token
    return browser.post(
        reverse(DRAFT if here else BOOK), rows | first_choices() | choices | {"token": token}
    )


def confirmed(browser, agency, count: int = 3, **choices) -> InvoicingRun:
    """Confirm the hours of some customers; return the run that waits."""
    rows = {"time_entry": [agency.hours(minutes=90).pk for _ in range(count)]}
    confirm(browser, rows, **choices)
    return InvoicingRun.objects.get()


def carry_out(run: InvoicingRun, *, later: datetime.timedelta = datetime.timedelta(0)):
    run_invoicing(run.pk, clock=lambda: timezone.now() + later)
    run.refresh_from_db()
    return run


def page_of(browser, run: InvoicingRun) -> str:
    return browser.get(reverse("billing:invoicing-run", args=[run.pk])).content.decode()


def test_the_request_makes_nothing_and_leads_to_the_page_of_its_progress(inside, connected):
    rows = {"time_entry": [connected.hours().pk for _ in range(3)]}

    answer = confirm(inside, rows)

    run = InvoicingRun.objects.get()
    assert answer.url == reverse("billing:invoicing-run", args=[run.pk])
    assert (run.state, run.total, run.row_count) == (RunState.QUEUED, 3, 3)
    assert not Invoice.objects.exists()
    text = page_of(inside, run)
    assert "You can leave this page" in text
    assert "Waiting for a worker" in text


def test_the_worker_makes_what_was_shown_and_the_page_leads_to_the_batch(inside, connected):
    run = carry_out(confirmed(inside, connected))

    assert (run.state, run.done) == (RunState.FINISHED, 3)
    assert run.batch.bookings.documents().count() == Invoice.objects.count() == 3
    seen = reverse("billing:invoicing-seen", args=[run.pk])
    assert f'hx-post="{seen}" hx-trigger="load, submit"' in page_of(inside, run)
    answer = inside.post(seen)
    assert answer.url == reverse("billing:batch-detail", args=[run.batch_id])
    assert inside.post(seen, headers={"HX-Request": "true"})["HX-Redirect"] == answer.url


def test_drafts_are_made_by_the_worker_too(inside, connected):
    run = carry_out(confirmed(inside, connected, here=True, with_specification="on"))

    assert run.state == RunState.FINISHED
    assert [(draft.origin, draft.number) for draft in Invoice.objects.all()] == [
        (Origin.HERE, "")
    ] * 3
    assert all(draft.with_specification for draft in Invoice.objects.all())
    answer = inside.post(reverse("billing:invoicing-seen", args=[run.pk]))
    assert answer.url == reverse("billing:invoice-list") + "?status=draft"
    assert not Booking.objects.exists()


def test_the_request_asks_as_much_for_thirty_invoices_as_for_one(inside, connected):
    def asked(count: int) -> int:
        rows = {"time_entry": [connected.hours().pk for _ in range(count)]}
        token = inside.post(reverse(DIALOG), rows | first_choices()).context["proposal"].token
        with CaptureQueriesContext(database) as queries:
            inside.post(reverse(BOOK), rows | first_choices() | {"token": token})
        return len(queries)

    assert asked(30) == asked(1)


@pytest.mark.parametrize("by", ["invoices", "rows"])
def test_a_small_confirmation_is_carried_out_in_the_request(inside, connected, settings, by):
    settings.INVOICES_IN_REQUEST = settings.ROWS_IN_REQUEST = 2
    project = factories.create_project(organisation=connected.organisation)

    def rows(count: int) -> dict[str, list[int]]:
        own = {} if by == "invoices" else {"project": project}
        return {"time_entry": [connected.hours(**own).pk for _ in range(count)]}

    small = confirm(inside, rows(2))
    assert not InvoicingRun.objects.exists()
    assert small.url == reverse("billing:batch-detail", args=[Batch.objects.get().pk])

    confirm(inside, rows(3))
    assert InvoicingRun.objects.get().row_count == 3


def test_confirming_twice_leads_to_the_same_page(inside, connected):
    rows = {"time_entry": [connected.hours().pk]}

    first, second = confirm(inside, rows), confirm(inside, rows)

    assert first.url == second.url
    assert InvoicingRun.objects.count() == 1


def test_what_changed_is_said_and_nothing_is_made(inside, connected):
    run = confirmed(inside, connected)
    TimeEntry.objects.filter(pk=TimeEntry.objects.first().pk).update(status=Status.WRITTEN_OFF)

    carry_out(run)

    assert run.state == RunState.FAILED
    assert not Invoice.objects.exists()
    assert not Batch.objects.exists()
    text = page_of(inside, run).replace("\xa0", " ")
    assert "Shown were 3 invoices with 3 registrations, € 490.05." in text
    assert "Now there would be 2 invoices with 2 registrations, € 326.70." in text


def test_a_change_that_no_total_shows_is_said_too(inside, connected):
    run = confirmed(inside, connected, grouping="detailed")
    TimeEntry.objects.update(description="Another text")

    carry_out(run)

    assert "A text, a date, a rate or an account changed" in page_of(inside, run)
    assert not Invoice.objects.exists()


def test_rows_that_were_all_billed_meanwhile_are_said_to_be(inside, connected):
    run = confirmed(inside, connected)
    second = InvoicingRun.objects.get(pk=run.pk)
    second.pk, second.digest = None, "another selection of the same rows"
    second.save()

    carry_out(run)
    carry_out(second)

    assert Invoice.objects.count() == 3
    assert "were billed or changed after they were shown" in page_of(inside, second)


@pytest.mark.parametrize("here", [True, False])
def test_the_dialog_shows_the_rest_again_and_it_can_be_confirmed(inside, connected, here):
    choices = {"here": here, "discount": "7,5", "with_week": "on", "per": "project"}
    run = confirmed(inside, connected, **choices)
    gone = TimeEntry.objects.first()
    TimeEntry.objects.filter(pk=gone.pk).update(status=Status.WRITTEN_OFF)
    carry_out(run)

    dialog = inside.post(reverse("billing:invoicing-again", args=[run.pk]))

    assert len(dialog.context["proposal"].invoices) == 2
    form = dialog.context["form"]
    assert form.is_valid()
    rows = {"time_entry": [entry.pk for entry in TimeEntry.objects.all()]}
    token = {"token": dialog.context["proposal"].token}
    inside.post(reverse(DRAFT if here else BOOK), rows | run.options | token)
    carry_out(InvoicingRun.objects.get(state=RunState.QUEUED))
    assert [invoice.discount for invoice in Invoice.objects.all()] == [Decimal("7.50")] * 2


def test_projects_of_unbilled_are_kept_as_they_were_shown(inside, connected):
    project = factories.create_project(organisation=connected.organisation)
    connected.hours(project=project)
    rows = {"projects": [project.pk], "until": timezone.localdate().isoformat()}

    confirm(inside, rows)
    carry_out(InvoicingRun.objects.get())

    assert Invoice.objects.get().lines.get().project == project


# --- Rights and the connection --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("left", "is no longer a member of the organisation"),
        ("inactive", "is no longer a member of the organisation"),
        ("locked out", "is no longer a member of the organisation"),
        ("right", "may no longer create invoices"),
        ("off", "The connection with e-Boekhouden is not switched on."),
        ("gone", "The connection with e-Boekhouden is not switched on."),
        ("no template", "No invoice template is set."),
        ("restored", "Restored from a backup"),
    ],
)
def test_what_was_withdrawn_meanwhile_makes_nothing(client, connected, how, sentence):
    other = factories.create_membership(organisation=connected.organisation, may_invoice=True)
    client.force_login(other.user)
    run = confirmed(client, connected)
    match how:
        case "left":
            other.delete()
        case "inactive":
            type(other).objects.filter(pk=other.pk).update(is_active=False)
        case "locked out":
            type(other.user).objects.filter(pk=other.user_id).update(is_active=False)
        case "right":
            type(other).objects.filter(pk=other.pk).update(may_invoice=False, role=Role.EMPLOYEE)
        case "off":
            Connection.objects.update(is_active=False)
        case "gone":
            Connection.objects.all().delete()
        case "no template":
            Connection.objects.update(template="")
        case "restored":
            Connection.objects.update(must_compare_first=True)

    carry_out(run)

    assert run.state == RunState.FAILED
    assert sentence in run.problem
    assert not Invoice.objects.exists()


def test_a_connection_that_was_paused_meanwhile_keeps_the_invoices_waiting(inside, connected):
    run = confirmed(inside, connected)
    pause(connected.connection, code="E0011", text="Code 1 is wrong.", now=timezone.now())

    carry_out(run)

    assert run.state == RunState.FINISHED
    page = inside.get(reverse("billing:batch-detail", args=[run.batch_id])).content.decode()
    assert "Code 1 is wrong." in page


def test_nobody_else_opens_the_page_or_its_dialog(client, inside, connected):
    run = confirmed(inside, connected)
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    employee = factories.create_membership(organisation=connected.organisation, role=Role.EMPLOYEE)

    for member, status in ((stranger, 404), (employee, 403)):
        client.force_login(member.user)
        assert client.get(reverse("billing:invoicing-run", args=[run.pk])).status_code == status
        for name in ("billing:invoicing-again", "billing:invoicing-seen"):
            assert client.post(reverse(name, args=[run.pk])).status_code == status


# --- Workers that die -----------------------------------------------------------------------------


def test_after_a_worker_that_died_another_one_makes_them_once(inside, connected):
    run = confirmed(inside, connected)
    claim_run(InvoicingRun, run.pk, now=timezone.now())

    carry_out(run)
    assert (run.state, Invoice.objects.count()) == (RunState.RUNNING, 0)

    carry_out(run, later=AFTERWARDS)
    carry_out(run, later=2 * AFTERWARDS)

    assert (run.state, run.attempts) == (RunState.FINISHED, 2)
    assert Invoice.objects.count() == 3


def test_a_worker_that_lost_the_run_makes_nothing(inside, connected):
    run = confirmed(inside, connected)
    moments = iter([timezone.now()])

    def clock() -> datetime.datetime:
        # The second time it is asked, the worker has slept past its lease.
        for moment in moments:
            return moment
        claim_run(InvoicingRun, run.pk, now=timezone.now() + AFTERWARDS)
        return timezone.now() + AFTERWARDS

    run_invoicing(run.pk, clock=clock)

    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert not Invoice.objects.exists()
    assert not TimeEntry.objects.exclude(invoice_line=None).exists()


def test_after_four_dead_workers_it_ends_with_a_sentence(inside, connected):
    run = confirmed(inside, connected)
    for attempt in range(4):
        claim_run(InvoicingRun, run.pk, now=timezone.now() + attempt * AFTERWARDS)

    carry_out(run, later=5 * AFTERWARDS)

    assert run.state == RunState.FAILED
    assert "This was interrupted 4 times. No invoice was created." in run.problem


def test_what_no_message_announced_is_found_by_the_sweep(
    inside, connected, django_capture_on_commit_callbacks, monkeypatch
):
    run = confirmed(inside, connected)
    asked: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(
        "lib.dispatch.current_app.send_task",
        lambda task, args, expires: asked.append((task, args)),
    )

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_invoicing()
        carry_out(run)
        enqueue_waiting(now=timezone.now())

    assert asked[0] == ("billing.tasks.run_invoicing", (run.pk,))
    assert [task for task, _args in asked].count("billing.tasks.run_invoicing") == 1


# --- What people see ------------------------------------------------------------------------------


def test_a_notice_on_every_page_leads_back_to_it_until_its_end_was_seen(inside, connected):
    other = factories.create_membership(organisation=connected.organisation, may_invoice=True)
    run = confirmed(inside, connected)
    link = f'href="{reverse("billing:invoicing-run", args=[run.pk])}"'

    for name in ("billing:unbilled", "billing:booking-list", "registrations:hours"):
        page = inside.get(reverse(name)).content.decode()
        assert link in page
        assert "3 invoices are being created." in page

    TimeEntry.objects.update(status=Status.WRITTEN_OFF)
    carry_out(run)
    assert (
        "The 3 invoices that you confirmed were not created."
        in inside.get(reverse("billing:unbilled")).content.decode()
    )
    assert inside.post(reverse("billing:invoicing-seen", args=[run.pk])).status_code == 204
    assert link not in inside.get(reverse("billing:unbilled")).content.decode()
    inside.force_login(other.user)
    assert link not in inside.get(reverse("billing:unbilled")).content.decode()


def test_the_page_and_the_reason_are_in_the_language_of_the_reader(inside, connected):
    run = confirmed(inside, connected)
    user = run.started_by
    user.language = "nl"
    user.save()
    assert "U kunt deze pagina verlaten" in page_of(inside, run)
    TimeEntry.objects.filter(pk=TimeEntry.objects.first().pk).update(status=Status.WRITTEN_OFF)

    carry_out(run)

    assert "Getoond werden 3 facturen met 3 registraties" in page_of(inside, run)
    user.language = "en"
    user.save()
    assert "Shown were 3 invoices with 3 registrations" in page_of(inside, run)
