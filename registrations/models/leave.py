"""Time off, and the holidays that people may take."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from lib.model_fields import MultilineCharField

from .registration import Status


class LeaveKind(models.TextChoices):
    """What leave is for. Only a holiday is taken from the balance."""

    HOLIDAY = "holiday", _("Holiday")
    SICK = "sick", _("Sick")
    SPECIAL = "special", _("Special leave")
    UNPAID = "unpaid", _("Unpaid leave")


class LeaveStatus(models.TextChoices):
    """The progress of leave; as of hours, without what belongs to invoices."""

    SUBMITTED = Status.SUBMITTED.value, _("Submitted")
    APPROVED = Status.APPROVED.value, _("Approved")
    REJECTED = Status.REJECTED.value, _("Rejected")


class Leave(models.Model):
    """Time off on one day, in whole minutes: it is never billed, and lowers what is expected.

    The days that were asked for together have the same `created_at`.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, db_index=False)
    date = models.DateField(_("date"))
    minutes = models.PositiveSmallIntegerField(
        _("duration"), validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    kind = models.CharField(_("kind"), max_length=8, choices=LeaveKind, default=LeaveKind.HOLIDAY)
    note = MultilineCharField(_("note"), max_length=300, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=LeaveStatus, default=LeaveStatus.SUBMITTED
    )
    # Why it has this status, who gave it, and when.
    status_note = MultilineCharField(max_length=300, blank=True, editable=False)
    status_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    status_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_related_name = "leave"
        ordering = ["date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "date", "kind"], name="unique_leave_of_a_day_and_kind"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "date"], name="leave_by_status"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


class LeaveGrant(models.Model):
    """The minutes of holidays that a person may take in a year."""

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="leave_grants", db_index=False
    )
    year = models.PositiveSmallIntegerField(_("year"))
    minutes = models.PositiveIntegerField(_("granted"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "year"], name="unique_grant_of_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.membership} {self.year}"
