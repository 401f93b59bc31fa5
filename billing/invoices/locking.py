"""Holding an invoice for a change, in one order, so that two changes never wait for each other."""

from collections.abc import Iterable

from ..models import Invoice


class NotAllowed(Exception):
    """The invoice is not in a state for this; the text is for people."""


def lock_invoice(invoice: Invoice) -> Invoice:
    """The invoice as it is now, held by us, and before it the one that it credits.

    Raises NotAllowed when it was thrown away.
    """
    both = [one for one in (invoice.credit_of, invoice) if one]
    for found in lock_invoices(both):
        if found.pk == invoice.pk:
            return found
    raise NotAllowed("gone")


def lock_invoices(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Those that are still there, held by us: in one order, and nothing but them."""
    held = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=[i.pk for i in invoices])
    return list(held.select_related("organisation", "customer", "credit_of").order_by("pk"))
