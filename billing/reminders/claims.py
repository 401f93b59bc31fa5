"""What a reminder claims: the open amount, statutory interest and collection costs."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from lib.formats import day, euro, percentage
from lib.money import ZERO

from ..models import InterestKind, Invoice, ReminderSettings, ReminderStep, StepKind
from .collection import NO_COSTS, VAT_PERCENTAGE, Costs, business_costs, scale_costs
from .interest import From, InterestPart, interest_parts
from .interest_rates import percentages_of
from .owed import owed_by_day
from .partly_credited import set_off


@dataclass(frozen=True)
class Claim:
    """The amounts of a letter in euros; `threatened` are the costs of a fourteen-day letter."""

    open_amount: Decimal
    kind: str = InterestKind.COMMERCIAL
    interest: Sequence[InterestPart] = ()
    costs: Costs = NO_COSTS
    threatened: Costs = NO_COSTS
    # Credit invoices that are deducted from the open amount.
    credits: Sequence[Invoice] = ()

    @property
    def total(self) -> Decimal:
        """What is asked now, without the costs that a fourteen-day letter only announces."""
        return (
            self.open_amount + sum((one.amount for one in self.interest), ZERO) + self.costs.total
        )

    def open_text(self) -> str:
        """Return the open amount and the deducted credit invoices, in the active language."""
        amount = euro(self.open_amount)
        return f"{amount} ({set_off(self.credits)})" if self.credits else amount

    def text(self) -> str:
        """Return a line for every part of the claim and for the total, in the active language."""
        return "\n".join(
            [
                _("Outstanding amount of the invoice: %(amount)s") % {"amount": self.open_text()},
                *(self._interest_line(part) for part in self.interest if part.amount),
                *self._cost_lines(),
                _("In total: %(amount)s") % {"amount": euro(self.total)},
            ]
        )

    def _interest_line(self, part: InterestPart) -> str:
        article = "6:119a" if self.kind == InterestKind.COMMERCIAL else "6:119"
        text = _(
            "Statutory interest (article %(article)s BW) from %(first)s to %(last)s, "
            "%(percentage)s per year over %(over)s: %(amount)s"
        )
        return text % {
            "article": article,
            "first": day(part.first),
            "last": day(part.last),
            "percentage": percentage(part.percentage),
            "over": euro(part.over),
            "amount": euro(part.amount),
        }

    def _cost_lines(self) -> Iterator[str]:
        if self.costs.net:
            text = _("Collection costs (article 6:96 BW): %(amount)s")
            yield text % {"amount": costs_text(self.costs)}


def costs_text(costs: Costs) -> str:
    """Return the costs, and that they include VAT if so, in the active language."""
    if not costs.vat:
        return euro(costs.total)
    text = _(
        "%(total)s (%(net)s plus %(percentage)s VAT, because we cannot deduct VAT; article 2(3) of "
        "the decree on collection costs)"
    )
    names = {"total": euro(costs.total), "net": euro(costs.net)}
    return text % (names | {"percentage": percentage(VAT_PERCENTAGE)})


def claim_of(
    invoice: Invoice,
    step: ReminderStep,
    *,
    open_amount: Decimal,
    credits: Sequence[Invoice],
    today: datetime.date,
) -> Claim:
    """Return the claim of a step on a day. Raises NoPercentage; obstacles.py asks before."""
    owed = owed_by_day(invoice, credits, still_open=open_amount) if step.with_interest else []
    return _claim(
        step,
        open_amount,
        is_business=invoice.customer.is_business,
        owed=owed,
        due_on=invoice.due_on,
        today=today,
        credits=credits,
    )


def example_claim(
    step: ReminderStep, open_amount: Decimal, *, due_on: datetime.date, today: datetime.date
) -> Claim:
    """Return the claim of a step on an example: a business, but for the fourteen-day letter."""
    return _claim(
        step,
        open_amount,
        is_business=step.kind != StepKind.NOTICE,
        owed=[From(due_on, open_amount)],
        due_on=due_on,
        today=today,
    )


def _claim(
    step: ReminderStep,
    open_amount: Decimal,
    *,
    is_business: bool,
    owed: Sequence[From],
    due_on: datetime.date,
    today: datetime.date,
    credits: Sequence[Invoice] = (),
) -> Claim:
    kind = kind_for(is_business=is_business)
    known = percentages_of(step.organisation_id) if step.with_interest else {}
    parts = interest_parts(owed, known[kind], due_on=due_on, until=today) if known else []
    is_notice = step.kind == StepKind.NOTICE
    adds_vat = _adds_vat(step) if is_notice or step.business_costs else False
    charged = step.business_costs if is_business and not is_notice else ""
    return Claim(
        open_amount=open_amount,
        kind=kind,
        interest=parts,
        costs=business_costs(charged, open_amount, adds_vat=adds_vat),
        threatened=scale_costs(open_amount, adds_vat=adds_vat) if is_notice else NO_COSTS,
        credits=credits,
    )


def kind_for(*, is_business: bool) -> str:
    """Return the kind of percentage: commercial for businesses and public authorities."""
    return InterestKind.COMMERCIAL if is_business else InterestKind.ORDINARY


def _adds_vat(step: ReminderStep) -> bool:
    settings = ReminderSettings.objects.filter(organisation=step.organisation_id)
    return settings.filter(adds_vat_to_costs=True).exists()
