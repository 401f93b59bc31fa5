"""A proposal of invoices: the same lines in the dialog, on the invoice and in e-Boekhouden.

A proposal has a signed token of everything that is shown. Making the invoices requires that token:
if anything changed meanwhile, the changed proposal is shown instead.
"""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.core import signing
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.closed_periods import why_closed
from accounts.models import Organisation
from customers.known_codes import names_by_code, warning_about
from customers.models import Customer
from integrations.eboekhouden.facts import limits
from integrations.eboekhouden.messages import InvoiceLine as ServiceLine
from integrations.models import Connection
from lib.formats import euro
from lib.money import ZERO
from vat.models import VatRate
from vat.total_rows import TotalRow, total_rows
from vat.totals import Totals, totals

from ..bookings.composing import priced_lines
from ..legal.content import date_findings, why_totals_corrected
from ..legal.findings import Finding, Place, Where
from ..legal.loading import filed_on
from ..legal.proposed import check_proposed
from ..models import Origin
from ..numbering import settings_of
from ..unbilled.billable import Billable, billable
from ..unbilled.items import Item, worth_of
from ..unbilled.lines import Grouping, Line, compose
from ..unbilled.reasons import Fix, Reason
from ..unbilled.work import SelectedWork

SALT = "billing.proposal"
# For so long a proposal can be confirmed.
VALID = datetime.timedelta(hours=12)
# The reason why an invoice is left out: our requirement, or a legal one.
Problem = Reason | Finding


class Figures(NamedTuple):
    """What a token says: a hash of everything that was shown, and its size.

    `rows` are registrations and agreed amounts, `cents` the total incl. VAT.
    """

    digest: str
    invoices: int
    rows: int
    cents: int


@dataclass(frozen=True)
class Options:
    """The choices of the dialog; `discount` in percent on the whole of every invoice."""

    origin: Origin
    grouping: Grouping
    per_project: bool
    date: datetime.date
    with_week: bool = False
    discount: Decimal = ZERO
    with_specification: bool = False
    with_receipts: bool = False

    def to_json(self) -> dict[str, str]:
        """Return the choices as the fields of the dialog; a box that is not ticked has none."""
        ticked = ("with_week", "with_specification", "with_receipts")
        return {
            "grouping": str(self.grouping),
            "per": "project" if self.per_project else "customer",
            "date": self.date.isoformat(),
            "discount": str(self.discount),
            **{name: "on" for name in ticked if getattr(self, name)},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, str], *, origin: Origin) -> "Options":
        """Return the options that `to_json` stored."""
        return cls(
            origin=origin,
            grouping=Grouping(stored["grouping"]),
            per_project=stored["per"] == "project",
            date=datetime.date.fromisoformat(stored["date"]),
            discount=Decimal(stored["discount"]),
            with_week="with_week" in stored,
            with_specification="with_specification" in stored,
            with_receipts="with_receipts" in stored,
        )


@dataclass(frozen=True)
class ProposedInvoice:
    """An invoice as it would be; one with problems is left out. `project` is a name, or empty.

    `service_lines` are the lines as e-Boekhouden will book them, where each discount is a separate
    line; an invoice issued here has none.
    """

    customer: Customer
    project: str
    lines: tuple[Line, ...]
    totals: Totals
    service_lines: tuple[ServiceLine, ...]
    discount: Decimal
    problems: tuple[Problem, ...] = ()
    # About the date of what becomes final at once; a draft says it on its own page.
    warning: str = ""
    # About a relation in e-Boekhouden with the code of the customer and another name.
    relation_warning: str = ""

    @property
    def shown(self) -> tuple[Line, ...] | tuple[ServiceLine, ...]:
        """The lines of the dialog, exactly as they will be printed or booked."""
        return self.service_lines or self.lines

    @property
    def rows(self) -> int:
        """The number of registrations and agreed amounts on it."""
        return sum(len(line.items) for line in self.lines)

    @property
    def rounding(self) -> str:
        """What the lines are more or less than Unbilled shows, and why; empty if they agree."""
        items = [item for line in self.lines for item in line.items]
        more = sum((line.net for line in self.lines), ZERO) - worth_of(items)
        if not more:
            return ""
        amount = {"amount": euro(abs(more))}
        if any(line.rounding for line in self.lines):
            text = _("The hours of each line are rounded: %(amount)s less than Unbilled shows.")
            if more > 0:
                text = _("The hours of each line are rounded: %(amount)s more than Unbilled shows.")
            return text % amount
        text = _("Each line is rounded to the cent: %(amount)s less than Unbilled shows.")
        if more > 0:
            text = _("Each line is rounded to the cent: %(amount)s more than Unbilled shows.")
        return text % amount

    @property
    def percentages(self) -> dict[str, Decimal]:
        """The VAT percentage of each VAT code on the invoice."""
        return {rate.code: rate.percentage for rate in self.totals.rates}

    @property
    def total_rows(self) -> list[TotalRow]:
        """Net, discount and VAT per rate, for display."""
        return total_rows(self.totals.rates, net=self.totals.net, discount=self.discount)


