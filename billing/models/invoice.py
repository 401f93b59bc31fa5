"""Invoices. A final invoice is never changed or deleted; everything that is printed is copied."""

import datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Organisation, User
from customers.models import Customer
from lib.model_fields import LineField, MultilineField
from lib.money import ZERO
from projects.models import Project, Task
from vat.models import VatRate
from vat.totals import VatTotal
from vat.treatments import VatTreatment, rate_label

from .credit import CreditState, RowDisposition
from .open_amounts import MAY_BE_OPEN, with_open_amounts

PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class Origin(models.TextChoices):
    """The place where an invoice is issued."""

    HERE = "here", _("here")
    EBOEKHOUDEN = "eboekhouden", "e-Boekhouden"


class InvoiceStatus(models.TextChoices):
    """The status of an invoice; overdue follows from the due date."""

    DRAFT = "draft", _("Draft")
    FINAL = "final", _("Final")
    SENT = "sent", _("Sent")
    PAID = "paid", _("Paid")
    VOID = "void", _("Cancelled")


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    """Queries on invoices."""

    def issued_here(self) -> Self:
        return self.filter(origin=Origin.HERE)

    def open(self) -> Self:
        """Filter the invoices with an open amount, or a refund, each with `cents_open`."""
        return with_open_amounts(self)

    def outstanding(self) -> Self:
        """Filter the invoices that the customer has to pay, wherever they were made."""
        return self.open().filter(cents_open__gt=0)

    def overdue(self, today: datetime.date) -> Self:
        """Filter the outstanding invoices past the due date."""
        return self.outstanding().filter(due_on__lt=today)

    def living(self) -> Self:
        """Filter the invoices that were not cancelled, drafts included."""
        return self.exclude(status=InvoiceStatus.VOID)

    def final(self) -> Self:
        """Filter the invoices with a number that were not cancelled."""
        return self.exclude(status__in=(InvoiceStatus.DRAFT, InvoiceStatus.VOID))

    def matching(self, text: str) -> Self:
        """Filter on text in number, reference or customer."""
        return self.filter(
            models.Q(number__icontains=text)
            | models.Q(reference__icontains=text)
            | models.Q(customer__name__icontains=text)
        )


