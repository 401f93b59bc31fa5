"""Cells of a table: what becomes of a value depends on its type."""

from collections.abc import Callable, Mapping
from typing import Any

# The number of values of which a file remembers the text: most columns repeat themselves. Only for
# types whose equal values have equal texts, so not for decimals: 1.0 equals 1.00.
KEPT = 4_096


class ByType(dict[type, Callable[[Any], str]]):
    """What makes a text of a value, by the type of the value.

    A type that is not named counts as the first named one that it is a kind of, else as `default`.
    A look-up costs a tenth of a `match` statement, and a table has millions of cells.
    """

    def __init__(
        self, named: Mapping[type, Callable[[Any], str]], *, default: Callable[[Any], str]
    ) -> None:
        super().__init__(named)
        self._named = tuple(named.items())
        self._default = default

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        found = (make for named, make in self._named if issubclass(kind, named))
        self[kind] = next(found, self._default)
        return self[kind]
