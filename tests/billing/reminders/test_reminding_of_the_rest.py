"""What is left of an invoice that was credited in part is reminded of, if it is surely known."""

from decimal import Decimal

import pytest
from django.core import mail
from django.utils.timezone import localdate

from billing.invoices.creating import draft_invoices
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.paying import mark_paid
from billing.models import Invoice, Origin, ReminderStep
from billing.reminders.due import open_amount
from billing.reminders.sending import deliver_reminders, queue_reminders
from tests import factories

from ..invoices.test_crediting import credit_input
from ..issued import as_if
from ..payments.fetching import fetch
from ..payments.test_credit_payments import LINE, credited, enter, set_off
from .late_invoices import DAY, NOW, reason

pytestmark = pytest.mark.django_db
REST = (
    "€\u00a0108.90 (credit invoice {number} of €\u00a0108.90 has been set off) is still outstanding"
)


@pytest.fixture
def late(connected, studio) -> Invoice:
    """A week overdue: two lines of 108.90, not entered in the books."""
    customer = factories.create_customer(
        organisation=studio.organisation, name="De Groene Tuin", email="anna@groen.example"
    )
    project = factories.create_project(customer=customer)
    for _ in range(2):
        studio.hours(project=project)
    (draft,) = draft_invoices(studio.order(origin=Origin.HERE), now=NOW)
    mark_sent(draft, by=studio.member.user, now=NOW)
    as_if(draft, due_on=localdate() - 7 * DAY)
    draft.refresh_from_db()
    mail.outbox.clear()
    return draft


def credit(studio, invoice, *, is_entered: bool) -> Invoice:
    """The first of its two lines."""
    return credited(studio, invoice, [invoice.lines.first()], is_entered=is_entered)


def remind(studio) -> int:
    queue_reminders(studio.organisation, by=None, now=NOW, today=localdate())
    return deliver_reminders(studio.organisation, clock=lambda: NOW)


def test_the_rest_is_asked_and_the_letter_says_what_is_set_off(studio, late):
    taken = credit(studio, late, is_entered=False)

    assert remind(studio) == 1

    (message,) = mail.outbox
    assert REST.format(number=taken.number) in message.body
    assert [one[0] for one in message.attachments] == [f"{late.number}.pdf", f"{taken.number}.pdf"]


def test_the_subject_has_the_amount_alone(studio, late):
    credit(studio, late, is_entered=False)
    ReminderStep.objects.update(subject_en="Still {open_amount}")

    remind(studio)

    assert mail.outbox[0].subject == "Still €\u00a0108.90"


@pytest.mark.parametrize("is_set_off_there", [True, False])
def test_in_the_books_what_both_are_open_together_is_asked(studio, late, sandbox, is_set_off_there):
    enter(studio, late)
    taken = credit(studio, late, is_entered=True)
    fetch(0)
    if is_set_off_there:
        set_off(sandbox, taken)
        sandbox.pay(late.number, LINE)
        fetch(1)

    assert reason(studio) == ""
    assert remind(studio) == 1
    assert REST.format(number=taken.number) in mail.outbox[0].body


def test_also_after_a_part_of_the_rest_was_paid(studio, late, sandbox):
    enter(studio, late)
    credit(studio, late, is_entered=True)
    fetch(0)
    sandbox.pay(late.number, Decimal("8.90"))
    fetch(1)

    remind(studio)

    assert "€\u00a0100.00 (credit invoice" in mail.outbox[0].body


def test_a_credit_that_was_paid_back_is_left_to_people(studio, late, sandbox):
    enter(studio, late)
    taken = credit(studio, late, is_entered=True)
    fetch(0)
    sandbox.pay(taken.number)
    fetch(1)

    assert "do not add up" in reason(studio)
    assert remind(studio) == 0


def test_a_credit_that_was_not_entered_beside_its_invoice_is_left_to_people(studio, late):
    enter(studio, late)
    credit(studio, late, is_entered=False)
    fetch(0)

    assert "are not both in e-Boekhouden" in reason(studio)
    assert remind(studio) == 0


def test_a_credit_of_after_the_last_look_at_the_books_is_left_to_people(studio, late):
    enter(studio, late)
    fetch(0)
    taken = credit(studio, late, is_entered=True)

    assert f"Credit invoice {taken.number} is not among the open items" in reason(studio)
    assert remind(studio) == 0


def test_a_credit_that_somebody_settled_by_hand_is_left_to_people(studio, late):
    taken = credit(studio, late, is_entered=False)
    mark_paid(taken, by=studio.member.user, now=NOW)

    assert "refunded or set off" in reason(studio)


def test_a_credit_that_the_customer_does_not_have_yet_goes_first(studio, late):
    draft = draft_credit(late, credit_input([late.lines.first()]), by=studio.member.user, now=NOW)
    as_draft = reason(studio)
    final = make_final(draft, by=studio.member.user, now=NOW)

    assert "draft credit invoice" in as_draft
    assert f"{final.number} has not been sent yet" in reason(studio)


def test_a_text_that_does_not_say_what_is_open_does_not_go_for_a_part(studio, late):
    credit(studio, late, is_entered=False)
    ReminderStep.objects.update(body_en="Pay {total}")

    assert "does not contain {open_amount}" in reason(studio)


def test_the_list_and_the_costs_of_a_letter_go_by_the_rest(studio, late):
    credit(studio, late, is_entered=False)
    late.refresh_from_db()

    assert open_amount(late) == LINE
