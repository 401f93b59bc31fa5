"""Hours, expenses and trips. A row with an invoice line is billed, and no longer changes."""

import datetime
from decimal import Decimal
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from lib.kilometres import TENTH, StoredKilometres
from lib.model_fields import LineField, MultilineCharField, WholeNumberField
from projects.models import ExpenseCategory, Project, Task, Vehicle

from ..rights import of_seen
from ..worth import worth_of


class Status(models.TextChoices):
    """The progress of a registration towards an invoice."""

    OPEN = "open", _("Open")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    INVOICED = "invoiced", _("Invoiced")
    WRITTEN_OFF = "written_off", _("Written off")


# The status of an invoice that is a draft; the model of invoices is above this app.
DRAFT = "draft"
BILLABLE_STATUSES = (Status.OPEN, Status.SUBMITTED, Status.APPROVED)
# Statuses of registrations that count as earned: not rejected, and not written off.
EARNING_STATUSES = (*BILLABLE_STATUSES, Status.INVOICED)
# Statuses of registrations that were neither billed nor written off.
UNSETTLED_STATUSES = (*BILLABLE_STATUSES, Status.REJECTED)
# Statuses in which employees may change their own rows.
EDITABLE_STATUSES = (Status.OPEN, Status.REJECTED)


class RegistrationQuerySet(models.QuerySet[Any]):
    """Queries on registrations of one kind."""

    def unbilled(self) -> Self:
        """Filter the billable rows that have a billable status and no invoice line."""
        return self.filter(invoice_line=None, is_billable=True, status__in=BILLABLE_STATUSES)

    def until(self, day: datetime.date) -> Self:
        """Filter the rows dated on or before the day."""
        return self.filter(date__lte=day)

    def changeable(self) -> Self:
        """Filter the rows that may change; updates use this, so that settled rows never change."""
        return self.filter(invoice_line=None, status__in=UNSETTLED_STATUSES)

    def unlocked(self) -> Self:
        """Filter the rows that can be edited as they are: open or rejected, in no closed period."""
        return self.filter(invoice_line=None, status__in=EDITABLE_STATUSES).in_open_periods()

    def in_open_periods(self) -> Self:
        """Filter the rows of which the books are not closed."""
        return self.filter(
            models.Q(organisation__closed_until=None)
            | models.Q(date__gt=models.F("organisation__closed_until"))
        )

    def hold(self) -> list[int]:
        """Lock the rows until the end of the transaction, by ascending id; return the ids.

        Two transactions that change the same rows wait for each other and never deadlock.
        """
        locked = self.order_by("pk").select_for_update(of=("self",))
        return list(locked.values_list("pk", flat=True))

    def worth(self) -> Decimal:
        """Return what the rows are worth together, in euros excl. VAT (see `worth.py`)."""
        return worth_of(self).amount

    def visible_to(self, membership: Membership) -> Self:
        """Filter the rows that the member may see.

        Employees see their own, and managers of some projects what is registered on these too.
        """
        return self.filter(of_seen(membership), organisation=membership.organisation_id)

    def editable_by(self, membership: Membership) -> Self:
        """Filter the rows that the member may change.

        Who registers for others may change the rows they see, employees their own that are open or
        rejected; nobody those of a closed period. Who edits a submitted or approved row opens it.
        """
        rows = self.changeable().filter(organisation=membership.organisation_id)
        if membership.organisation.closed_until:
            rows = rows.filter(date__gt=membership.organisation.closed_until)
        if membership.registers_for_others:
            return rows.filter(of_seen(membership))
        return rows.filter(membership=membership, status__in=EDITABLE_STATUSES)


def _invoiced_with_a_line(name: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=models.Q(invoice_line=None) | models.Q(status=Status.INVOICED),
            name=f"{name}_with_a_line_is_invoiced",
        )
    ]


def _billed_has_a_project(name: str) -> models.BaseConstraint:
    return models.CheckConstraint(
        condition=models.Q(project__isnull=False) | models.Q(is_billable=False),
        name=f"{name}_that_is_billed_has_a_project",
    )


