"""Rates that hold from a date on, and the changes of rates that can be undone."""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from customers.models import Customer

from .catalogue import Task, TripSettings
from .project import Project, ProjectMember, ProjectTask


class Subject(NamedTuple):
    """What has a rate: the name of its foreign key on DatedRate, and its id."""

    name: str
    pk: int


SUBJECTS: dict[str, type[models.Model]] = {
    "membership": Membership,
    "task": Task,
    "project": Project,
    "project_task": ProjectTask,
    "project_member": ProjectMember,
    "customer": Customer,
    "trip_settings": TripSettings,
}


class RateKind(models.TextChoices):
    """What a customer pays, or what an employee costs."""

    SALES = "sales", _("Sales rate")
    COST = "cost", _("Cost rate")


def _exactly_one_subject() -> models.Q:
    found = models.Q()
    for name in SUBJECTS:
        found |= models.Q(**{f"{other}__isnull": other != name for other in SUBJECTS})
    return found


def _one_rate_a_day() -> Iterator[models.BaseConstraint]:
    for name in SUBJECTS:
        fields = [name, "kind", "from_on"]
        yield models.UniqueConstraint(fields=fields, name=f"unique_{name}_kind_from_on")


class DatedRate(models.Model):
    """A rate in euros excl. VAT an hour, or a kilometre of trips, from a date on.

    It ends where the next of the same subject begins. Before the first of them holds the rate of
    the subject itself (`hourly_rate`, `rate`); a cost rate has none.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="dated_rates"
    )
    kind = models.CharField(max_length=5, choices=RateKind, default=RateKind.SALES)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, related_name="dated_rates", db_index=False
    )
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, null=True, related_name="dated_rates", db_index=False
    )
    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, null=True, related_name="dated_rates", db_index=False
    )
    project_task = models.ForeignKey(
        ProjectTask, on_delete=models.CASCADE, null=True, related_name="dated_rates", db_index=False
    )
    project_member = models.ForeignKey(
        ProjectMember,
        on_delete=models.CASCADE,
        null=True,
        related_name="dated_rates",
        db_index=False,
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, null=True, related_name="dated_rates", db_index=False
    )
    trip_settings = models.ForeignKey(
        TripSettings,
        on_delete=models.CASCADE,
        null=True,
        related_name="dated_rates",
        db_index=False,
    )
    from_on = models.DateField(_("from"))
    rate = models.DecimalField(
        _("rate"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    set_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["from_on"]
        constraints = [
            *_one_rate_a_day(),
            models.CheckConstraint(
                condition=_exactly_one_subject(), name="dated_rate_has_one_subject"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=RateKind.SALES) | models.Q(membership__isnull=False),
                name="only_employees_have_a_cost_rate",
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gte=0), name="dated_rate_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate} from {self.from_on}"

    @property
    def subject(self) -> Subject:
        name = next(one for one in SUBJECTS if getattr(self, f"{one}_id") is not None)
        return Subject(name, getattr(self, f"{name}_id"))


class RateChange(models.Model):
    """A change of the rates of a subject, with the rows that it priced again, to undo it.

    `before` and `after` are the dated rate as [date, euros], or null. `rows` has lists of
    [euros before or null, euros after, ids].
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="rate_changes"
    )
    kind = models.CharField(max_length=5, choices=RateKind, default=RateKind.SALES)
    subject_name = models.CharField(max_length=20)
    subject_id = models.PositiveBigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    rows = models.JSONField(default=list)
    made_by = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "subject_name", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    @property
    def subject(self) -> Subject:
        return Subject(self.subject_name, self.subject_id)

    @property
    def row_count(self) -> int:
        """The number of registrations that it priced again."""
        return sum(len(ids) for _before, _after, ids in self.rows)

    def day_of(self, which: list[str] | None) -> datetime.date | None:
        """Return the date of `before` or `after`; None if there was no rate."""
        return datetime.date.fromisoformat(which[0]) if which else None
