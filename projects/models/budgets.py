"""What was mailed about the budgets of projects."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

from .project import Project


class BudgetKind(models.TextChoices):
    """What a budget counts: hours, or euros."""

    HOURS = "hours", _("Hours")
    AMOUNT = "amount", _("Amount")


class BudgetWarning(models.Model):
    """A percentage of a budget that was passed, and the manager whose mail says so.

    It is stored before the mail is sent; without `sent_at` it is not known whether the mail left,
    and it is not sent again. A raised budget is another one, and is warned of anew.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="budget_warnings")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=BudgetKind)
    # Minutes, or euros excl. VAT.
    budget = models.DecimalField(max_digits=12, decimal_places=2)
    percentage = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "membership", "kind", "budget", "percentage"],
                name="unique_budget_warning",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.kind} {self.percentage}%"
