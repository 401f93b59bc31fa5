"""The request for payment: as a sentence, and as a QR code for banking apps."""

import io

from django.utils.translation import gettext as _
from segno import helpers
from stdnum import iban as ibans

from lib.formats import day, euro, iban

from ..document import InvoiceDocument

# In characters and in bytes. The code holds 331 bytes; the other fields take 120 at most.
LONGEST_NAME, LARGEST_NAME = 70, 200
LARGEST = 999_999_999


def payment(document: InvoiceDocument) -> str:
    """Say what to pay, by when and to which account; on a credit invoice, how it is settled."""
    invoice, issuer = document.invoice, document.issuer
    if invoice.credit_of:
        names = {"total": euro(-invoice.gross), "number": invoice.credit_of.number}
        return _("%(total)s will be set off against invoice %(number)s or refunded to you.") % names
    if invoice.gross < 0:
        return _("%(total)s will be refunded to you.") % {"total": euro(-invoice.gross)}
    if not invoice.gross:
        return ""
    names = {
        "total": euro(invoice.gross),
        "day": day(invoice.due_on),
        "iban": iban(issuer["iban"]).replace(" ", "\u00a0"),
        "name": issuer["name"],
        "number": invoice.number or "…",
    }
    if not issuer["iban"]:
        return _("Please pay %(total)s by %(day)s, quoting %(number)s.") % names
    text = _(
        "Please pay %(total)s by %(day)s to %(iban)s in the name of %(name)s, quoting %(number)s."
    )
    return text % names


def payment_code(document: InvoiceDocument) -> str:
    """Return the QR code of a SEPA credit transfer (EPC069-12) as SVG; empty if impossible."""
    invoice, issuer = document.invoice, document.issuer
    asks = invoice.number and 0 < invoice.gross < LARGEST and not invoice.credit_of_id
    if not asks or not ibans.is_valid(issuer["iban"]):
        return ""
    code = helpers.make_epc_qr(
        name=short_name(issuer["name"]),
        iban=issuer["iban"],
        amount=invoice.gross,
        text=invoice.number,
        bic=issuer["bic"] or None,
        encoding="utf-8",
    )
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


def short_name(name: str) -> str:
    """Shorten a name to what the code holds, in whole characters."""
    return name[:LONGEST_NAME].encode()[:LARGEST_NAME].decode(errors="ignore")
