"""Reminders: at the right time, once, and never to who paid."""

import datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from accounts.models import Language
from billing.invoices.paying import mark_paid
from billing.mailing import addresses_of
from billing.models import (
    Booking,
    BookingKind,
    Invoice,
    InvoiceStatus,
    MailKind,
    MailState,
    Origin,
    Reminder,
    ReminderHold,
    ReminderMode,
    ReminderSettings,
    ReminderStep,
    State,
    StepKind,
)
from billing.reminders.collection import collection_costs
from billing.reminders.due import due_reminders, plan_of
from billing.reminders.loading import Surroundings
from billing.reminders.sending import (
    deliver_reminders,
    queue_reminders,
    with_waiting_reminders,
)
from billing.reminders.settings import change_reminder_settings
from billing.tasks import queue_due_reminders
from customers.models import Contact, Customer
from integrations.models import Connection
from tests import factories
from tests.billing import issued as invoices

from .late_invoices import DAY, NOW, at, late_invoice, reason, steps_taken, turn_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(studio):
    """Reminds 30 days after the due date too."""
    ReminderStep.objects.create(organisation=studio.organisation, position=3, days=30)
    return studio


def remind(agency, *, today: datetime.date | None = None) -> int:
    """Queues and sends, as on the morning of that day."""
    today = today or localdate()
    now = at(today)
    queue_reminders(agency.organisation, by=None, now=now, today=today)
    return deliver_reminders(agency.organisation, clock=lambda: now)


def book(agency, invoice, *, state=State.CONFIRMED, seen=None, **fields) -> None:
    """The invoice stands in e-Boekhouden, whose payments were read at that moment."""
    connection = agency.connection or factories.create_connection(organisation=agency.organisation)
    connection.payments_seen_at = seen
    connection.save()
    Booking.objects.create(
        organisation=agency.organisation,
        connection=connection,
        customer=invoice.customer,
        invoice=invoice,
        kind=BookingKind.SALES_ENTRY,
        state=state,
        administration=connection.administration_key,
        payload={},
    )
    Invoice.objects.filter(pk=invoice.pk).update(**fields)


# --- When -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "steps"), [(6, []), (7, [1]), (13, [1]), (14, [1]), (400, [1])])
def test_the_first_reminder_of_an_invoice_is_the_first_step(studio, days, steps):
    invoice = late_invoice(studio, days=days)

    remind(studio)

    assert steps_taken(invoice) == steps


def test_the_steps_follow_one_another_each_once(studio):
    invoice = late_invoice(studio, days=0)

    for later in range(60):
        remind(studio, today=localdate() + later * DAY)

    days = invoice.reminders.order_by("step").values_list("day", flat=True)
    assert list(days) == [localdate() + 7 * DAY, localdate() + 14 * DAY, localdate() + 30 * DAY]
    assert len(mail.outbox) == 3


def test_after_missed_days_only_the_latest_step_goes(studio):
    invoice = late_invoice(studio, days=0)

    remind(studio, today=localdate() + 7 * DAY)
    remind(studio, today=localdate() + 40 * DAY)
    remind(studio, today=localdate() + 41 * DAY)

    assert steps_taken(invoice) == [1, 3]


@pytest.mark.parametrize(("is_business", "steps"), [(True, [2]), (False, [1])])
def test_the_first_step_is_the_first_that_fits_the_customer(studio, is_business, steps):
    invoice = late_invoice(studio, days=400)
    ReminderStep.objects.filter(position=1).update(kind=StepKind.NOTICE)
    type(invoice.customer).objects.update(is_business=is_business)

    remind(studio)

    assert steps_taken(invoice) == steps


def test_a_step_that_went_late_keeps_the_next_one_at_its_distance(studio):
    invoice = late_invoice(studio, days=0)
    remind(studio, today=localdate() + 29 * DAY)

    remind(studio, today=localdate() + 35 * DAY)
    too_early = steps_taken(invoice)
    remind(studio, today=localdate() + 36 * DAY)

    assert (too_early, steps_taken(invoice)) == ([1], [1, 2])


def test_the_same_morning_twice_reminds_once(studio):
    late_invoice(studio, days=7)

    remind(studio)
    remind(studio)

    assert len(mail.outbox) == 1


def test_the_database_knows_no_second_time(studio):
    invoice = late_invoice(studio, days=7)
    Reminder.objects.create(invoice=invoice, step=1, day=localdate(), queued_at=NOW)

    for step, day in ((1, localdate() + DAY), (2, localdate())):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.create(invoice=invoice, step=step, day=day, queued_at=NOW)


