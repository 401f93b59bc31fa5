"""Reminders of overdue invoices: settings, steps, exclusions, and the reminders sent."""

import datetime
import uuid
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from audit.changes import KeepsLoaded
from customers.models import Customer
from lib.model_fields import LineField, MultilineField, SmallWholeNumberField

from .files import InvoiceMail, MailState
from .invoice import Invoice

MOST_STEPS = 4


class ReminderMode(models.TextChoices):
    """The way in which reminders are sent: after a person selects them, or automatically."""

    PROPOSE = "propose", _("Propose reminders; you choose which to send")
    SEND = "send", _("Send automatically every morning")


class ReminderSettings(KeepsLoaded):
    """Whether an organisation sends reminders, and how."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="reminder_settings"
    )
    is_on = models.BooleanField(_("send reminders for overdue invoices"), default=False)
    mode = models.CharField(
        _("when a reminder is due"),
        max_length=7,
        choices=ReminderMode,
        default=ReminderMode.PROPOSE,
    )
    paused_until = models.DateField(
        _("no reminders before"),
        null=True,
        blank=True,
        help_text=_("For holidays, for example. Empty: no pause."),
    )
    # Article 2(3) of the decree on extrajudicial collection costs (Stb. 2012, 141).
    adds_vat_to_costs = models.BooleanField(
        _("we cannot deduct VAT: add VAT to collection costs"),
        default=False,
        db_default=False,
        help_text=_(
            "Only if your organisation cannot deduct VAT, for example because its work is exempt. "
            "The letter says so."
        ),
    )
    # The database in which it was switched on (integrations/database_identity.py): a copy sends no
    # e-mail.
    database_identity = models.CharField(max_length=64, blank=True, editable=False)

    def __str__(self) -> str:
        return str(self.organisation)


class StepKind(models.TextChoices):
    """The kind of letter of a step."""

    REMINDER = "reminder", _("Reminder")
    NOTICE = "notice", _("Fourteen-day letter, only to private customers")


class BusinessCosts(models.TextChoices):
    """The collection costs that a step charges to businesses, without a letter before it."""

    NONE = "", _("None")
    MINIMUM = "minimum", _("€ 40, the legal minimum")
    SCALE = "scale", _("By the legal scale, at least € 40")


class ReminderStep(KeepsLoaded):
    """One of at most four reminders of an invoice, so many days after its due date."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="reminder_steps"
    )
    position = models.PositiveSmallIntegerField()
    days = SmallWholeNumberField(
        _("days after the due date"), validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    kind = models.CharField(_("kind"), max_length=8, choices=StepKind, default=StepKind.REMINDER)
    with_interest = models.BooleanField(
        _("charge statutory interest"), default=False, db_default=False
    )
    business_costs = models.CharField(
        _("collection costs for businesses"),
        max_length=7,
        choices=BusinessCosts,
        default=BusinessCosts.NONE,
        db_default=BusinessCosts.NONE,
        blank=True,
    )
    # The language of the invoice decides; empty: the default text of the step.
    subject_nl = LineField(_("subject, Dutch"), max_length=150, blank=True)
    body_nl = MultilineField(_("text, Dutch"), blank=True)
    subject_en = LineField(_("subject, English"), max_length=150, blank=True)
    body_en = MultilineField(_("text, English"), blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "position"], name="unique_reminder_step"
            ),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=MOST_STEPS),
                name="at_most_four_steps",
            ),
        ]

    def __str__(self) -> str:
        return str(self.position)

    @property
    def charges(self) -> bool:
        """Whether its letter may ask more than the open amount."""
        return self.with_interest or bool(self.business_costs)


class InterestKind(models.TextChoices):
    """The two percentages of statutory interest, of articles 6:119a and 6:119 BW."""

    COMMERCIAL = "commercial", _("Businesses (commercial rate)")
    ORDINARY = "ordinary", _("Private customers")


class InterestRate(models.Model):
    """A percentage of statutory interest that an organisation entered, from a day on."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="interest_rates"
    )
    kind = models.CharField(max_length=10, choices=InterestKind)
    starts_on = models.DateField()
    percentage = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ["-starts_on", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "starts_on"], name="unique_interest_rate"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on}"


class ReminderHoldQuerySet(models.QuerySet["ReminderHold"]):
    """Queries for exclusions."""

    def in_force(self, today: datetime.date) -> Self:
        """Filter the exclusions that hold today."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=today))


class ReminderHold(models.Model):
    """An exclusion of an invoice or a customer from reminders, with a reason.

    It ends after a day, or never.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="reminder_holds"
    )
    customer = models.OneToOneField(
        Customer, on_delete=models.CASCADE, null=True, related_name="reminder_hold"
    )
    invoice = models.OneToOneField(
        Invoice, on_delete=models.CASCADE, null=True, related_name="reminder_hold"
    )
    reason = LineField(_("reason"), max_length=200)
    until = models.DateField(
        _("resume reminders from"), null=True, blank=True, help_text=_("Empty: never.")
    )
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()

    objects = ReminderHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer=None, invoice__isnull=False)
                | models.Q(customer__isnull=False, invoice=None),
                name="hold_of_customer_or_invoice",
            )
        ]

    def __str__(self) -> str:
        return self.reason


class Reminder(models.Model):
    """A step taken for an invoice: first in the queue, then with its e-mail.

    The constraints promise: the same step never twice, and never two on one day. If the mail server
    certainly refused the e-mail, the reminder is deleted and the failed e-mail is kept.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminders")
    step = models.PositiveSmallIntegerField()
    day = models.DateField()
    # The key of its e-mail, which is unique: two workers cannot send it twice.
    key = models.UUIDField(default=uuid.uuid4)
    mail = models.OneToOneField(
        InvoiceMail, on_delete=models.PROTECT, null=True, related_name="reminder"
    )
    queued_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "step"], name="unique_reminder_invoice_step"
            ),
            models.UniqueConstraint(fields=["invoice", "day"], name="unique_reminder_invoice_day"),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"], condition=models.Q(mail=None), name="reminders_in_the_queue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice} {self.step}"

    @property
    def is_in_doubt(self) -> bool:
        """Whether it is unknown if the e-mail was sent; only the customer can know."""
        return self.mail is not None and self.mail.state == MailState.FAILED
