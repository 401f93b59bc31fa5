"""Merging a relation into a customer, when both may have changed since the last import.

Per field the value of the last import is the third opinion: what changed only there is taken, what
changed only here is kept, and what changed on both sides is kept and reported. Empty never wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Merge:
    """The result for one customer."""

    take: dict[str, object] = field(default_factory=dict)
    # The imported values, to compare with at the next import.
    imported: dict[str, object] = field(default_factory=dict)
    # Fields that differ and stay ours, with their value there.
    conflicts: dict[str, object] = field(default_factory=dict)


def merge(
    ours: Mapping[str, object], theirs: Mapping[str, object], *, imported: Mapping[str, object]
) -> Merge:
    """Compare field by field; a field that was never imported has no earlier value."""
    result = Merge(imported=dict(imported))
    for name, value in theirs.items():
        _merge_field(result, name, ours[name], value)
    return result


def _merge_field(result: Merge, name: str, ours: object, theirs: object) -> None:
    before = result.imported.get(name)
    if ours == theirs:
        result.imported[name] = theirs
    elif theirs == "" or theirs == before:
        return
    elif ours in ("", before):
        result.take[name] = theirs
        result.imported[name] = theirs
    else:
        result.conflicts[name] = theirs
