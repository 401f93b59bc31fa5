"""The rate that holds on a day, as an expression of a query.

The models of dated rates are in an app above some that show them: they are reached by the relation
`dated_rates` of what has a rate.
"""

import datetime
from typing import Any

from django.db.models import F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce


def rate_on(day: datetime.date, model: type[Model], *, at: str = "") -> Coalesce:
    """Return the sales rate of a row on a day in euros excl. VAT: the latest, else the first.

    `at` is the relation that leads from the rows of the query to the `model`.
    """
    prefix = f"{at}__" if at else ""
    relation: Any = model._meta.get_field("dated_rates")
    dated = relation.related_model._default_manager.filter(
        **{relation.field.name: OuterRef(f"{prefix}pk")}, kind="sales", from_on__lte=day
    )
    latest = dated.order_by("-from_on").values("rate")[:1]
    return Coalesce(Subquery(latest), F(f"{prefix}hourly_rate"))