@dataclass(frozen=True)
class Proposal:
    """The invoices for the selected work, and the work that is left out with the reason."""

    options: Options
    invoices: tuple[ProposedInvoice, ...]
    refused: tuple[ProposedInvoice, ...]
    skipped: tuple[tuple[Reason, int], ...]
    figures: Figures

    @property
    def token(self) -> str:
        """The signed figures, which the form of the dialog carries."""
        return signing.dumps(self.figures, salt=SALT)

    @property
    def is_empty(self) -> bool:
        return not self.invoices


def propose(organisation: Organisation, work: SelectedWork, *, options: Options) -> Proposal:
    """Propose invoices for the work.

    Texts are in the language of the customer, reasons in the reader's.
    """
    found = billable(organisation, work)
    checks = _Checks(organisation, options)
    all_of_them = tuple(
        _proposed(customer, items, options=options, checks=checks)
        for customer, items in _parts(organisation, found, per_project=options.per_project)
    )
    good = tuple(invoice for invoice in all_of_them if not invoice.problems)
    return Proposal(
        options=options,
        invoices=good,
        refused=tuple(invoice for invoice in all_of_them if invoice.problems),
        skipped=tuple(found.skipped.items()),
        figures=_figures(good, options),
    )


def fits(proposal: Proposal, token: str) -> bool:
    """Return whether the token was signed for this proposal."""
    return figures_of(token) == proposal.figures


def figures_of(token: str) -> Figures | None:
    """Return what a token says was shown; None if it was not signed here, or too long ago."""
    try:
        digest, invoices, rows, cents = signing.loads(token, salt=SALT, max_age=VALID)
    except (signing.BadSignature, ValueError):
        return None  # an older version signed the hash alone
    return Figures(digest, invoices, rows, cents)


def _parts(
    organisation: Organisation, found: Billable, *, per_project: bool
) -> Iterable[tuple[Customer, list[Item]]]:
    for customer in sorted(found.items, key=lambda customer: customer.name.lower()):
        customer.organisation = organisation
        items = found.items[customer]
        if not per_project:
            yield customer, items
            continue
        for project_id in dict.fromkeys(item.project_id for item in items):
            yield customer, [item for item in items if item.project_id == project_id]


def _proposed(
    customer: Customer, items: list[Item], *, options: Options, checks: "_Checks"
) -> ProposedInvoice:
    with override(customer.document_language):
        lines = compose(items, grouping=options.grouping, with_week=options.with_week)
        sums = totals(lines, discount=options.discount)
        service_lines = _service_lines(lines, sums, options, checks.connection)
    return ProposedInvoice(
        customer=customer,
        project=items[0].project if options.per_project else "",
        lines=lines,
        totals=sums,
        service_lines=service_lines,
        discount=options.discount,
        problems=checks.problems(customer, lines, service_lines, sums),
        warning=checks.warning(sums),
        relation_warning=checks.relation_warning(customer),
    )


def _service_lines(
    lines: tuple[Line, ...], sums: Totals, options: Options, connection: Connection
) -> tuple[ServiceLine, ...]:
    if options.origin == Origin.HERE:
        return ()
    return tuple(priced_lines(lines, sums.rates, connection, discount=options.discount))


