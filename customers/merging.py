"""Merge a relation into a customer, when both may have changed since the last import.

The value of the last import decides per field. A value that changed only in e-Boekhouden is taken,
one that changed only here is kept. One that changed on both sides is kept and reported. An empty
value never replaces another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Merge:
    """The result for one customer."""

    take: dict[str, object] = field(default_factory=dict)
    # The imported values, to compare with at the next import.
    imported: dict[str, object] = field(default_factory=dict)
    # Fields that differ and keep the local value, with the remote value.
    conflicts: dict[str, object] = field(default_factory=dict)


def merge(
    local: Mapping[str, object], remote: Mapping[str, object], *, imported: Mapping[str, object]
) -> Merge:
    """Compare field by field; a field that was never imported has no earlier value."""
    result = Merge(imported=dict(imported))
    for name, value in remote.items():
        _merge_field(result, name, local[name], value)
    return result


def _merge_field(result: Merge, name: str, local: object, remote: object) -> None:
    before = result.imported.get(name)
    if local == remote:
        result.imported[name] = remote
    elif remote == "" or remote == before:
        return
    elif local in ("", before):
        result.take[name] = remote
        result.imported[name] = remote
    else:
        result.conflicts[name] = remote