def _project_where_billed() -> Any:
    """Return the field of a project that only billed rows need."""
    return models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("project"),
        db_index=False,
    )


def notes_start() -> Left:
    """Return the part of the description that lists are ordered by; an index holds it."""
    return Left("description", 60)


def _of_lists(name: str, figure: str, special: str, *, priced_by: list[str]) -> list[models.Index]:
    """Return the indexes of the orders of Overview, and of what is not billed yet.

    Each ends in the columns of its order, so that a page is found without sorting. The first also
    holds what the totals add up, and the last two are small, because most rows are billed. The
    last one answers who waits for a decision.
    """
    others = [column for column in priced_by if column != "is_billable"]
    return [
        models.Index(
            fields=["organisation", "date", "id", "project", *priced_by], name=f"{name}_by_date"
        ),
        *(
            models.Index(fields=[relation, "date", "id"], name=f"{name}_by_{relation}")
            for relation in ("membership", "project", special)
        ),
        *(
            models.Index(fields=["organisation", *columns, "id"], name=f"{name}_by_{columns[0]}")
            for columns in (["status", "date"], ["amount"], [figure])
        ),
        models.Index(
            models.F("organisation"),
            notes_start(),
            models.F("date"),
            models.F("id"),
            name=f"{name}_by_notes",
        ),
        models.Index(
            fields=["organisation", "project", "date", "status", "is_billable", *others],
            condition=models.Q(invoice_line=None),
            name=f"{name}_unbilled",
        ),
        models.Index(
            fields=["membership"],
            condition=models.Q(invoice_line=None, status=Status.SUBMITTED),
            name=f"{name}_submitted",
        ),
    ]


class Registration(models.Model):
    """The fields that hours, expenses and trips share.

    `amount` is in euros excl. VAT, as priced when the row was saved. It is zero when the row itself
    is not billed (internal, fixed price, subscription).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, verbose_name=_("employee"), db_index=False
    )
    # The customer is the project's: a project with registrations keeps its customer.
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, verbose_name=_("project"), db_index=False
    )
    date = models.DateField(_("date"))
    description = MultilineCharField(_("description"), max_length=500, blank=True)
    is_billable = models.BooleanField(_("billable"), default=True)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.OPEN)
    # Why it has this status, and who gave it; empty where no user gave a reason.
    status_note = MultilineCharField(max_length=300, blank=True, editable=False)
    status_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    # When a user gave it this status; null on rows of before this was stored, and on rows whose
    # status came with an invoice or a credit invoice, which has a date of its own.
    status_at = models.DateTimeField(null=True, editable=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=0, editable=False)
    invoice_line = models.ForeignKey(
        "billing.InvoiceLine", on_delete=models.PROTECT, null=True, editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-date", "-pk"]

    def __str__(self) -> str:
        return f"{self.date} {self.project} {self.description}".strip()

    @property
    def is_changeable(self) -> bool:
        return self.invoice_line_id is None and self.status in UNSETTLED_STATUSES

    @property
    def kind_key(self) -> str:
        """The key of its kind: hours, expenses or trips."""
        return next(key for key, model in KINDS.items() if isinstance(self, model))

    @property
    def is_decided(self) -> bool:
        """True if it was submitted or approved: who edits it sets it to open."""
        return self.status in (Status.SUBMITTED, Status.APPROVED)


class TimeEntry(Registration):
    """Worked time, in whole minutes."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, verbose_name=_("task"), db_index=False)
    minutes = models.PositiveIntegerField(
        _("duration"), validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    started_at = models.TimeField(_("start"), null=True, blank=True)
    ended_at = models.TimeField(_("end"), null=True, blank=True)
    pause_minutes = models.PositiveSmallIntegerField(_("pause"), default=0)
    # What rounding adds to the minutes that are charged, or takes from them: see lib/rounding.
    rounded_by = models.SmallIntegerField(default=0, db_default=0, editable=False)
    # Whether the person chose to bill it; null: it follows the task.
    billable_choice = models.BooleanField(null=True, editable=False)
    # In euros excl. VAT an hour; null: not billed by the hour.
    hourly_rate = models.DecimalField(max_digits=8, decimal_places=2, null=True, editable=False)

    class Meta(Registration.Meta):
        default_related_name = "time_entries"
        constraints = [
            *_invoiced_with_a_line("time_entry"),
            models.CheckConstraint(
                condition=models.Q(rounded_by__gte=-models.F("minutes"))
                & (models.Q(rounded_by=0) | models.Q(is_billable=True)),
                name="time_entry_is_rounded_where_billed",
            ),
        ]
        indexes = [
            *_of_lists(
                "time_entry", "minutes", "task", priced_by=["hourly_rate", "minutes", "rounded_by"]
            ),
            # The sum of the minutes of a project, without reading the rows.
            models.Index(fields=["organisation", "project", "minutes"], name="time_entry_used"),
        ]

    @property
    def rounded_minutes(self) -> int:
        """The minutes that are priced and billed: the worked ones, rounded."""
        return self.minutes + self.rounded_by


class Expense(Registration):
    """An expense: quantity × price, in euros excl. VAT. What is not billed needs no project."""

    project = _project_where_billed()
    category = models.ForeignKey(
        ExpenseCategory, on_delete=models.PROTECT, verbose_name=_("category"), db_index=False
    )
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=8,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0)],
    )
    price = models.DecimalField(_("price excl. VAT"), max_digits=10, decimal_places=2)
    vat_rate = models.ForeignKey(
        "vat.VatRate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("VAT rate"),
    )
    # As it was typed incl. VAT, in euros; quantity and price follow from it. Null: typed excl. VAT.
    quantity_paid = models.DecimalField(max_digits=8, decimal_places=2, null=True, editable=False)
    price_paid = models.DecimalField(max_digits=10, decimal_places=2, null=True, editable=False)
    receipt = models.FileField(_("receipt"), upload_to="receipts/", blank=True)
    receipt_name = models.CharField(max_length=150, blank=True, editable=False)

    class Meta(Registration.Meta):
        default_related_name = "expenses"
        constraints = [*_invoiced_with_a_line("expense"), _billed_has_a_project("expense")]
        indexes = _of_lists("expense", "quantity", "category", priced_by=["amount"])


