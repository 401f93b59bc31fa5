"""Amounts that a project bills without registrations: a fixed price, an instalment, a period."""

import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.changes import KeepsLoaded
from lib.model_fields import LineField

from .catalogue import Task
from .project import Method, Project


class Instalment(models.Model):
    """A part of a fixed price, agreed in advance; its scheduled amount follows from it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="instalments")
    description = LineField(_("description"), max_length=200)
    date = models.DateField(_("to be billed on"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return self.description


class Frequency(models.TextChoices):
    """The billing period of a subscription."""

    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    YEAR = "year", _("Year")


class Subscription(KeepsLoaded):
    """An amount a period, billed at its start: quantity × price, in euros excl. VAT."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="subscription")
    frequency = models.CharField(
        _("period"), max_length=7, choices=Frequency, default=Frequency.MONTH
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    description = LineField(_("description"), max_length=200)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=8,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0)],
    )
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    task = models.ForeignKey(
        Task,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("task"),
        help_text=_("The ledger account and VAT rate of the task are used."),
    )

    def __str__(self) -> str:
        return self.description


class ScheduledAmountKind(models.TextChoices):
    """The kind of agreement that an amount comes from."""

    FIXED_PRICE = "fixed_price", _("Fixed price")
    TASK_PRICE = "task_price", _("Fixed price of a task")
    INSTALMENT = "instalment", _("Instalment")
    PERIOD = "period", _("Subscription period")


class ScheduledAmountQuerySet(models.QuerySet["ScheduledAmount"]):
    """Queries on scheduled amounts."""

    def unbilled(self) -> "ScheduledAmountQuerySet":
        return self.filter(invoice_line=None, is_written_off=False)

    def billable(self) -> "ScheduledAmountQuerySet":
        """Filter the unbilled amounts without those of projects that are not billed."""
        return self.unbilled().exclude(project__method=Method.NONE)

    def hold(self) -> list[int]:
        """Lock the amounts until the end of the transaction, by ascending id; return the ids."""
        locked = self.order_by("pk").select_for_update(of=("self",))
        return list(locked.values_list("pk", flat=True))

    def settled(self) -> "ScheduledAmountQuerySet":
        """Filter the amounts that are billed, on a draft, or written off; planning skips these."""
        return self.exclude(invoice_line=None, is_written_off=False)

    def due(self, until: datetime.date) -> "ScheduledAmountQuerySet":
        """Filter the amounts due on or before that day."""
        return self.filter(due_on__lte=until)


class ScheduledAmount(models.Model):
    """An agreed amount of a project, planned by plan_scheduled_amounts and billed once."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="scheduled_amounts")
    kind = models.CharField(max_length=12, choices=ScheduledAmountKind)
    # Identifies it on every planning: "", the id of a task or an instalment, or a first day.
    key = models.CharField(max_length=40)
    description = LineField(max_length=200)
    due_on = models.DateField()
    period_until = models.DateField(null=True)
    quantity = models.DecimalField(max_digits=8, decimal_places=2, default=1)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="+")
    is_written_off = models.BooleanField(default=False)
    invoice_line = models.ForeignKey(
        "billing.InvoiceLine", on_delete=models.PROTECT, null=True, related_name="scheduled_amounts"
    )

    objects = ScheduledAmountQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "key"], name="unique_project_kind_key"
            ),
        ]
        indexes = [models.Index(fields=["project", "due_on"])]

    def __str__(self) -> str:
        return self.description

    @property
    def is_settled(self) -> bool:
        """Return whether the amount is billed, on a draft, or written off."""
        return self.invoice_line_id is not None or self.is_written_off
