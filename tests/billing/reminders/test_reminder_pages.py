"""Finance → Reminders and Settings → Reminders."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from accounts.models import Language, Role
from billing.mailing import ABANDONED_AFTER
from billing.models import (
    Invoice,
    InvoiceMail,
    MailState,
    Reminder,
    ReminderHold,
    ReminderMode,
    ReminderSettings,
    ReminderStep,
    StepKind,
)
from billing.reminders.sending import deliver_reminders, queue_reminders
from billing.tasks import sweep_reminders
from tests import factories
from tests.responses import text

from .late_invoices import DAY, late_invoice, turn_on

pytestmark = [pytest.mark.django_db, pytest.mark.once]
STEP = {
    "days": "10",
    "kind": "reminder",
    "subject_nl": "",
    "body_nl": "",
    "subject_en": "Still {open_amount}",
    "body_en": "",
}


def url(name: str, *args: object) -> str:
    return reverse(f"billing:reminder-{name}", args=args)


def deliver(studio) -> int:
    return deliver_reminders(studio.organisation, clock=timezone.now)


# --- Who may see what -----------------------------------------------------------------------------


def test_only_who_invoices_reminds_and_only_administrators_change_how(client_of, studio):
    invoice = late_invoice(studio, days=7)
    employee = client_of(factories.create_membership(organisation=studio.organisation))
    invoicer = client_of(
        factories.create_membership(organisation=studio.organisation, may_invoice=True)
    )

    for page in (url("list"), url("sent"), url("holds"), url("letter", invoice.pk)):
        assert (employee.get(page).status_code, invoicer.get(page).status_code) == (403, 200)
    for page in (url("settings"), url("settings-step", 1), url("settings-step-add")):
        assert invoicer.get(page).status_code == 403
    assert employee.post(url("send")).status_code == 403
    assert invoicer.post(url("settings-step-delete", 2)).status_code == 403


def test_another_organisation_sees_and_touches_nothing(client_of, studio):
    invoice = late_invoice(studio, days=7)
    hold = ReminderHold.objects.create(
        organisation=studio.organisation,
        customer=factories.create_customer(organisation=studio.organisation),
        reason="agreed",
        since=timezone.now(),
    )
    stranger = factories.create_membership(role=Role.ADMINISTRATOR)
    turn_on(stranger.organisation, 1)
    client = client_of(stranger)

    client.post(url("send"), {"reminders": invoice.pk})

    assert not Reminder.objects.exists()
    assert client.get(url("letter", invoice.pk)).status_code == 404
    assert client.get(url("hold", "invoice", invoice.pk)).status_code == 404
    assert client.get(url("hold", "customer", invoice.customer_id)).status_code == 404
    assert client.post(url("hold-remove", hold.pk)).status_code == 404
    assert client.get(url("settings-step", 2)).status_code == 404
    for page in ("list", "sent", "holds"):
        assert invoice.number not in text(client.get(url(page)))


# --- What is due ----------------------------------------------------------------------------------


def test_switched_off_the_page_says_where_to_switch_on(studio, inside):
    ReminderSettings.objects.update(is_on=False)
    late_invoice(studio, days=7)

    page = text(inside.get(url("list")))

    assert "Reminders are switched off" in page
    assert url("settings") in page


def test_with_nothing_due_the_page_says_so(studio, inside):
    late_invoice(studio, days=1)

    assert "No reminders to send" in text(inside.get(url("list")))


def test_the_page_shows_step_amount_and_days(studio, inside):
    late_invoice(studio, days=15, name="De Groene Tuin")

    page = text(inside.get(url("list")))

    for words in ("De Groene Tuin", "15 days", "108.90", "Reminder 1", "Ready"):
        assert words in page


def test_what_is_kept_back_says_why_and_cannot_be_ticked(studio, inside):
    late_invoice(studio, days=7, email="")

    page = text(inside.get(url("list")))

    assert "Held back" in page
    assert "The customer has no e-mail address." in page
    assert 'name="ids"' not in page


def test_stale_payments_are_said_above_the_list(studio, inside):
    connection = factories.create_connection(organisation=studio.organisation)
    connection.payments_seen_at = timezone.now() - 2 * DAY
    connection.payments_problem = "The service is away."
    connection.save()
    late_invoice(studio, days=7)

    page = text(inside.get(url("list")))

    assert "Invoices booked in e-Boekhouden wait until the payments are fetched again." in page
    assert "The service is away." in page


def test_a_pause_is_said_and_takes_the_button_away(studio, inside):
    ReminderSettings.objects.update(paused_until=localdate() + DAY)
    late_invoice(studio, days=7)

    page = text(inside.get(url("list")))

    assert "Paused: no reminders are sent before" in page
    assert url("send") not in page


def test_the_letter_can_be_read_before_it_goes(studio, inside):
    invoice = late_invoice(studio, days=7)

    page = text(inside.get(url("letter", invoice.pk)))

    assert f"Reminder: invoice {invoice.number}" in page
    assert "anna@groen.example" in page


def test_a_hundred_rows_take_as_many_queries_as_one(studio, inside, django_assert_max_num_queries):
    invoice = late_invoice(studio, days=7)
    with django_assert_max_num_queries(30) as with_one:
        inside.get(url("list"))
    customers = [factories.create_customer(organisation=studio.organisation) for _ in range(24)]
    for number, customer in enumerate(customers):
        invoice.pk, invoice.customer = None, customer
        invoice.number = f"X{number}"
        invoice.save()
    with django_assert_max_num_queries(30) as with_many:
        page = text(inside.get(url("list")))

    assert page.count("Held back") == 24
    assert len(with_many) <= len(with_one) + 1  # the contacts, because these have no address


# --- Sending --------------------------------------------------------------------------------------


def test_the_ticked_ones_go_and_no_others(studio, inside):
    ticked = late_invoice(studio, days=7, email="ticked@x.example")
    late_invoice(studio, days=7, email="other@x.example")

    page = text(inside.post(url("send"), {"reminders": ticked.pk}, follow=True))
    waiting = text(inside.get(url("progress")))
    deliver(studio)

    assert "1 reminder is being sent." in page
    assert "1 reminder is being sent." in page
    assert "1 reminder is being sent." in waiting
    assert [message.to for message in mail.outbox] == [["ticked@x.example"]]
    assert inside.get(url("progress"))["HX-Refresh"] == "true"
    assert Reminder.objects.get().by == studio.member.user


def test_what_is_no_longer_due_is_left_out_and_said(studio, inside):
    invoice = late_invoice(studio, days=7)
    Invoice.objects.update(status="paid")

    page = text(inside.post(url("send"), {"reminders": invoice.pk}, follow=True))

    assert "1 reminder was skipped" in page
    assert not Reminder.objects.exists()


def test_nothing_ticked_is_said(inside, studio):
    assert "are selected. Select" in text(inside.post(url("send"), follow=True))


def test_what_was_sent_is_listed_with_its_mail(studio, inside):
    invoice = late_invoice(studio, days=7)
    empty = text(inside.get(url("sent")))
    queue_reminders(studio.organisation, by=None, now=timezone.now(), today=localdate())
    deliver(studio)

    page = text(inside.get(url("sent")))

    assert "No reminders have been sent yet." in empty
    assert invoice.number in page
    assert "automatically" in page
    assert reverse("billing:mail-detail", args=[invoice.mails.get().pk]) in page


def test_a_reminder_that_a_dead_worker_left_is_in_doubt_and_not_on_its_way_for_ever(studio, inside):
    invoice = late_invoice(studio, days=7)
    queue_reminders(studio.organisation, by=None, now=timezone.now(), today=localdate())
    deliver(studio)
    long_ago = timezone.now() - ABANDONED_AFTER - datetime.timedelta(minutes=1)
    InvoiceMail.objects.update(state=MailState.SENDING, started_at=long_ago)

    sweep_reminders()

    assert "Possibly sent: ask the customer" in text(inside.get(url("sent")))
    own = text(inside.get(reverse("billing:invoice-detail", args=[invoice.pk])))
    assert "Sending was interrupted" in own
    assert "In progress" not in own


def test_an_e_mail_that_may_still_be_under_way_is_left_alone(studio):
    late_invoice(studio, days=7)
    queue_reminders(studio.organisation, by=None, now=timezone.now(), today=localdate())
    deliver(studio)
    InvoiceMail.objects.update(state=MailState.SENDING, started_at=timezone.now())

    sweep_reminders()

    assert InvoiceMail.objects.get().state == MailState.SENDING


def test_a_failure_is_told_in_the_list_and_on_the_invoice(studio, inside, mail_server):
    invoice = late_invoice(studio, days=7)
    server = mail_server.start()
    server.answer = "554 5.7.1 No"
    inside.post(url("send"), {"reminders": invoice.pk})
    deliver(studio)

    page = text(inside.get(url("list")))
    own = text(inside.get(reverse("billing:invoice-detail", args=[invoice.pk])))

    assert "The mail server refused the e-mail." in page
    assert 'name="ids"' in page
    assert "The e-mail was not sent" in own
    kept = text(inside.get(reverse("billing:mail-detail", args=[invoice.mails.get().pk])))
    assert "The mail server refused the e-mail." in kept


def test_the_timeline_of_the_invoice_tells_of_the_reminder(studio, inside):
    invoice = late_invoice(studio, days=7)
    inside.post(url("send"), {"reminders": invoice.pk})
    deliver(studio)

    page = text(inside.get(reverse("billing:invoice-detail", args=[invoice.pk])))

    assert "Reminder 1 sent to anna@groen.example" in page


# --- Excluding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["invoice", "customer"])
def test_an_invoice_or_a_customer_is_excluded_with_a_reason_and_back(studio, inside, whose):
    invoice = late_invoice(studio, days=7)
    key = invoice.pk if whose == "invoice" else invoice.customer_id

    inside.post(url("hold", whose, key), {"reason": "Agreed by phone", "until": ""})
    held = text(inside.get(url("list")))
    listed = text(inside.get(url("holds")))
    inside.post(url("hold-remove", ReminderHold.objects.get().pk))
    free = text(inside.get(url("list")))

    assert "No reminders: Agreed by phone" in held
    assert "Agreed by phone" in listed
    assert "Held back" not in free


@pytest.mark.parametrize(
    ("reason", "ends_today", "words"),
    [("", False, "This field is required."), ("x", True, "Choose a day after today")],
)
def test_excluding_wants_a_reason_and_a_day_to_come(studio, inside, reason, ends_today, words):
    invoice = late_invoice(studio, days=7)
    typed = {"reason": reason, "until": localdate().isoformat() if ends_today else ""}

    answer = inside.post(url("hold", "invoice", invoice.pk), typed)

    assert answer.status_code == 422
    assert words in text(answer)


def test_what_was_agreed_until_a_day_is_on_the_invoice_until_that_day(studio, inside):
    invoice = late_invoice(studio, days=7)
    inside.post(
        url("hold", "invoice", invoice.pk), {"reason": "Agreed", "until": localdate() + DAY}
    )
    detail = reverse("billing:invoice-detail", args=[invoice.pk])
    before = text(inside.get(detail))
    ReminderHold.objects.update(until=localdate())

    assert "No reminders before" in before
    assert "No reminders before" not in text(inside.get(detail))


def test_excluding_again_replaces_what_was_agreed(studio, inside):
    invoice = late_invoice(studio, days=7)
    for reason in ("first", "second"):
        inside.post(url("hold", "invoice", invoice.pk), {"reason": reason, "until": ""})

    assert ReminderHold.objects.get().reason == "second"
    page = text(inside.get(reverse("billing:invoice-detail", args=[invoice.pk])))
    assert "No reminders: second" in page


# --- Settings -------------------------------------------------------------------------------------


def test_who_switches_on_for_the_first_time_gets_three_steps(client_of, agency):
    inside = client_of(agency.member)
    typed = {"is_on": "on", "mode": "propose", "paused_until": ""}

    inside.post(url("settings"), typed)
    inside.post(url("settings"), typed | {"mode": "send"})

    assert ReminderSettings.objects.get().mode == ReminderMode.SEND
    assert list(ReminderStep.objects.values_list("position", "days")) == [(1, 7), (2, 14), (3, 30)]


def test_reminders_are_off_until_somebody_switches_them_on(agency):
    late_invoice(agency, days=30)

    assert queue_reminders(agency.organisation, by=None, now=timezone.now(), today=localdate()) == 0
    turn_on(agency.organisation, 7)
    assert queue_reminders(agency.organisation, by=None, now=timezone.now(), today=localdate()) == 1


def test_there_are_four_steps_at_most(studio, inside):
    for days in (20, 30):
        inside.post(url("settings-step-add"), STEP | {"days": str(days)})

    answer = inside.get(url("settings-step-add"), follow=True)

    assert ReminderStep.objects.count() == 4
    assert "There are already four steps" in text(answer)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": "14"}, "The next step is sent after 14 days"),
        ({"days": "0"}, "Enter at least 1"),
        ({"body_en": "{wrong}"}, "{wrong} cannot be filled in"),
        ({"subject_nl": "{collection_costs}"}, "{collection_costs} cannot be filled in"),
        ({"kind": "notice", "body_en": "Pay"}, "The law requires the costs to be stated"),
    ],
)
def test_a_mistake_in_a_step_is_said_beside_it(studio, inside, changes, words):
    answer = inside.post(url("settings-step", 1), STEP | changes)

    assert answer.status_code == 422
    assert words in text(answer)
    assert ReminderStep.objects.get(position=1).days == 7


def test_a_later_step_goes_later(studio, inside):
    answer = inside.post(url("settings-step", 2), STEP | {"days": "7"})

    assert "The previous step is sent after 7 days" in text(answer)


def test_a_step_is_changed_and_its_text_is_used(studio, inside):
    inside.post(url("settings-step", 1), STEP)
    late_invoice(studio, days=10)
    queue_reminders(studio.organisation, by=None, now=timezone.now(), today=localdate())
    deliver(studio)

    assert mail.outbox[0].subject == "Still €\u00a0108.90"


def test_only_the_last_step_can_go(studio, inside):
    first = text(inside.post(url("settings-step-delete", 1), follow=True))
    inside.post(url("settings-step-delete", 2))

    assert "Only the last step can be deleted" in first
    assert list(ReminderStep.objects.values_list("position", flat=True)) == [1]


def test_the_preview_fills_in_an_example_or_says_what_is_wrong(studio, inside):
    page = url("settings-step-text", 1, "en")

    usual = text(inside.post(page, {"days": "7", "kind": "reminder"}))
    notice = text(inside.post(page, {"days": "1", "kind": StepKind.NOTICE}))
    wrong = text(inside.post(page, {"days": "x", "kind": "reminder", "body_en": "{oops}"}))

    assert "We kindly ask you to transfer this amount" in usual
    assert "€\u00a0181.50 of collection costs" in notice
    assert "{oops} cannot be filled in." in wrong


def test_the_dutch_page_and_letter_are_dutch(client_of, studio):
    studio.member.user.language = Language.DUTCH
    studio.member.user.save()
    invoice = late_invoice(studio, days=7, language=Language.DUTCH)
    client = client_of(studio.member)
    client.cookies["django_language"] = "nl"

    page = text(client.get(url("list")))
    letter = text(client.get(url("letter", invoice.pk)))

    assert "Herinneringen" in page
    assert "Wilt u dit bedrag overmaken op" in letter


def test_the_day_of_tomorrow_is_no_day_of_today(studio):
    late_invoice(studio, days=6)
    tomorrow = timezone.now() + datetime.timedelta(days=1)

    today = queue_reminders(studio.organisation, by=None, now=timezone.now(), today=localdate())
    later = queue_reminders(studio.organisation, by=None, now=tomorrow, today=localdate() + DAY)

    assert (today, later) == (0, 1)


def test_who_fetches_payments_from_here_comes_back_here(studio, inside):
    answer = inside.post(reverse("billing:invoice-payments"), {"reminders": "1"})

    assert answer["Location"] == url("list")


def test_the_settings_say_when_the_first_steps_are(agency, client_of, monkeypatch):
    monkeypatch.setattr("billing.views.reminder_settings.DEFAULT_DAYS", (5, 9, 12))
    administrator = factories.create_membership(
        organisation=agency.organisation, role="administrator"
    )

    page = text(client_of(administrator).get(reverse("billing:reminder-settings")))

    assert "after 5, 9 and 12 days" in page
