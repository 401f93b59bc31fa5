"""Files of tasks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from lib.amounts import AmountField
from lib.folding import fold
from projects.models import Task

from ..cells import Amount, Text, flag
from .base import Context, Field, ReadRow
from .records import RecordKind

YES, NO = gettext_lazy("yes"), gettext_lazy("no")
FIELDS = (
    Field("name", gettext_lazy("Name"), Text(Task._meta.get_field("name").formfield()),
          ("naam", "name", "taak", "task", "activiteit"), is_required=True, example="Ontwerp"),
    Field("code", gettext_lazy("Code"), Text(Task._meta.get_field("code").formfield()),
          ("code", "taakcode"), example="ONT"),
    Field("hourly_rate", gettext_lazy("Hourly rate"), Amount(AmountField(max_digits=8)),
          ("uurtarief", "tarief", "hourly rate", "rate"), example="95,00"),
    Field("is_billable", gettext_lazy("Billable"), flag(YES, NO),
          ("factureerbaar", "billable", "declarabel"), example="ja"),
    Field("is_common", gettext_lazy("On every new project"), flag(YES, NO),
          ("standaard", "common", "op elk nieuw project", "on every new project"), example="ja"),
)  # fmt: skip


class TasksKind(RecordKind):
    """Files of tasks, found by name."""

    key = "tasks"
    model = Task
    key_field = "name"
    stored = ("name", "code", "hourly_rate", "is_billable", "is_common")

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def existing(self, context: Context) -> Mapping[Any, Any]:
        return {fold(one.name): one for one in context.organisation.tasks.all()}

    def key_of(self, row: ReadRow) -> Any:
        return fold(row.values["name"])

    def cleaned(self, row: ReadRow, stored: Any, context: Context) -> dict[str, Any]:
        values = {name: value for name, value in row.values.items() if value not in ("", None)}
        if stored is not None:
            values.pop("name")
            row.values["name"] = stored.name  # found by it
        return values
