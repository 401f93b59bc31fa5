"""An order of rows, and the positions in it."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Expression, Model, QuerySet

Position = tuple[Any, ...]
MOST_CHARACTERS = 2000


@dataclass(frozen=True)
class Order:
    """Columns of the rows, or first a relation: a foreign key, ordered by columns of its rows.

    `names` are those columns. `annotated` are expressions for columns that are not fields. The id
    always comes last, so that equal rows keep their order.
    """

    columns: tuple[str, ...]
    relation: str = ""
    names: tuple[str, ...] = ()
    annotated: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns whose values are a position: relation, columns, id."""
        return (*filter(None, [self.relation]), *self.columns, "pk")

    @property
    def sorted_by(self) -> tuple[str, ...]:
        """The columns of an ORDER BY over all rows."""
        return (*(f"{self.relation}__{name}" for name in self.names), *self.columns, "pk")

    def annotate(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add the columns that are not fields."""
        return rows.annotate(**self.annotated) if self.annotated else rows

    def written(self, position: Position) -> str:
        """Return the position for a query string."""
        text = json.dumps([None if value is None else str(value) for value in position])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, text: str, model: type[Model]) -> Position | None:
        """Read what `written` returned; None for anything else."""
        if not text or len(text) > MOST_CHARACTERS:
            return None
        try:
            decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            values = json.loads(decoded)
        except (ValueError, binascii.Error, RecursionError):
            return None
        if not isinstance(values, list) or len(values) != len(self.parts):
            return None
        return self._cleaned(values, model)

    def _cleaned(self, values: Sequence[object], model: type[Model]) -> Position | None:
        cleaned: list[Any] = []
        for name, value in zip(self.parts, values, strict=True):
            if name == self.relation and value is None:
                cleaned.append(None)
            elif not isinstance(value, str) or "\x00" in value:
                return None
            elif name in self.annotated:
                cleaned.append(value)
            else:
                try:
                    cleaned.append(_field(model, name).clean(value, None))
                except ValidationError:
                    return None
        return tuple(cleaned)


def _field(model: type[Model], name: str) -> Any:
    """Return the field that reads the value: of a foreign key, the id that it refers to."""
    found: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return found.target_field if found.is_relation else found
