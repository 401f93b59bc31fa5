"""Files of projects."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer
from lib.amounts import AmountField, QuantityField
from lib.folding import fold
from lib.times import format_duration
from projects.editing import Agreement, TaskRow, save_project
from projects.models import Method, Project, Task

from ..cells import Amount, Choice, Day, Name, Text
from .base import Context, Field, Plan, ReadRow
from .records import RecordKind

METHODS: dict[Method, tuple[str, ...]] = {
    Method.NONE: ("niet factureren", "niet gefactureerd", "geen", "none", "internal", "intern"),
    Method.TASK_RATE: ("taaktarief", "tarief van de taak", "task rate"),
    Method.EMPLOYEE_RATE: ("medewerkertarief", "tarief van de medewerker", "employee rate"),
    Method.PROJECT_RATE: ("projecttarief", "tarief van het project", "project rate"),
    Method.CUSTOMER_RATE: ("klanttarief", "tarief van de klant", "customer rate"),
    Method.FIXED_PRICE: ("vaste prijs", "vast bedrag", "fixed price"),
}


def _text(
    name: str, label: Any, headings: tuple[str, ...], example: str = "", **more: Any
) -> Field:
    field = cast(Any, Project._meta.get_field(name)).formfield()
    return Field(name, label, Text(field), headings, example=example, **more)


FIELDS = (
    Field("customer", gettext_lazy("Customer"), Name(),
          ("klant", "customer", "client", "relatie", "klantnaam", "klantnummer"),
          is_required=True, directory="customer", example="Bakkerij Van Dam"),
    _text("name", gettext_lazy("Name"), ("naam", "name", "project", "projectnaam"),
          "Website 2026", is_required=True),
    _text("code", gettext_lazy("Code"), ("code", "projectcode", "projectnummer", "nummer"), "W26"),
    Field("starts_on", gettext_lazy("Start"), Day(),
          ("start", "startdatum", "begin", "begindatum", "van", "start date"),
          example="01-01-2026"),
    Field("ends_on", gettext_lazy("End"), Day(),
          ("eind", "einde", "einddatum", "tot", "end", "end date"), example="31-12-2026"),
    Field("method", gettext_lazy("Invoicing method"),
          Choice(METHODS, {one: one.label for one in METHODS}),
          ("factuurmethode", "facturatiemethode", "facturatie", "invoicing method", "method")),
    Field("hourly_rate", gettext_lazy("Hourly rate"), Amount(AmountField(max_digits=8)),
          ("uurtarief", "tarief", "hourly rate", "rate")),
    Field("fixed_price", gettext_lazy("Fixed price"), Amount(AmountField()),
          ("vaste prijs", "prijs", "fixed price", "projectprijs")),
    Field("budget_hours", gettext_lazy("Budget in hours"), Amount(QuantityField(max_digits=8)),
          ("budget uren", "budget in uren", "urenbudget", "budget hours"), example="120"),
    Field("budget_amount", gettext_lazy("Budget in euros"), Amount(AmountField()),
          ("budget", "budget euro", "budget in euro", "budget in euros")),
    _text("reference", gettext_lazy("Reference for the customer"),
          ("referentie", "kenmerk", "reference", "uw kenmerk", "inkoopnummer")),
    _text("notes", gettext_lazy("Notes"), ("notities", "notes", "opmerkingen", "omschrijving")),
)  # fmt: skip


class ProjectsKind(RecordKind):
    """Files of projects, found by customer and name. A new one gets the tasks of every project."""

    key = "projects"
    model = Project
    key_field = "name"
    stored = (
        "customer_id", "name", "code", "starts_on", "ends_on", "method", "hourly_rate",
        "fixed_price", "budget_minutes", "budget_amount", "reference", "notes",
    )  # fmt: skip

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def existing(self, context: Context) -> Mapping[Any, Any]:
        projects = context.organisation.projects.select_related("customer")
        self._customers = context.load(
            Customer, context.organisation.customers.values_list("pk", flat=True)
        )
        common = Task.objects.filter(organisation=context.organisation)
        self._tasks = list(common.filter(is_common=True, is_active=True))
        return {(one.customer_id, fold(one.name)): one for one in projects}

    def key_of(self, row: ReadRow) -> Any:
        return row.values["customer"], fold(row.values["name"])

    def cleaned(self, row: ReadRow, stored: Any, context: Context) -> dict[str, Any]:
        values = {name: value for name, value in row.values.items() if value not in ("", None)}
        customer = values.pop("customer")
        if isinstance(customer, int):
            values["customer_id"] = customer
            if self._customers[customer].is_archived and stored is None:
                row.errors["customer"] = _("This customer is archived. Restore it first.")
        hours = values.pop("budget_hours", None)
        if hours is not None:
            minutes = (hours * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            values["budget_minutes"] = int(minutes)
        self._check(row, values, stored)
        return values

    @staticmethod
    def _check(row: ReadRow, values: dict[str, Any], stored: Any) -> None:
        """Refuse what the form of a project refuses."""
        of = stored if stored is not None else Project()
        now = {name: values.get(name, getattr(of, name)) for name in
               ("method", "starts_on", "ends_on", "hourly_rate", "fixed_price")}  # fmt: skip
        if now["starts_on"] and now["ends_on"] and now["ends_on"] < now["starts_on"]:
            row.errors["ends_on"] = _("The end is before the start.")
        if now["method"] == Method.PROJECT_RATE and now["hourly_rate"] is None:
            row.errors["hourly_rate"] = _("Enter the rate of this project.")
        if now["method"] == Method.FIXED_PRICE and now["fixed_price"] is None:
            row.errors["fixed_price"] = _("Enter the agreed price.")
        for name in ("method", "fixed_price"):
            if stored is not None and name in values and values[name] != getattr(stored, name):
                row.errors[name] = _("Change this on the page of the project.")

    def new(self, row: ReadRow, values: dict[str, Any], context: Context) -> Any:
        project = Project(organisation=context.organisation, **values)
        if "customer_id" in values:
            project.customer = self._customers[values["customer_id"]]
        return project

    def shown(self, name: str, value: Any) -> str:
        if name == "budget_minutes":
            return format_duration(value) if value else ""
        return super().shown(name, value)

    def store_new(self, plans: list[Plan], context: Context) -> None:
        """Store the projects as their form does, and plan a fixed price."""
        for plan in plans:
            tasks = [
                TaskRow(task, None, None, is_billable=task.is_billable) for task in self._tasks
            ]
            agreement = Agreement(fields={}, tasks=tasks, members=())
            save_project(plan.target, agreement=agreement, by=context.by, today=context.today)

    def store_changed(self, plans: list[Plan], names: Any, context: Context) -> None:
        super().store_changed(plans, {name.removesuffix("_id") for name in names}, context)