class Invoice(models.Model):
    """An invoice, made here or in e-Boekhouden.

    Amounts in euros; `net` is excl., `gross` incl. VAT.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invoices"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    origin = models.CharField(max_length=11, choices=Origin, default=Origin.HERE)
    status = models.CharField(max_length=5, choices=InvoiceStatus, default=InvoiceStatus.DRAFT)
    # Empty on a draft, and on an invoice whose number e-Boekhouden has yet to assign.
    number = models.CharField(_("number"), max_length=50, blank=True)
    date = models.DateField(_("invoice date"))
    payment_term = models.PositiveSmallIntegerField(_("payment term"))
    due_on = models.DateField(_("due date"))
    reference = LineField(_("reference"), max_length=50, blank=True)
    notes = MultilineField(_("text above the lines"), blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.DUTCH)
    # In percent, over all lines together, in addition to the discount of a line.
    discount = models.DecimalField(
        _("discount"), max_digits=5, decimal_places=2, default=ZERO, validators=PERCENT
    )
    net = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    vat = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    gross = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    # VatTotal.to_json() of every rate; `vat_by_rate` reads it.
    vat_totals = models.JSONField(default=list)
    # First and last day of supply, both included: typed on a draft, else those of its rows; fixed
    # when it becomes final.
    supplied_from = models.DateField(_("supplied from"), null=True, blank=True)
    supplied_until = models.DateField(_("supplied until"), null=True, blank=True)
    # Whether the rows of its lines, and the receipts of its expenses, are attached.
    with_specification = models.BooleanField(_("with a time specification"), default=False)
    with_receipts = models.BooleanField(_("with the receipts"), default=False)
    # Incremented by every change of the draft, so that two people do not overwrite each other's
    # work.
    version = models.PositiveIntegerField(default=0)
    # Copies of issuer and addressee, made when it became final.
    issuer = models.JSONField(default=dict)
    addressee = models.JSONField(default=dict)
    credit_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="credits"
    )
    # The total of its final credit invoices, in euros incl. VAT, with the sign of `gross`.
    credited_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    credit_state = models.CharField(
        max_length=6, choices=CreditState, blank=True, default=CreditState.NOT
    )
    paid_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    # From e-Boekhouden: the open amount in euros, and when it was first seen to be open.
    open_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    open_seen_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_to = models.CharField(max_length=320, blank=True)
    paid_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"],
                condition=~models.Q(number=""),
                name="unique_invoice_number",
            ),
            models.CheckConstraint(
                condition=models.Q(origin=Origin.EBOEKHOUDEN)
                | models.Q(status=InvoiceStatus.DRAFT, number="")
                | (~models.Q(status=InvoiceStatus.DRAFT) & ~models.Q(number="")),
                name="number_when_final",
            ),
        ]
        # The last four end in an order of the list; that by amount also holds what it adds up.
        indexes = [
            models.Index(fields=["organisation", "status", "date"]),
            models.Index(
                fields=["organisation", "due_on"], condition=MAY_BE_OPEN, name="invoice_may_be_open"
            ),
            models.Index(fields=["organisation", "date", "number", "id"], name="invoice_by_date"),
            models.Index(fields=["organisation", "due_on", "number", "id"], name="invoice_by_due"),
            models.Index(fields=["organisation", "number", "id"], name="invoice_by_number"),
            models.Index(fields=["organisation", "gross", "id"], name="invoice_by_amount"),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft"))

    @property
    def is_draft(self) -> bool:
        return self.status == InvoiceStatus.DRAFT

    @property
    def was_sent(self) -> bool:
        """Whether it was sent from here or marked as sent; only then it may be a sales entry."""
        return self.origin == Origin.HERE and self.status in (
            InvoiceStatus.SENT,
            InvoiceStatus.PAID,
        )

    @property
    def is_credit(self) -> bool:
        """Whether it takes back lines of another invoice."""
        return self.credit_of_id is not None

    @property
    def is_wholly_credited(self) -> bool:
        return self.credit_state == CreditState.WHOLLY

    @property
    def vat_by_rate(self) -> tuple[VatTotal, ...]:
        """The totals of every VAT rate, in the order of their first line."""
        return tuple(VatTotal.from_json(stored) for stored in self.vat_totals)

    @property
    def due(self) -> Decimal:
        """The total to be paid, in euros incl. VAT: the gross amount less what was credited."""
        return self.gross - self.credited_amount

    @property
    def is_settled(self) -> bool:
        """Whether this credit invoice was refunded or set off, as someone noted."""
        return self.is_credit and (self.status == InvoiceStatus.PAID or self.open_amount == 0)

    @property
    def outstanding(self) -> Decimal:
        """The amount that the customer still has to pay, in euros incl. VAT.

        Zero if the invoice was not sent, was paid or is wholly credited, and for a credit invoice.
        """
        asked = self.status == InvoiceStatus.SENT or (
            self.status == InvoiceStatus.FINAL and self.origin == Origin.EBOEKHOUDEN
        )
        if not asked or self.is_credit or self.is_wholly_credited:
            return ZERO
        return self.due - self.paid_amount

    @property
    def is_partly_paid(self) -> bool:
        """Whether some of it was paid, but not all."""
        return self.status != InvoiceStatus.PAID and self.paid_amount * self.gross > 0

    def would_be_open(self, amount: Decimal) -> bool:
        """Return whether it is unpaid with this open amount in euros.

        The open amount of a credit is negative.
        """
        return amount * self.gross > 0


class InvoiceLine(models.Model):
    """A line. Quantity and price have two decimals.

    `net` is quantity × price less the discount, in euros to the cent.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = MultilineField(_("description"))
    # What was composed from rows, by language; None if it is the same in all.
    texts = models.JSONField(null=True)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    # In percent of quantity × price.
    discount = models.DecimalField(
        _("discount"), max_digits=5, decimal_places=2, default=ZERO, validators=PERCENT
    )
    net = models.DecimalField(max_digits=12, decimal_places=2)
    vat_rate = models.ForeignKey(
        VatRate, on_delete=models.PROTECT, related_name="+", verbose_name=_("VAT rate")
    )
    # Copies, so that a later change of the rate does not change this line.
    vat_percentage = models.DecimalField(max_digits=5, decimal_places=2)
    vat_code = models.CharField(max_length=12, blank=True)
    vat_treatment = models.CharField(max_length=14, choices=VatTreatment)
    code = models.CharField(max_length=50, blank=True)
    ledger_account = models.CharField(_("ledger account"), max_length=10, blank=True)
    cost_centre_id = models.PositiveBigIntegerField(null=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="+")
    # Of hours that were rounded as a line: project, price and the minutes that this added.
    rounding = models.JSONField(null=True)
    # Its billed rows, copied when the invoice became final: the time specification.
    specification = models.JSONField(default=list)
    # On a credit invoice: the line that it takes back, and the disposition of the rows of that
    # line.
    credits = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="credited_by"
    )
    row_action = models.CharField(max_length=11, choices=RowDisposition, blank=True)
    # Its credit invoice was cancelled: the line it took back can be credited again.
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "position"], name="unique_invoice_line_position"
            ),
            models.UniqueConstraint(
                fields=["credits"],
                condition=models.Q(is_withdrawn=False),
                name="unique_invoice_line_credited",
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def rate_label(self) -> str:
        """The rate as it is printed: 21%, or the treatment where there is no VAT."""
        return rate_label(self.vat_treatment, self.vat_percentage)


class InvoiceEvent(models.Model):
    """An event in the timeline of an invoice."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # A key of timeline.SENTENCES with its values, so that each reader gets it in their language.
    kind = models.CharField(max_length=30)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.kind