class TripKind(models.TextChoices):
    """The purpose of a trip."""

    BUSINESS = "business", _("Business")
    COMMUTE = "commute", _("Home–work")
    PRIVATE = "private", _("Private")


class Trip(Registration):
    """A journey, in tenths of a kilometre, at a rate in euros excl. VAT a kilometre.

    Commuting, private trips and what is not billed need no project. With the readings of the
    odometer the distance is their difference; `route` says how the way was unusual.
    """

    project = _project_where_billed()
    origin = LineField(_("from"), max_length=150)
    destination = LineField(_("to"), max_length=150)
    distance = StoredKilometres(
        _("distance"), validators=[MinValueValidator(TENTH), MaxValueValidator(5000)]
    )
    kind = models.CharField(_("type"), max_length=8, choices=TripKind, default=TripKind.BUSINESS)
    vehicle = models.ForeignKey(
        Vehicle,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("vehicle"),
        db_index=False,
    )
    odometer_begin = WholeNumberField(
        _("odometer at the start"), null=True, blank=True, validators=[MaxValueValidator(9_999_999)]
    )
    odometer_end = WholeNumberField(
        _("odometer at the end"), null=True, blank=True, validators=[MaxValueValidator(9_999_999)]
    )
    route = LineField(_("other route"), max_length=150, blank=True, default="", db_default="")
    rate = models.DecimalField(max_digits=6, decimal_places=2, default=0, editable=False)

    class Meta(Registration.Meta):
        default_related_name = "trips"
        constraints = [*_invoiced_with_a_line("trip"), _billed_has_a_project("trip")]
        indexes = _of_lists(
            "trip", "distance", "vehicle", priced_by=["rate", "distance", "is_billable"]
        )


# The kinds of registrations, under the names of their overviews.
KINDS: dict[str, type[Registration]] = {"hours": TimeEntry, "expenses": Expense, "trips": Trip}
