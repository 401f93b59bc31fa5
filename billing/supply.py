"""What stands behind the lines of an invoice: how many rows, and when they were supplied."""

import datetime

from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from projects.models import Term

from .claiming import REGISTRATIONS
from .models import Invoice


def supply_period(invoice: Invoice) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of what was supplied; the law wants them printed.

    As typed, and on a final invoice as fixed then; else those of the rows. None without either.
    """
    if invoice.supplied_from:
        return invoice.supplied_from, invoice.supplied_until or invoice.supplied_from
    return _period_of_rows(invoice)


def _period_of_rows(invoice: Invoice) -> tuple[datetime.date, datetime.date] | None:
    ours = {"invoice_line__invoice": invoice}
    found = [
        model.objects.filter(**ours).aggregate(first=Min("date"), last=Max("date"))
        for model in REGISTRATIONS.values()
    ]
    until = Max(Coalesce("period_until", "due_on"))
    found.append(Term.objects.filter(**ours).aggregate(first=Min("due_on"), last=until))
    firsts = [row["first"] for row in found if row["first"]]
    lasts = [row["last"] for row in found if row["last"]]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def count_rows(invoice: Invoice) -> int:
    """How many hours, expenses, trips and agreed amounts become free if it is thrown away."""
    models = (*REGISTRATIONS.values(), Term)
    return sum(model.objects.filter(invoice_line__invoice=invoice).count() for model in models)