def test_switched_off_or_paused_nothing_goes(studio):
    late_invoice(studio, days=7)
    settings = studio.organisation.reminder_settings
    for field, value in (("is_on", False), ("paused_until", localdate() + DAY)):
        type(settings).objects.update(is_on=True, paused_until=None)
        type(settings).objects.update(**{field: value})
        assert remind(studio) == 0
    type(settings).objects.update(paused_until=None)
    assert remind(studio) == 1


def test_the_pause_ends_on_its_day(studio):
    late_invoice(studio, days=7)
    type(studio.organisation.reminder_settings).objects.update(paused_until=localdate())

    assert remind(studio) == 1


# --- What it says ---------------------------------------------------------------------------------


def test_it_is_a_mail_like_any_other_with_the_pdf(studio):
    invoice = late_invoice(studio, days=7)

    remind(studio)

    (message,) = mail.outbox
    kept = invoice.mails.get()
    assert message.subject == f"Reminder: invoice {invoice.number}"
    assert "€\u00a0108.90 is still outstanding" in message.body
    assert "NL83 TRIO 0369 1787 98" in message.body
    assert message.attachments[0][0] == f"{invoice.number}.pdf"
    assert (kept.kind, kept.state, kept.body) == (MailKind.REMINDER, MailState.SENT, message.body)
    assert invoice.events.filter(kind="reminded").count() == 1
    assert invoice.status == InvoiceStatus.SENT


def test_the_language_of_the_invoice_chooses_the_text(studio):
    late_invoice(studio, days=7, language=Language.DUTCH)
    ReminderStep.objects.update(subject_nl="Nog {open_amount} open", subject_en="Still open")

    remind(studio)

    assert mail.outbox[0].subject == "Nog €\u00a0108,90 open"


def test_of_what_was_paid_in_part_the_rest_is_asked(studio):
    late_invoice(studio, days=7, paid_amount=Decimal("100.00"))

    remind(studio)

    assert "€\u00a08.90 is still outstanding" in mail.outbox[0].body


@pytest.mark.parametrize(("days", "words"), [(1, "1 day overdue"), (9, "9 days overdue")])
def test_days_are_counted_from_the_due_date(studio, days, words):
    ReminderStep.objects.filter(position=1).update(days=1, body_en="{days_overdue} overdue")
    ReminderStep.objects.exclude(position=1).delete()
    late_invoice(studio, days=days)

    remind(studio)

    assert mail.outbox[0].body == words


def test_it_goes_where_the_invoices_of_the_customer_go(studio):
    invoice = late_invoice(studio, days=7)
    Contact.objects.create(
        customer=invoice.customer, name="Bo", email="bo@x.example", receives_invoices=True
    )

    remind(studio)

    assert mail.outbox[0].to == ["bo@x.example"]


# --- Never ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"status": InvoiceStatus.PAID},
        {"status": InvoiceStatus.VOID},
        {"status": InvoiceStatus.FINAL},
        {"gross": Decimal("-108.90")},
        {"origin": Origin.EBOEKHOUDEN},
    ],
)
def test_what_asks_no_money_gets_no_reminder(studio, fields):
    late_invoice(studio, days=7, **fields)

    assert remind(studio) == 0
    late_invoice(studio, days=7)
    assert remind(studio) == 1


def test_what_was_marked_as_paid_between_the_tick_and_the_mail_gets_none(studio):
    invoice = late_invoice(studio, days=7)
    assert queue_reminders(studio.organisation, by=None, now=NOW, today=localdate()) == 1
    mark_paid(invoice, by=studio.member.user, now=NOW)

    assert deliver_reminders(studio.organisation, clock=lambda: NOW) == 0
    assert not mail.outbox
    assert not Reminder.objects.exists()


def test_a_credited_invoice_is_left_to_people(studio):
    invoice = late_invoice(studio, days=7)
    credit = factories.create_invoice_line(project=invoice.lines.get().project).invoice
    Invoice.objects.filter(pk=credit.pk).update(credit_of=invoice)

    assert "credit invoice" in reason(studio)
    assert remind(studio) == 0


def test_a_copy_of_the_database_writes_to_nobody(studio):
    invoice = late_invoice(studio, days=7)
    book(studio, invoice, seen=at(localdate()), open_seen_at=at(localdate()))
    Connection.objects.update(database_identity="elsewhere")

    assert "is a copy" in reason(studio)
    assert remind(studio) == 0


def test_nor_does_a_copy_without_e_boekhouden_until_somebody_says_that_it_is_the_one(studio):
    late_invoice(studio, days=7)
    choices = {"is_on": True, "mode": ReminderMode.SEND, "paused_until": None}
    change_reminder_settings(studio.organisation, **choices)
    here = reason(studio)
    ReminderSettings.objects.update(database_identity="elsewhere")
    copied = reason(studio)
    sent_from_copy = remind(studio)
    change_reminder_settings(studio.organisation, **choices)

    assert (here, sent_from_copy) == ("", 0)
    assert "saves Settings → Reminders here" in copied
    assert remind(studio) == 1


