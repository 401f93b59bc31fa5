"""The open amount of invoices, as SQL: what is outstanding, and what is overdue.

It is the amount of e-Boekhouden, of the invoice and its credits together, else the total less
credits and payments. It is negative when there is a refund.
"""

from typing import TYPE_CHECKING, TypeVar

from django.db.models import (
    BigIntegerField,
    Case,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Round

if TYPE_CHECKING:
    from .invoice import Invoice

Rows = TypeVar("Rows", bound="QuerySet[Invoice]")

ISSUED_CREDIT = ("final", "sent")
# An invoice made in e-Boekhouden is not sent from here.
PAYABLE = Q(status="sent") | Q(status="final", origin="eboekhouden")
PAID_AND_CREDITED = Q(status="paid") & ~Q(credited_amount=0)
# What can have an open amount: few of all invoices, so that they have an index of their own.
MAY_BE_OPEN = Q(PAYABLE | PAID_AND_CREDITED, credit_of=None)
# Known from e-Boekhouden, unless a user marked an invoice as paid that is still open there.
KNOWN = Q(open_amount__isnull=False) & ~(Q(status="paid") & ~Q(open_amount=0))


def with_open_amounts(invoices: Rows) -> Rows:
    """Filter the invoices with an open amount, each with `cents_open`, less its credits."""
    credited = invoices.model.objects.filter(credit_of=OuterRef("pk"), status__in=ISSUED_CREDIT)
    credits_open = _cents(Coalesce(F("open_amount"), F("gross") - F("paid_amount")))
    sums = credited.order_by().values("credit_of").annotate(cents=Sum(credits_open))
    return (
        invoices.filter(MAY_BE_OPEN)
        .annotate(credits_open=Coalesce(Subquery(sums.values("cents")), 0))
        .annotate(unpaid=_cents(F("gross") - F("paid_amount")))
        .annotate(left=F("unpaid") - _cents(F("credited_amount")))
        .annotate(cents_open=_OPEN)
        .exclude(cents_open=0)
    )


def _cents(amount: Combinable) -> Cast:
    """Convert to whole cents, exact on every database."""
    return Cast(Round(amount * 100), BigIntegerField())


# A paid and then credited amount is to be refunded until its credits are settled.
_OPEN = Case(
    When(KNOWN, then=_cents(F("open_amount")) + F("credits_open")),
    When(Q(unpaid__gte=0, left__lt=0), then=Greatest(F("left"), F("credits_open"))),
    default=F("left"),
    output_field=BigIntegerField(),
)
