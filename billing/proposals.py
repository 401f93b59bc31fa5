"""What would be billed: the same lines in the dialog, on the invoice and in the books.

A proposal carries a signed token of everything that was shown. Making the invoices asks for that
token again: if anything changed meanwhile, the changed proposal is shown instead.
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Organisation
from customers.models import Customer
from integrations.eboekhouden.facts import limits

from .items import Billable, Reason, Rows, billable
from .lines import Grouping, Item, Line, compose
from .models import Origin, VatRate
from .numbering import settings_of
from .vat import Totals, totals

SALT = "billing.proposal"


@dataclass(frozen=True)
class Options:
    """The choices of the dialog."""

    origin: Origin
    grouping: Grouping
    per_project: bool
    date: datetime.date


@dataclass(frozen=True)
class ProposedInvoice:
    """One invoice as it would be; with problems it is left out. `project` is a name, or empty."""

    customer: Customer
    project: str
    lines: tuple[Line, ...]
    totals: Totals
    problems: tuple[Reason, ...]


@dataclass(frozen=True)
class Proposal:
    """The invoices that a choice of rows leads to, and apart what is left out, with the reason."""

    options: Options
    invoices: tuple[ProposedInvoice, ...]
    refused: tuple[ProposedInvoice, ...]
    left_out: tuple[tuple[Reason, int], ...]
    token: str

    @property
    def is_empty(self) -> bool:
        return not self.invoices


def propose(organisation: Organisation, rows: Rows, *, options: Options) -> Proposal:
    """What would be billed. Texts are in the organisation's language, reasons in the reader's."""
    found = billable(organisation, rows)
    rates = {rate.pk: rate for rate in organisation.vat_rates.all()}
    usual_term = settings_of(organisation).payment_term
    all_of_them = tuple(
        _proposed(
            organisation, customer, items, options=options, rates=rates, usual_term=usual_term
        )
        for customer, items in _parts(found, per_project=options.per_project)
    )
    good = tuple(invoice for invoice in all_of_them if not invoice.problems)
    return Proposal(
        options=options,
        invoices=good,
        refused=tuple(invoice for invoice in all_of_them if invoice.problems),
        left_out=tuple(found.left_out.items()),
        token=signing.dumps(_digest(good, options), salt=SALT),
    )


def fits(proposal: Proposal, token: str) -> bool:
    """Is this still what the token was given for?"""
    try:
        shown = signing.loads(token, salt=SALT, max_age=datetime.timedelta(hours=12))
    except signing.BadSignature:
        return False
    return bool(shown == _digest(proposal.invoices, proposal.options))


def _parts(found: Billable, *, per_project: bool) -> Iterable[tuple[Customer, list[Item]]]:
    for customer in sorted(found.items, key=lambda customer: customer.name.lower()):
        items = found.items[customer]
        if not per_project:
            yield customer, items
            continue
        for project_id in dict.fromkeys(item.project_id for item in items):
            yield customer, [item for item in items if item.project_id == project_id]


def _proposed(
    organisation: Organisation,
    customer: Customer,
    items: list[Item],
    *,
    options: Options,
    rates: dict[int, VatRate],
    usual_term: int,
) -> ProposedInvoice:
    with override(organisation.language):
        lines = compose(items, grouping=options.grouping)
    problems = tuple(_without_rate(lines))
    if options.origin == Origin.EBOEKHOUDEN and not problems:
        term = usual_term if customer.payment_term is None else customer.payment_term
        problems = tuple(_problems(customer, lines, rates, term=term))
    project = items[0].project if options.per_project else ""
    return ProposedInvoice(customer, project, lines, totals(lines), problems)


def _without_rate(lines: tuple[Line, ...]) -> Iterable[Reason]:
    if any(not line.terms.vat_rate_id for line in lines):
        text = _("There is no usual VAT rate.")
        yield Reason(text, reverse("billing:vat-rate-list"), _("Choose the usual rate"))


def _problems(
    customer: Customer, lines: tuple[Line, ...], rates: dict[int, VatRate], *, term: int
) -> Iterable[Reason]:
    """Why e-Boekhouden would not take this invoice, known before it is sent."""
    if len(lines) > limits.MAX_LINES:
        text = _("%(count)d lines: e-Boekhouden takes at most %(max)d. Choose another grouping.")
        yield Reason(text % {"count": len(lines), "max": limits.MAX_LINES})
    if not customer.number.strip():
        url = reverse("customers:customer-edit", args=[customer.pk])
        yield Reason(_("The customer has no number."), url, _("Give it a number"))
    if term < limits.MIN_PAYMENT_TERM:
        url = reverse("customers:customer-edit", args=[customer.pk])
        text = _("e-Boekhouden takes no payment term of 0 days.")
        yield Reason(text, url, _("Change the payment term"))
    for rate_id in dict.fromkeys(line.terms.vat_rate_id for line in lines if not line.vat_code):
        url = reverse("billing:vat-rate-edit", args=[rate_id])
        text = _("The VAT rate %(rate)s has no code in e-Boekhouden.")
        yield Reason(text % {"rate": rates[rate_id].name}, url, _("Set the code"))
    if any(not line.terms.ledger_account for line in lines):
        text = _("No ledger account: set it on the task, or a default for everything.")
        yield Reason(text, reverse("integrations:eboekhouden"), "Settings → e-Boekhouden")


def _digest(invoices: tuple[ProposedInvoice, ...], options: Options) -> str:
    shown = [
        [invoice.customer.pk, [asdict(line) for line in invoice.lines]] for invoice in invoices
    ]
    content = json.dumps([asdict(options), shown], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
