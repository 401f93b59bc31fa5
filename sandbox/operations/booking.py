"""The sales entry of an invoice that is also booked in the ledger."""

from decimal import Decimal

from sandbox.books import entries, invoices, ledger
from sandbox.books.storage import update
from sandbox.money import share_of
from sandbox.vat import CODES


def book_invoice(db, invoice_id, *, description, visible_at):
    """Book on the lowest debtors account; return the number of the entry."""
    (invoice,) = invoices.find(db, invoice_id=invoice_id)
    head = {
        "kind": "FactuurVerstuurd",
        "date": invoice.date.isoformat(),
        "account": ledger.lowest(db, "DEB"),
        "relation_code": invoice.relation_code,
        "number": invoice.number,
        "voucher": "",
        "description": description,
        "term": str(invoice.term),
        "reference": "",
        "in_ex": "EX",
    }
    entry_id = entries.add(db, head, booked_lines(invoice), visible_at=visible_at)
    update(db, "invoices", invoice_id, {"entry_id": entry_id})
    return entry_id


def booked_lines(invoice):
    """Return one line per account, VAT code and cost centre; their VAT adds up to the invoice's."""
    nets: dict[tuple[str, str, int], int] = {}
    for line in invoice.lines:
        key = (line.account, line.vat_code, line.cost_centre)
        nets[key] = nets.get(key, 0) + invoices.net_of(line)
    so_far: dict[Decimal, tuple[int, int]] = {}  # rate: (net, VAT) of the lines so far
    lines = []
    for (account, vat_code, cost_centre), net in nets.items():
        rate = CODES[vat_code].percentage(invoice.date)
        net_before, vat_before = so_far.get(rate, (0, 0))
        vat = share_of(net_before + net, rate) - vat_before
        so_far[rate] = (net_before + net, vat_before + vat)
        lines.append(
            {
                "entered": net,
                "net": net,
                "vat": vat,
                "gross": net + vat,
                "vat_code": vat_code,
                "percentage": str(rate),
                "number": invoice.number,
                "account": account,
                "cost_centre": cost_centre,
            }
        )
    return lines
