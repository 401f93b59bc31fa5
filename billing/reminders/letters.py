"""Reminder letters: the text of a step, filled in, in the language of the invoice."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import Organisation
from lib.formats import day, euro, iban
from lib.placeholders import PLACEHOLDERS

from ..mailing import Letter, addresses_of
from ..mailing.letters import example_values, values
from ..models import Invoice, ReminderStep, StepKind
from .claims import Claim, claim_of, costs_text, example_claim
from .due import open_amount

COSTS, CLAIM, CLAIM_TOTAL = "collection_costs", "claim", "claim_total"
KNOWN = (
    *PLACEHOLDERS,
    "invoice_date",
    "days_overdue",
    "open_amount",
    "iban",
    CLAIM,
    CLAIM_TOTAL,
)
# The first step that asks more firmly.
LAST = 3


def placeholders_of(kind: str) -> tuple[str, ...]:
    """Return the available placeholders; only the fourteen-day letter announces costs."""
    return (*KNOWN, COSTS) if kind == StepKind.NOTICE else KNOWN


@dataclass(frozen=True)
class Debt:
    """The values of placeholders besides those of every invoice e-mail."""

    invoiced_on: datetime.date
    days: int
    iban: str
    claim: Claim

    def values(self) -> dict[str, str]:
        """Return the values, in the active language."""
        days = ngettext("%(days)d day", "%(days)d days", self.days) % {"days": self.days}
        return {
            "invoice_date": day(self.invoiced_on),
            "days_overdue": days,
            "open_amount": euro(self.claim.open_amount),
            "iban": iban(self.iban),
            CLAIM: self.claim.text(),
            CLAIM_TOTAL: euro(self.claim.total),
            COSTS: costs_text(self.claim.threatened),
        }


def reminder_letter(invoice: Invoice, step: ReminderStep, *, today: datetime.date) -> Letter:
    """Return the e-mail of a step, to the invoice addresses of the customer."""
    claim = claim_of(
        invoice,
        step,
        open_amount=open_amount(invoice),
        credits=credits_of(invoice),
        today=today,
    )
    debt = Debt(
        invoiced_on=invoice.date,
        days=(today - invoice.due_on).days,
        iban=invoice.organisation.iban,
        claim=claim,
    )
    subject, body = step_texts(step, language=invoice.language)
    with override(invoice.language):
        known = values(invoice) | debt.values()
        explained = known | {"open_amount": claim.open_text()}
    plain = Letter(addresses_of(invoice), subject, body)
    return replace(plain.filled(explained), subject=plain.filled(known).subject)


def credits_of(invoice: Invoice) -> list[Invoice]:
    """Return the credit invoices that its reminders deduct and attach."""
    return list(invoice.credits.final().order_by("pk"))


def example_letter(
    organisation: Organisation, step: ReminderStep, *, language: str, today: datetime.date
) -> Letter:
    """Return the text of a step with example values."""
    due_on = today - datetime.timedelta(days=step.days or 1)
    debt = Debt(
        invoiced_on=due_on - datetime.timedelta(days=30),
        days=step.days or 1,
        iban=organisation.iban,
        claim=example_claim(step, Decimal("1210.00"), due_on=due_on, today=today),
    )
    known = example_values(organisation, language=language, today=today)
    with override(language):
        known |= debt.values() | {"due_date": day(due_on)}
    return Letter((), *step_texts(step, language=language)).filled(known)


def step_texts(step: ReminderStep, *, language: str) -> tuple[str, str]:
    """Return subject and text in a language, with placeholders: as chosen, or the defaults."""
    default_subject, default_body = default_step_texts(step, language=language)
    subject = getattr(step, f"subject_{language}") or default_subject
    return subject, getattr(step, f"body_{language}") or default_body


def default_step_texts(step: ReminderStep, *, language: str) -> tuple[str, str]:
    """Return the default text of a step: each next one is firmer.

    A step that charges interest or costs specifies what is claimed.
    """
    with override(language):
        if step.kind == StepKind.NOTICE:
            return _notice_with_interest() if step.with_interest else _notice()
        subject, body = (_first, _second, _last, _last)[step.position - 1]()
        return (subject, _charging(step.position)) if step.charges else (subject, body)


def _first() -> tuple[str, str]:
    return _("Reminder: invoice {number}"), _(
        "Dear {customer},\n\n"
        "Invoice {number} dated {invoice_date} was due on {due_date}. {open_amount} is still "
        "outstanding. We kindly ask you to transfer this amount to {iban}, quoting {number}.\n\n"
        "Have you already paid? Then please ignore this e-mail.\n\n"
        "Kind regards,\n"
        "{organisation}"
    )


def _second() -> tuple[str, str]:
    return _("Invoice {number} is overdue"), _(
        "Dear {customer},\n\n"
        "Invoice {number} dated {invoice_date} is {days_overdue} overdue. Please transfer the "
        "outstanding amount of {open_amount} to {iban} within seven days, quoting {number}.\n\n"
        "If something is wrong with the invoice, please let us know.\n\n"
        "Kind regards,\n"
        "{organisation}"
    )


def _last() -> tuple[str, str]:
    return _("Last reminder: invoice {number}"), _(
        "Dear {customer},\n\n"
        "{open_amount} of invoice {number} dated {invoice_date} is still outstanding; it was due "
        "on {due_date}. We ask you to transfer this amount within seven days to {iban}, quoting "
        "{number}. If we do not receive it by then, we will take further steps.\n\n"
        "Kind regards,\n"
        "{organisation}"
    )


def _notice() -> tuple[str, str]:
    return _("Last chance without costs: invoice {number}"), _(
        "Dear {customer},\n\n"
        "Invoice {number} dated {invoice_date} was due on {due_date}. {open_amount} is still "
        "outstanding. You can still pay this without extra costs, within fourteen days that begin "
        "on the day after you received this letter, to {iban}, quoting {number}.\n\n"
        "If you do not pay within these fourteen days, you also owe us {collection_costs} of "
        "collection costs (article 6:96 of the Dutch Civil Code).\n\n"
        "Kind regards,\n"
        "{organisation}"
    )


def _charging(position: int) -> str:
    further = _("If we do not receive it by then, we will take further steps.")
    ending = f"{further}\n\n" if position >= LAST else ""
    text = _(
        "Dear {customer},\n\n"
        "Invoice {number} dated {invoice_date} was due on {due_date} and is {days_overdue} "
        "overdue. You owe us:\n\n"
        "{claim}\n\n"
        "Please transfer {claim_total} to {iban} within seven days, quoting {number}.\n\n"
        "%(further)s"
        "Kind regards,\n"
        "{organisation}"
    )
    return text % {"further": ending}


def _notice_with_interest() -> tuple[str, str]:
    subject, _body = _notice()
    return subject, _(
        "Dear {customer},\n\n"
        "Invoice {number} dated {invoice_date} was due on {due_date}. You owe us:\n\n"
        "{claim}\n\n"
        "You can still pay {claim_total} without collection costs, within fourteen days that begin "
        "on the day after you received this letter, to {iban}, quoting {number}.\n\n"
        "If you do not pay within these fourteen days, you also owe us {collection_costs} of "
        "collection costs (article 6:96 of the Dutch Civil Code).\n\n"
        "Kind regards,\n"
        "{organisation}"
    )
