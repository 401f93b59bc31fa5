"""When what is on an invoice was supplied: the law wants it on the invoice."""

import datetime

from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from projects.models import Term

from .claiming import REGISTRATIONS
from .models import Invoice


def supply_period(invoice: Invoice) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of the rows behind the lines; None without rows."""
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