class _Checks:
    """Checks of why an invoice cannot be made; the data of the organisation is read once."""

    def __init__(self, organisation: Organisation, options: Options) -> None:
        self.organisation = organisation
        self.options = options
        self.rates: dict[int, VatRate] = {rate.pk: rate for rate in organisation.vat_rates.all()}
        self.default_term = settings_of(organisation).payment_term
        found = Connection.objects.filter(organisation=organisation).first()
        self.connection = found or Connection(organisation=organisation)
        self.filed = filed_on(organisation, options.date)
        # What the date does is the same for every invoice.
        self.today = timezone.localdate()
        self.closed = why_closed(organisation, options.date)
        dated = date_findings(options.date, today=self.today)
        self.too_late = tuple(finding for finding in dated if finding.is_error)

    def problems(
        self,
        customer: Customer,
        lines: tuple[Line, ...],
        service_lines: tuple[ServiceLine, ...],
        sums: Totals,
    ) -> tuple[Problem, ...]:
        """Return the problems that are known before sending, in the reader's language."""
        if self.closed:
            return (Finding(self.closed, Place(Where.DRAFT, "date")),)
        if problems := tuple(_without_rate(lines)):
            return problems
        if self.options.origin == Origin.HERE:
            return ()
        if self.too_late:
            return self.too_late
        term = customer.payment_term
        if term is None:
            term = self.default_term
        return tuple(
            problem
            for found in (
                _about_customer(customer, term=term),
                check_proposed(customer, lines, sums).errors,
                _about_lines(lines, self.rates),
                _about_limits(service_lines),
            )
            for problem in found
        )

    def warning(self, sums: Totals) -> str:
        """Return what the date does to a VAT return, if a total is in a box of it."""
        if self.options.origin == Origin.HERE:
            return ""
        date, filed = self.options.date, self.filed
        return why_totals_corrected(sums.rates, date, filed=filed, today=self.today)

    def relation_warning(self, customer: Customer) -> str:
        """Return why the booking of the customer would stop, as far as the last import tells."""
        if self.options.origin == Origin.HERE or customer.is_in_eboekhouden:
            return ""
        return warning_about(customer, self._names_by_code)

    @cached_property
    def _names_by_code(self) -> dict[str, list[str]]:
        return names_by_code(self.organisation)


def _without_rate(lines: tuple[Line, ...]) -> Iterable[Reason]:
    if any(not line.posting_rule.vat_rate_id for line in lines):
        text = _("No default VAT rate is set.")
        yield Reason(text, Fix.SET_DEFAULT_VAT_RATE)


def _about_customer(customer: Customer, *, term: int) -> Iterable[Reason]:
    if not customer.number.strip():
        yield Reason(_("The customer has no number."), Fix.ENTER_CUSTOMER_NUMBER, customer.pk)
    if term < limits.MIN_PAYMENT_TERM:
        text = _("e-Boekhouden does not accept a payment term of 0 days.")
        yield Reason(text, Fix.CHANGE_PAYMENT_TERM, customer.pk)


def _about_lines(lines: tuple[Line, ...], rates: dict[int, VatRate]) -> Iterable[Reason]:
    for rate_id in dict.fromkeys(
        line.posting_rule.vat_rate_id for line in lines if not line.vat_code
    ):
        text = _("The VAT rate %(rate)s has no code in e-Boekhouden.")
        yield Reason(text % {"rate": rates[rate_id].name}, Fix.SET_VAT_CODE, rate_id)
    if any(not line.posting_rule.ledger_account for line in lines):
        text = _("No ledger account is set. Set one on the task or in Settings → e-Boekhouden.")
        yield Reason(text, Fix.SET_LEDGER_ACCOUNT)


def _about_limits(lines: tuple[ServiceLine, ...]) -> Iterable[Reason]:
    """Yield violations of the limits of the service, including the discount lines."""
    if len(lines) > limits.MAX_LINES:
        text = _("%(count)d lines: e-Boekhouden accepts at most %(max)d. Choose another grouping.")
        yield Reason(text % {"count": len(lines), "max": limits.MAX_LINES})
    if any(max(abs(line.quantity), abs(line.price)) > limits.MAX_AMOUNT for line in lines):
        text = _("e-Boekhouden does not accept amounts above %(most)s.")
        yield Reason(text % {"most": euro(limits.MAX_AMOUNT)})


def _figures(invoices: tuple[ProposedInvoice, ...], options: Options) -> Figures:
    gross = sum((invoice.totals.gross for invoice in invoices), ZERO)
    rows = sum(invoice.rows for invoice in invoices)
    return Figures(_digest(invoices, options), len(invoices), rows, int(gross * 100))


def _digest(invoices: tuple[ProposedInvoice, ...], options: Options) -> str:
    """Return a hash of everything that the dialog shows and the invoices will contain."""
    found = hashlib.sha256(repr(options).encode())
    for invoice in invoices:
        found.update(repr(invoice.customer.pk).encode())
        for line in invoice.lines:
            shown = [value for name, value in vars(line).items() if name != "items"]
            # The last field of an item is its posting rule, which its line shows.
            found.update(repr((shown, [item[:-1] for item in line.items])).encode())
    return found.hexdigest()
