"""E-mail texts: the texts of the settings, filled in, in the language of the invoice."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Language, Organisation
from lib.formats import day, euro
from lib.placeholders import fill_placeholders

from ..fields import LONGEST_ADDRESSES
from ..models import Invoice, InvoiceSettings, Origin
from ..numbering import preview_number, series_prefix, settings_of


@dataclass(frozen=True)
class Letter:
    """The text of an e-mail, and its addresses."""

    to: Sequence[str]
    subject: str
    body: str
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()

    @property
    def is_safe(self) -> bool:
        """Return whether no header contains a line break."""
        headers = "".join((self.subject, *self.to, *self.cc, *self.bcc))
        return not any(mark in headers for mark in "\r\n")

    def filled(self, known: Mapping[str, str]) -> "Letter":
        """Return the letter with its placeholders filled in; the subject on one line."""
        lines = {name: " ".join(value.splitlines()) for name, value in known.items()}
        subject, body = fill_placeholders(self.subject, lines), fill_placeholders(self.body, known)
        return Letter(self.to, subject, body, self.cc, self.bcc)


def first_letter(invoice: Invoice) -> Letter:
    """Return the prefilled texts of the dialog, in the language of the invoice.

    The number of a draft is not known yet, so {number} stays until it is sent.
    """
    subject, body = (
        _credit_texts(invoice)
        if invoice.is_credit
        else texts(settings_of(invoice.organisation), language=invoice.language)
    )
    known = values(invoice)
    if invoice.is_draft:
        del known["number"]
    return Letter(addresses_of(invoice), subject, body).filled(known)


def _credit_texts(credit: Invoice) -> tuple[str, str]:
    """The texts of the settings request payment, so a credit invoice has its own."""
    with override(credit.language):
        subject = _("Credit invoice {number} from {organisation}")
        body = _(
            "Dear {customer},\n\n"
            "Please find attached credit invoice {number} of {total}, "
            "which credits invoice %(of)s.\n\n"
            "Kind regards,\n{organisation}"
        )
    return subject, body % {"of": credit.credit_of}


def texts(chosen: InvoiceSettings, *, language: str) -> tuple[str, str]:
    """Return subject and text in a language, with placeholders: as chosen, or the defaults."""
    default_subject, default_body = default_texts(language)
    subject = getattr(chosen, f"mail_subject_{language}") or default_subject
    return subject, getattr(chosen, f"mail_body_{language}") or default_body


def default_texts(language: str) -> tuple[str, str]:
    """Return the default subject and text."""
    with override(language):
        subject = _("Invoice {number} from {organisation}")
        body = _(
            "Dear {customer},\n\n"
            "Please find attached invoice {number} of {total}. "
            "We kindly ask you to pay it by {due_date}.\n\n"
            "Kind regards,\n{organisation}"
        )
    return subject, body


def addresses_of(invoice: Invoice) -> list[str]:
    """Return the addresses for invoices: contacts that receive them, else the customer's own."""
    # Filtered here, so that the contacts of many customers can be read together.
    receivers = [
        contact.email
        for contact in invoice.customer.contacts.all()
        if contact.receives_invoices and contact.email
    ]
    return addresses_among(receivers, customer_email=invoice.customer.email)


def addresses_among(receivers: Iterable[str], *, customer_email: str) -> list[str]:
    """Return the addresses of contacts that receive invoices, each once, else the customer's."""
    found = list(dict.fromkeys(receivers))
    return found or ([customer_email] if customer_email else [])


def why_not_to(addresses: Sequence[str]) -> str:
    """Return why no e-mail can be sent to these addresses; empty if it can."""
    if not addresses:
        return _("The customer has no e-mail address.")
    if len(", ".join(addresses)) > LONGEST_ADDRESSES:
        return _("The contacts' e-mail addresses are too long together. Choose fewer recipients.")
    return ""


def values(invoice: Invoice) -> dict[str, str]:
    """Return the values of the placeholders, in the language of the invoice."""
    with override(invoice.language):
        return {
            "customer": invoice.customer.name,
            "number": invoice.number,
            "total": euro(invoice.gross),
            "due_date": day(invoice.due_on),
            "organisation": invoice.organisation.name,
        }


def expected_values(invoice: Invoice) -> dict[str, str]:
    """Return the same values; a draft has the number that it would get now."""
    known = values(invoice)
    if invoice.is_draft:
        known["number"] = _next_number(invoice.organisation, invoice.date)
    return known


def example_values(
    organisation: Organisation, *, language: str, today: datetime.date
) -> dict[str, str]:
    """Return example values of the placeholders, for a preview without an invoice."""
    with override(language):
        return {
            "customer": _("Example customer"),
            "number": _next_number(organisation, today),
            "total": euro(Decimal("1210.00")),
            "due_date": day(
                today + datetime.timedelta(days=settings_of(organisation).payment_term)
            ),
            "organisation": organisation.name,
        }


def _next_number(organisation: Organisation, date: datetime.date) -> str:
    prefix = series_prefix(organisation, Origin.HERE)
    return preview_number(organisation, prefix=prefix, year=date.year)


def is_language(code: str) -> bool:
    """Return whether there are texts in it."""
    return code in Language.values
