"""Projects with their customer, tasks, members and invoicing method."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from audit.changes import KeepsLoaded
from customers.models import Customer
from lib.model_fields import LineField, MultilineField, SmallWholeNumberField
from lib.rounding import STEPS, Rounding, RoundingFields

from .catalogue import Task


class Method(models.TextChoices):
    """The way in which a project is billed."""

    NONE = "none", _("Not billed")
    TASK_RATE = "task_rate", _("Task rate")
    EMPLOYEE_RATE = "employee_rate", _("Employee rate")
    PROJECT_RATE = "project_rate", _("Project rate")
    CUSTOMER_RATE = "customer_rate", _("Customer rate")
    FIXED_PRICE = "fixed_price", _("Fixed price")
    FIXED_PRICE_TASKS = "fixed_price_tasks", _("Fixed price per task")
    INSTALMENTS = "instalments", _("Fixed price in instalments")
    SUBSCRIPTION = "subscription", _("Subscription")

    @property
    def is_hourly(self) -> bool:
        """True if registered hours are billed."""
        return self in HOURLY

    @property
    def has_scheduled_amounts(self) -> bool:
        """True if an agreed amount is billed instead of hours."""
        return self not in HOURLY and self is not Method.NONE


HOURLY = (Method.TASK_RATE, Method.EMPLOYEE_RATE, Method.PROJECT_RATE, Method.CUSTOMER_RATE)
# Methods with one agreed price, even if it is billed in parts; a subscription has none.
FIXED = (Method.FIXED_PRICE, Method.FIXED_PRICE_TASKS, Method.INSTALMENTS)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Queries on projects."""

    def active(self) -> "ProjectQuerySet":
        return self.filter(is_archived=False, customer__archived_at=None)

    def open_to(self, person: Membership) -> "ProjectQuerySet":
        """Filter the projects that the person may register on: on the team, or for everybody."""
        team = ProjectMember.objects.filter(project=models.OuterRef("pk"))
        return self.filter(
            models.Q(is_for_team_only=False)
            | ~models.Exists(team)
            | models.Exists(team.filter(membership=person))
            | models.Q(pk__in=person.managed_projects.order_by().values("pk"))
        )

    def managed_by(self, person: Membership) -> "ProjectQuerySet":
        """Filter the projects that a manager sees under Projects: all, or their own."""
        return self if person.is_manager_of_all else self.filter(managers=person)

    def matching(self, text: str) -> "ProjectQuerySet":
        """Filter the projects with the text in name, code or customer."""
        return self.filter(
            models.Q(name__icontains=text)
            | models.Q(code__icontains=text)
            | models.Q(customer__name__icontains=text)
        )


class Project(KeepsLoaded, RoundingFields):
    """Work for one customer. Amounts are in euros excl. VAT, the budget in minutes and euros."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="projects"
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="projects", verbose_name=_("customer")
    )
    name = LineField(_("name"), max_length=100)
    code = LineField(_("code"), max_length=20, blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("end"), null=True, blank=True)
    managers = models.ManyToManyField(
        Membership, blank=True, related_name="managed_projects", verbose_name=_("project managers")
    )
    is_for_team_only = models.BooleanField(
        _("only the team may register"),
        default=False,
        db_default=False,
        help_text=_("Without a team, everybody may."),
    )
    budget_minutes = models.PositiveIntegerField(_("budget in hours"), null=True, blank=True)
    budget_amount = models.DecimalField(
        _("budget in euros"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    warns_at = SmallWholeNumberField(
        _("warning at (%)"),
        default=80,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
        help_text=_("The project managers get one e-mail. Empty: no warning."),
    )
    warns_again_at = SmallWholeNumberField(
        _("second warning at (%)"),
        default=100,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
    )
    method = models.CharField(
        _("invoicing method"), max_length=20, choices=Method, default=Method.TASK_RATE
    )
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    fixed_price = models.DecimalField(
        _("fixed price"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    # Null: the rule of the organisation; the other fields of rounding then mean nothing.
    rounding_step = models.PositiveSmallIntegerField(
        _("round billed hours to"), choices=STEPS, null=True, blank=True
    )
    reference = LineField(_("reference for the customer"), max_length=50, blank=True)
    notes = MultilineField(_("notes"), blank=True)
    is_archived = models.BooleanField(_("archived"), default=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("customer", Lower("name"), name="unique_project_name"),
            models.CheckConstraint(
                condition=models.Q(ends_on=None)
                | models.Q(starts_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="project_ends_after_its_start",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "name"])]

    def __str__(self) -> str:
        return self.name

    @property
    def billing_method(self) -> Method:
        return Method(self.method)

    def rounding(self, organisation: Organisation) -> Rounding | None:
        """Return the rule for its billed hours: its own, else that of its organisation.

        None: they are not rounded, or not billed.
        """
        if not self.billing_method.is_hourly:
            return None
        rule = organisation if self.rounding_step is None else self
        if not rule.rounding_step:
            return None
        return Rounding(rule.rounding_step, rule.rounding_direction, rule.rounding_unit)

    @property
    def warning_percentages(self) -> list[int]:
        """The percentages of the budget at which its managers are warned, from low to high."""
        return sorted({one for one in (self.warns_at, self.warns_again_at) if one})


class ProjectTask(models.Model):
    """A task on a project with its own rate or fixed price; empty means that of the task."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="project_tasks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="project_tasks")
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    fixed_price = models.DecimalField(
        _("fixed price"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    is_billable = models.BooleanField(_("billable"), default=True)

    class Meta:
        ordering = [Lower("task__name")]
        constraints = [
            models.UniqueConstraint(fields=["project", "task"], name="unique_project_task")
        ]

    def __str__(self) -> str:
        return str(self.task)


class ProjectMember(models.Model):
    """An employee on a project with their own rate; empty means the rate of the employee."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="project_members")
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="project_members"
    )
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "membership"], name="unique_project_member")
        ]

    def __str__(self) -> str:
        return str(self.membership)
