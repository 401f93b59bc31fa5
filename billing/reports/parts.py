"""Parts of invoices in the boxes of a VAT return, computed now or kept as they were filed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..models import FiledPart, FiledReturn
from .vat_overview import Amounts

NOTHING = Amounts()


class Part(NamedTuple):
    """The part of an invoice that is in one box."""

    invoice_id: int
    box: str


Parts = Mapping[Part, Amounts]


def add_up(found: Parts) -> dict[str, Amounts]:
    """Add up parts of invoices per box."""
    sums: dict[str, Amounts] = defaultdict(Amounts)
    for part, amounts in found.items():
        sums[part.box] += amounts
    return dict(sums)


def together(*found: Parts) -> dict[Part, Amounts]:
    """Add up parts of the same invoice and box."""
    sums: dict[Part, Amounts] = defaultdict(Amounts)
    for parts in found:
        for part, amounts in parts.items():
            sums[part] += amounts
    return dict(sums)


def difference(before: Parts, now: Parts) -> dict[Part, Amounts]:
    """Return what changed, without the parts that stayed equal."""
    found = {part: now.get(part, NOTHING) - before.get(part, NOTHING) for part in {**before, **now}}
    return {part: amounts for part, amounts in found.items() if amounts}


def as_filed(filed: Iterable[FiledReturn]) -> dict[int, dict[Part, Amounts]]:
    """Return the parts of filed returns by id, in one query."""
    found: dict[int, dict[Part, Amounts]] = defaultdict(dict)
    rows = FiledPart.objects.filter(filed_return__in=[one.pk for one in filed])
    for pk, invoice, box, net, vat in rows.values_list(
        "filed_return", "invoice", "box", "net", "vat"
    ).iterator(chunk_size=2000):
        found[pk][Part(invoice, box)] = Amounts(net, vat)
    return found
