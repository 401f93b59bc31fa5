"""Changing a draft: its dates and texts. What was done and what it costs stays as it was billed."""

import datetime
from collections.abc import Mapping

from django.db import transaction

from .issuing import NotAllowed
from .models import Invoice, InvoiceLine
from .total_rows import total_fields
from .vat import totals


def change_draft(
    invoice: Invoice,
    *,
    date: datetime.date,
    payment_term: int,
    reference: str,
    notes: str,
    descriptions: Mapping[int, str],
) -> None:
    """Stores dates, texts and descriptions by id of the line; other lines stay as they are.

    Raises NotAllowed when it is final, or was thrown away.
    """
    with transaction.atomic():
        draft = Invoice.objects.select_for_update().filter(pk=invoice.pk).first()
        if draft is None or not draft.is_draft:
            raise NotAllowed("final")
        lines = list(draft.lines.all())
        for line in lines:
            line.description = descriptions.get(line.pk, line.description)
        InvoiceLine.objects.bulk_update(lines, ["description"])
        Invoice.objects.filter(pk=draft.pk).update(
            date=date,
            payment_term=payment_term,
            due_on=date + datetime.timedelta(days=payment_term),
            reference=reference,
            notes=notes,
            # What a credit comes to follows from the invoice that it takes back.
            **({} if draft.is_credit else total_fields(totals(lines, discount=draft.discount))),
        )
