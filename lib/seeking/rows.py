"""Rows in an order, from a position in it, forwards or backwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

from .orders import Order, Position

# Related rows of one name; (None,) for the rows without a related one, which come last.
Group = tuple[int | None, ...]
# Groups that are read at a time until there are enough rows; at last all others together.
STEPS = (1, 8, 64)


@dataclass(frozen=True)
class OrderedRows:
    """Rows in an order, descending if `is_down`.

    Rows in the order of a relation are read group by group, because an index on the relation holds
    the rows of each group: `related` are all rows that the relation can refer to, and few.
    """

    rows: QuerySet[Any]
    order: Order
    is_down: bool = False
    related: QuerySet[Any] | None = None

    def positions(self, start: Position | None, limit: int, *, is_back: bool) -> list[Position]:
        """Return at most `limit` positions after the start, or before it in reverse order."""
        if self.related is None:
            return self._read(self.rows, start, limit, is_back=is_back)
        groups = self._groups(self.related)
        if is_back:
            groups.reverse()
        found: list[Position] = []
        if start:
            place = next((n for n, group in enumerate(groups) if start[0] in group), None)
            if place is None:
                return self.positions(None, limit, is_back=is_back)
            found = self._in_group(groups[place], start[1:], limit, is_back=is_back)
            groups = groups[place + 1 :]
        for step in (*STEPS, len(groups)):
            if len(found) >= limit or not groups:
                break
            found += self._in_groups(groups[:step], limit - len(found), is_back=is_back)
            groups = groups[step:]
        return found

    def numbered(self, first: int, limit: int) -> list[Position]:
        """Return the positions from a number on, counting from zero; all before it are read."""
        return list(self.all().values_list(*self.order.parts)[first : first + limit])

    def all(self) -> QuerySet[Any]:
        """Return all rows in the order."""
        columns = (_directed(name, is_down=self.is_down) for name in self.order.sorted_by)
        return self.order.annotate(self.rows).order_by(*columns)

    # --- Groups -----------------------------------------------------------------------------------

    def _groups(self, related: QuerySet[Any]) -> list[Group]:
        names = self.order.names
        rows = related.order_by(*names, "pk").values_list("pk", *names)
        found: list[Group] = [
            tuple(row[0] for row in alike) for _name, alike in groupby(rows, lambda row: row[1:])
        ]
        if self.is_down:
            found.reverse()
        return [*found, (None,)]

    def _in_groups(self, groups: Sequence[Group], limit: int, *, is_back: bool) -> list[Position]:
        """Return positions in groups that follow each other."""
        if len(groups) == 1:
            return self._in_group(groups[0], None, limit, is_back=is_back)
        alone = [group for group in groups if None in group]
        others = chain.from_iterable(group for group in groups if None not in group)
        rows = self.rows.filter(**{f"{self.order.relation}__in": list(others)})
        parts = [
            self._read(rows, None, limit, is_back=is_back, columns=self.order.sorted_by),
            *(self._in_group(group, None, limit, is_back=is_back) for group in alone),
        ]
        return list(chain(*reversed(parts) if is_back else parts))[:limit]

    def _in_group(
        self, group: Group, start: Position | None, limit: int, *, is_back: bool
    ) -> list[Position]:
        relation = self.order.relation
        mine = {f"{relation}__isnull": True} if None in group else {f"{relation}__in": group}
        return self._read(self.rows.filter(**mine), start, limit, is_back=is_back)

    def _read(
        self,
        rows: QuerySet[Any],
        start: Position | None,
        limit: int,
        *,
        is_back: bool,
        columns: Sequence[str] = (),
    ) -> list[Position]:
        own = (*self.order.columns, "pk")
        is_down = self.is_down != is_back
        rows = self.order.annotate(rows)
        if start:
            lookup = TupleLessThan if is_down else TupleGreaterThan
            rows = rows.filter(lookup(tuple(map(F, own)), start))
        rows = rows.order_by(*(_directed(name, is_down=is_down) for name in columns or own))
        return list(rows.values_list(*self.order.parts)[:limit])


def _directed(name: str, *, is_down: bool) -> str | OrderBy:
    """A name of a related row may be missing, then it comes last in both directions."""
    if "__" in name:
        return F(name).desc(nulls_last=True) if is_down else F(name).asc(nulls_last=True)
    return f"-{name}" if is_down else name