# --- Payments that are not known ------------------------------------------------------------------


def test_payments_of_longer_than_a_day_ago_keep_it_back(studio):
    invoice = late_invoice(studio, days=7)
    seen = at(localdate()) - DAY - datetime.timedelta(minutes=1)
    book(studio, invoice, seen=seen, open_seen_at=seen)

    assert "more than a day ago" in reason(studio, now=at(localdate()))
    assert remind(studio) == 0


def test_fresh_payments_let_it_go(studio):
    invoice = late_invoice(studio, days=7)
    book(studio, invoice, seen=at(localdate(), 4), open_seen_at=NOW, open_amount=Decimal("50.00"))

    assert remind(studio) == 1
    assert "€\u00a050.00 is still outstanding" in mail.outbox[0].body


def test_what_was_never_seen_open_there_may_be_paid(studio):
    invoice = late_invoice(studio, days=7)
    book(studio, invoice, seen=at(localdate(), 4))

    assert "Check whether it is paid" in reason(studio)
    assert remind(studio) == 0


@pytest.mark.parametrize("state", [State.QUEUED, State.UNKNOWN, State.REJECTED])
def test_a_booking_that_is_not_done_keeps_it_back(studio, state):
    invoice = late_invoice(studio, days=7)
    book(studio, invoice, state=state, seen=NOW, open_seen_at=NOW)

    assert "is not complete" in reason(studio)


def test_an_invoice_that_was_not_booked_counts_by_what_is_known_here(studio):
    factories.create_connection(organisation=studio.organisation)
    late_invoice(studio, days=7)

    assert remind(studio) == 1


# --- Excluded, and other reasons ------------------------------------------------------------------


def test_a_customer_or_an_invoice_can_be_excluded_until_a_day_or_for_good(studio):
    invoice = late_invoice(studio, days=7)
    hold = {"organisation": studio.organisation, "reason": "agreed by phone", "since": NOW}

    for whose in ({"invoice": invoice}, {"customer": invoice.customer}):
        for until in (None, localdate() + DAY):
            held = ReminderHold.objects.create(**hold | whose, until=until)
            assert "agreed by phone" in reason(studio)
            assert remind(studio) == 0
            held.delete()

    ReminderHold.objects.create(**hold, invoice=invoice, until=localdate())
    assert remind(studio) == 1


def test_without_an_address_it_says_so(studio):
    late_invoice(studio, days=7, email="")

    assert "no e-mail address" in reason(studio)


def test_more_addresses_than_an_e_mail_takes_are_said_and_keep_no_other_waiting(studio):
    crowded = late_invoice(studio, days=8)
    invoices.crowd(crowded.customer)

    plan = plan_of(studio.organisation)
    around = Surroundings.of(studio.organisation, [crowded], plan=plan, now=NOW, today=localdate())

    assert "too long together" in reason(studio)
    assert around.addresses[crowded.pk] == addresses_of(crowded)
    assert remind(studio) == 0


def test_other_organisations_are_left_alone(studio):
    late_invoice(studio, days=7)
    other = factories.create_organisation(name="Other")
    turn_on(other, 7)

    assert not due_reminders(other, plan_of(other), today=localdate()).exists()
    assert queue_reminders(other, by=None, now=NOW, today=localdate()) == 0
    assert queue_reminders(studio.organisation, by=None, now=NOW, today=localdate()) == 1


# --- The fourteen-day letter ----------------------------------------------------------------------


def private(studio, **fields):
    customer = factories.create_customer(
        organisation=studio.organisation, name="A. Dekker", email="a@x.example", is_business=False
    )
    return late_invoice(studio, customer=customer, **fields)


@pytest.mark.parametrize(
    ("claim", "costs"),
    [
        ("10.00", "40.00"),
        ("266.67", "40.00"),
        ("300.10", "45.02"),
        ("2500.00", "375.00"),
        ("5000.00", "625.00"),
        ("10000.00", "875.00"),
        ("200000.00", "2775.00"),
        ("1000000.00", "6775.00"),
        ("5000000.00", "6775.00"),
    ],
)
def test_the_costs_follow_the_scale_of_the_decree(claim, costs):
    assert collection_costs(Decimal(claim)) == Decimal(costs)


def test_the_letter_names_the_costs_and_goes_to_private_customers_only(studio):
    ReminderStep.objects.filter(position=2).update(kind=StepKind.NOTICE)
    ReminderStep.objects.filter(position=3).delete()
    consumer = private(studio, days=7)
    business = late_invoice(studio, days=7)

    remind(studio)
    remind(studio, today=localdate() + 7 * DAY)

    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert "€\u00a040.00 of collection costs" in bodies["a@x.example"]
    assert "fourteen days that begin on the day after you received" in bodies["a@x.example"]
    assert (steps_taken(consumer), steps_taken(business)) == ([1, 2], [1])


