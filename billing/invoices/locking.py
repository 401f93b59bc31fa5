"""Locking invoices for a change, always in one order, so that changes never deadlock."""

from collections.abc import Iterable

from ..models import Invoice


class NotAllowed(Exception):
    """The state of the invoice does not allow this; the text is a reason code or a sentence."""


def lock_invoice(invoice: Invoice) -> Invoice:
    """Lock the invoice that this one credits, then this one, and return it as it is now.

    Raises NotAllowed when it was deleted.
    """
    both = [one for one in (invoice.credit_of, invoice) if one]
    for found in lock_invoices(both):
        if found.pk == invoice.pk:
            return found
    raise NotAllowed("gone")


def lock_invoices(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Lock the invoices that still exist, in order of id, and no related rows."""
    held = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=[i.pk for i in invoices])
    return list(held.select_related("organisation", "customer", "credit_of").order_by("pk"))
