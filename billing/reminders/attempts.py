"""The result of the last attempt to send a reminder."""

from collections.abc import Iterable

from ..mailing import addresses_of
from ..models import Invoice, InvoiceMail, MailKind, MailState


def last_tries(invoices: Iterable[Invoice]) -> dict[int, InvoiceMail]:
    """The latest reminder e-mail per invoice, in one query."""
    mails = InvoiceMail.objects.filter(invoice__in=list(invoices), kind=MailKind.REMINDER)
    return {mail.invoice_id: mail for mail in mails.order_by("started_at", "pk")}


def not_refused(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Leave out invoices whose address was refused the last time and has not changed."""
    found = list(invoices)
    tries = last_tries(found)
    return [one for one in found if not _would_be_refused(one, tries.get(one.pk))]


def _would_be_refused(invoice: Invoice, last: InvoiceMail | None) -> bool:
    if last is None or last.state != MailState.FAILED or last.reason != "recipients":
        return False
    return last.to == ", ".join(addresses_of(invoice))