def test_several_claims_on_a_private_customer_belong_in_one_letter(studio):
    ReminderStep.objects.filter(position=1).update(kind=StepKind.NOTICE)
    first = private(studio, days=7)
    late_invoice(studio, customer=first.customer, days=1)

    assert "several overdue invoices" in reason(studio)


# --- The mail server ------------------------------------------------------------------------------


def test_what_the_server_certainly_did_not_take_goes_another_time(studio, mail_server):
    invoice = late_invoice(studio, days=7)
    server = mail_server.start()
    server.is_greylisting = True

    assert remind(studio) == 0
    server.is_greylisting = False
    assert remind(studio, today=localdate() + DAY) == 1

    assert len(server.taken) == 1
    assert steps_taken(invoice) == [1]
    assert [one.state for one in invoice.mails.order_by("pk")] == ["failed", "sent"]


def test_what_it_may_have_taken_is_never_sent_again_by_itself(studio, mail_server):
    invoice = late_invoice(studio, days=7)
    server = mail_server.start()
    server.cuts_after_data = True

    remind(studio)
    server.cuts_after_data = False
    remind(studio, today=localdate() + DAY)

    assert len(server.taken) == 1
    assert steps_taken(invoice) == [1]
    assert invoice.mails.get().reason == "unclear"


def test_one_refused_address_keeps_no_other_waiting(studio, mail_server):
    late_invoice(studio, days=8, email="wrong@x.example")
    late_invoice(studio, days=7, email="right@x.example")
    server = mail_server.start()
    server.refuses = {"wrong@x.example"}

    assert remind(studio) == 1
    assert server.taken[0].rcpt_tos == ["right@x.example"]


def test_a_refused_address_is_not_tried_again_by_itself_until_it_changes(studio, mail_server):
    invoice = late_invoice(studio, days=7, email="wrong@x.example")
    server = mail_server.start()
    server.refuses = {"wrong@x.example"}
    remind(studio)

    again = remind(studio, today=localdate() + DAY)
    tries = invoice.mails.count()
    type(invoice.customer).objects.update(email="right@x.example")

    assert (again, tries) == (0, 1)
    assert remind(studio, today=localdate() + 2 * DAY) == 1
    assert steps_taken(invoice) == [1]


def test_a_person_may_try_a_refused_address_again(studio, mail_server):
    late_invoice(studio, days=7, email="wrong@x.example")
    server = mail_server.start()
    server.refuses = {"wrong@x.example"}
    remind(studio)
    server.refuses = set()

    by = studio.member.user
    queued = queue_reminders(studio.organisation, by=by, now=NOW, today=localdate())

    assert queued == 1


def test_a_server_that_is_away_is_asked_once_and_everything_stays_due(studio, mail_server):
    for days in (7, 8, 9):
        late_invoice(studio, days=days)
    mail_server.use(9)

    remind(studio)

    assert not Reminder.objects.exists()
    assert (
        due_reminders(studio.organisation, plan_of(studio.organisation), today=localdate()).count()
        == 3
    )
    assert Invoice.objects.filter(mails__state="failed").count() == 1


def test_what_cannot_be_sent_at_all_keeps_no_other_waiting(studio, mail_server):
    late_invoice(studio, days=8, email="wrong@x.example")
    Customer.objects.filter(email="wrong@x.example").update(email="anna@")
    late_invoice(studio, days=7, email="right@x.example")
    server = mail_server.start()

    assert remind(studio) == 1
    assert server.taken[0].rcpt_tos == ["right@x.example"]


# --- The beat -------------------------------------------------------------------------------------


def test_in_the_morning_only_those_go_that_go_by_themselves(studio):
    late_invoice(studio, days=7)

    queue_due_reminders(studio.organisation.pk)
    proposed = len(mail.outbox)
    type(studio.organisation.reminder_settings).objects.update(mode=ReminderMode.SEND)
    queue_due_reminders(studio.organisation.pk)

    assert (proposed, len(mail.outbox)) == (0, 1)


def test_what_nobody_heard_is_found_by_the_sweep(studio):
    late_invoice(studio, days=7)
    queue_reminders(studio.organisation, by=None, now=NOW, today=localdate())

    assert with_waiting_reminders(now=NOW) == []
    assert with_waiting_reminders(now=NOW + datetime.timedelta(minutes=2)) == [
        studio.organisation.pk
    ]


def test_without_our_iban_nobody_is_asked_to_pay_to_it(studio):
    late_invoice(studio, days=7)
    type(studio.organisation).objects.update(iban="")

    assert "Your IBAN is missing" in reason(studio)
    ReminderStep.objects.update(body_en="Pay {open_amount}, please")
    assert not reason(studio)
